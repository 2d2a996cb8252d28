using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace KernelGen.Tests.Package;

/// <summary>A package of the feed that <c>tests/Package/pack</c> made, in memory.</summary>
internal sealed class PackedPackage
{
    private const string Variable = "KERNELGEN_FEED";

    /// <summary>What every package of the format has, whoever made it.</summary>
    private static readonly string[] Format = ["_rels/", "[Content_Types].xml", "package/services/"];

    private PackedPackage(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        Length = new FileInfo(path).Length;
        Files = archive.Entries
            .Where(entry => !Format.Any(part => entry.FullName.StartsWith(part, StringComparison.Ordinal)))
            .ToDictionary(entry => entry.FullName, Read);
        Specification = XDocument.Parse(Text(Files.Keys.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal)))).Root!
            .Elements().Single();
    }

    /// <summary>Bytes of the package.</summary>
    public long Length { get; }

    /// <summary>The files in it, by their paths.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>The element <c>metadata</c>.</summary>
    public XElement Specification { get; }

    /// <summary>Opens a package.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="extension"><c>nupkg</c>, or <c>snupkg</c> for that of its symbols.</param>
    public static PackedPackage Open(string id, string extension = "nupkg")
    {
        var feed = Environment.GetEnvironmentVariable(Variable)
            ?? throw new InvalidOperationException($"Pack first: tests/Package/pack FOLDER, and set {Variable}=FOLDER.");
        return new PackedPackage(Path.Combine(feed, $"{id}.0.0.0-test.{extension}"));
    }

    /// <summary>A file as text.</summary>
    public string Text(string path) => Encoding.UTF8.GetString(Files[path]).TrimStart('\uFEFF');

    /// <summary>The content of an element of the specification.</summary>
    public string? Value(string element) => Specification.Elements().SingleOrDefault(of => of.Name.LocalName == element)?.Value;

    /// <summary>The symbols in an assembly.</summary>
    public MetadataReaderProvider EmbeddedSymbols(string path)
    {
        using var reader = new PEReader(new MemoryStream(Files[path]));
        return reader.ReadEmbeddedPortablePdbDebugDirectoryData(
            reader.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb));
    }

    /// <summary>The symbols beside an assembly.</summary>
    public MetadataReaderProvider Symbols(string path) => MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Files[path]));

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
