using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>The two rules that let families and backends grow apart: neither knows the other.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("Families", "Backends")]
    [InlineData("Backends", "Families")]
    public void A_folder_never_names_the_other(string folder, string other)
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "generator", folder), "*.cs", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(other, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void The_wiring_file_stays_short()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "generator", "KernelGenerator.cs"));
        var first = Array.FindIndex(lines, line => line.Contains("void Initialize("));

        Assert.InRange(Array.FindIndex(lines, first, line => line == "    }") - first, 1, 60);
    }
}
