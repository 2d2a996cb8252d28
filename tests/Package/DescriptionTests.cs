using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Package;

/// <summary>What a feed shows of a package, and what a debugger finds of its sources.</summary>
public sealed partial class DescriptionTests
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    public static TheoryData<string> Packages => ["KernelGen", "KernelGen.TorchSharp", "KernelGen.Templates"];

    private static string Documentation => Metadata("KernelGenDocumentation");

    private static string Changelog => File.ReadAllText(Path.Combine(Repository.Root, "CHANGELOG.md"));

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_feed_shows_what_it_can(string id)
    {
        var package = PackedPackage.Open(id);
        Assert.Equal(id, package.Value("id"));
        Assert.Equal("MIT", package.Value("license"));
        Assert.Equal("icon.png", package.Value("icon"));
        Assert.Equal("README.md", package.Value("readme"));
        Assert.StartsWith(package.Value("projectUrl")!, Documentation);
        Assert.InRange(package.Value("description")!.Length, 50, 300);
        Assert.False(string.IsNullOrEmpty(package.Value("tags")));
        var repository = package.Specification.Elements().Single(element => element.Name.LocalName == "repository");
        Assert.Equal(package.Value("projectUrl"), repository.Attribute("url")!.Value);
        Assert.Equal("git", repository.Attribute("type")!.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")!.Value);
    }

    /// <summary>A feed shows neither files beside the page nor anchors that are not there.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void Links_are_absolute_and_lead_to_files(string id)
    {
        var package = PackedPackage.Open(id);
        foreach (var text in (string[])[package.Text("README.md"), package.Value("releaseNotes")!])
        {
            var links = Link().Matches(text).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(links);
            Assert.All(links, link => Assert.StartsWith("https://", link));
            Assert.All(links.Where(link => link.StartsWith(Documentation, StringComparison.Ordinal)), AssertLeadsToFile);
        }
    }

    /// <summary>One page, about as much as is read before something is tried.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void The_page_is_one_page(string id)
    {
        var lines = PackedPackage.Open(id).Text("README.md").Split('\n');
        Assert.Equal("# " + id, lines[0]);
        Assert.InRange(lines.Length, 10, 80);
    }

    /// <summary>The newest section of the changelog, within the 35,000 characters that nuget.org takes.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void Release_notes_are_those_of_the_changelog(string id)
    {
        var newest = Changelog.Split("\n## ")[1];
        Assert.StartsWith(Metadata("Version"), newest);
        var notes = PackedPackage.Open(id).Value("releaseNotes")!;
        Assert.Equal(newest.Split('\n', 2)[1].Trim(), notes.Replace(Documentation, ""));
        Assert.InRange(notes.Length, 1, 35_000);
    }

    /// <summary>One property decides where all links of a package lead: that of its texts, and that of a diagnostic of the build.</summary>
    [Fact]
    public void The_build_part_has_its_help_link()
    {
        var targets = PackedPackage.Open("KernelGen").Text("buildTransitive/KernelGen.targets");
        Assert.Contains($"HelpLink=\"{Documentation}generator/Diagnostics/README.md#kgen035\"", targets);
        var source = Path.Combine(Repository.Root, "runtime", "buildTransitive", "KernelGen.targets");
        Assert.Equal(File.ReadAllText(source).Replace("../../", Documentation), targets);
    }

    /// <summary>Help links of the generator's diagnostics begin as links of the page do.</summary>
    [Fact]
    public void The_generator_has_the_same_property() => Assert.True(
        PackedPackage.Open("KernelGen").Files["analyzers/dotnet/cs/KernelGen.Generator.dll"].AsSpan()
            .IndexOf(Encoding.UTF8.GetBytes(Documentation)) >= 0);

    [Fact]
    public void The_template_adds_the_version_that_it_came_with() => Assert.Contains(
        "\"version\": \"0.0.0-test\"",
        PackedPackage.Open("KernelGen.Templates").Text("content/kernelgen-layer/.template.config/template.json"));

    /// <summary>The generator and what it brings come with the package that depends on it too.</summary>
    [Fact]
    public void Who_references_TorchSharp_layers_has_the_generator()
    {
        var dependency = PackedPackage.Open("KernelGen.TorchSharp").Specification.Descendants()
            .Single(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "KernelGen");
        Assert.Equal("0.0.0-test", dependency.Attribute("version")!.Value);
        Assert.DoesNotContain("Analyzers", dependency.Attribute("exclude")?.Value ?? "");
        Assert.DoesNotContain("Build", dependency.Attribute("exclude")?.Value ?? "");
    }

    [Theory]
    [InlineData("KernelGen.snupkg", "lib/net10.0/KernelGen.Runtime.pdb")]
    [InlineData("KernelGen.TorchSharp.snupkg", "lib/net10.0/KernelGen.TorchSharp.pdb")]
    [InlineData("KernelGen.nupkg", "lib/net10.0/KernelGen.Attributes.dll")]
    [InlineData("KernelGen.nupkg", "analyzers/dotnet/cs/KernelGen.Generator.dll")]
    [InlineData("KernelGen.nupkg", "analyzers/dotnet/cs/KernelGen.CodeFixes.dll")]
    public void A_debugger_finds_every_source(string package, string file)
    {
        var packed = PackedPackage.Open(Path.GetFileNameWithoutExtension(package), Path.GetExtension(package)[1..]);
        using var symbols = file.EndsWith(".pdb", StringComparison.Ordinal) ? packed.Symbols(file) : packed.EmbeddedSymbols(file);
        var reader = symbols.GetMetadataReader();
        var information = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).ToList();
        var map = Encoding.UTF8.GetString(reader.GetBlobBytes(information.Single(of => reader.GetGuid(of.Kind) == SourceLink).Value));
        Assert.Contains("\"/_/*\":\"https://", map);

        // Each is a file of the commit, or a copy of it is in the symbols.
        var embedded = information.Where(of => of.Parent.Kind == HandleKind.Document).Select(of => (DocumentHandle)of.Parent).ToHashSet();
        Assert.NotEmpty(reader.Documents);
        foreach (var document in reader.Documents.Where(document => !embedded.Contains(document)))
        {
            var path = reader.GetString(reader.GetDocument(document).Name);
            Assert.StartsWith("/_/", path);
            Assert.True(File.Exists(Path.Combine(Repository.Root, path["/_/".Length..])), path);
        }
    }

    /// <summary>An editor loads fixes beside its own libraries: those of Roslyn, 4.8 or later, and no others.</summary>
    [Fact]
    public void Fixes_need_nothing_that_differs_from_editor_to_editor()
    {
        using var file = new MemoryStream(PackedPackage.Open("KernelGen").Files["analyzers/dotnet/cs/KernelGen.CodeFixes.dll"]);
        using var assembly = new PEReader(file);
        var reader = assembly.GetMetadataReader();
        var names = reader.AssemblyReferences.Select(reader.GetAssemblyReference)
            .Select(of => (reader.GetString(of.Name), of.Version.Major)).Order();
        Assert.Equal(
            [
                ("Microsoft.CodeAnalysis", 4), ("Microsoft.CodeAnalysis.CSharp", 4), ("Microsoft.CodeAnalysis.Workspaces", 4),
                ("System.Collections.Immutable", 7), ("netstandard", 2),
            ],
            names);
    }

    private static void AssertLeadsToFile(string link)
    {
        var path = link[Documentation.Length..].Split('#')[0];
        Assert.True(File.Exists(Path.Combine(Repository.Root, path)), $"There is no file {path}.");
    }

    private static string Metadata(string key) => typeof(DescriptionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == key).Value!;

    [GeneratedRegex(@"\]\(([^)]*)\)")]
    private static partial Regex Link();
}
