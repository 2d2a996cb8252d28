using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Package;

/// <summary>
/// What is in a package is what <c>contents.txt</c> lists: a path and the most bytes that it may have. Nothing is missing, nothing more is
/// there.
/// </summary>
public sealed class ContentTests
{
    public static TheoryData<string> Packages => [.. Lists().Keys];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Files_are_those_of_the_list(string package)
    {
        var packed = Open(package);
        Assert.Equal(
            Lists()[package].Keys.Where(path => path != "").Order(StringComparer.Ordinal), packed.Files.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>A file is within its limit, and not far below it: then the list says something about sizes.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void Sizes_are_within_the_limits(string package)
    {
        var packed = Open(package);
        foreach (var (path, limit) in Lists()[package])
        {
            var length = path == "" ? packed.Length : packed.Files[path].Length;
            Assert.True(length <= limit, $"{package}: {(path == "" ? "the package" : path)} has {length} bytes; the list allows {limit}.");
            Assert.True(
                length >= limit / 4,
                $"{package}: {(path == "" ? "the package" : path)} has {length} bytes; lower the list's limit, {limit}.");
        }
    }

    private static PackedPackage Open(string package) => package.EndsWith(".snupkg", StringComparison.Ordinal)
        ? PackedPackage.Open(Path.GetFileNameWithoutExtension(package), "snupkg")
        : PackedPackage.Open(Path.GetFileNameWithoutExtension(package));

    /// <summary>The lists by the names of packages; the limit of a whole package stands under the path "".</summary>
    private static Dictionary<string, Dictionary<string, long>> Lists()
    {
        var lists = new Dictionary<string, Dictionary<string, long>>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "tests", "Package", "contents.txt")))
        {
            if (line.Trim() is not "" and not ['#', ..])
            {
                var (path, limit) = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var first, var second]
                    ? (first, long.Parse(second))
                    : throw new InvalidDataException($"No path and limit: {line}");
                if (char.IsWhiteSpace(line[0]))
                {
                    lists.Last().Value.Add(path, limit);
                }
                else
                {
                    lists.Add(path, new() { [""] = limit });
                }
            }
        }

        return lists;
    }
}
