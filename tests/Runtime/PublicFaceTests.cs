using System.ComponentModel;
using System.Reflection;
using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>What users see of the library.</summary>
public sealed class PublicFaceTests
{
    [Fact]
    public void Types_for_generated_code_are_hidden_from_completion()
    {
        var types = typeof(IAttention).Assembly.GetExportedTypes()
            .Where(type => type.Namespace == "KernelGen.CompilerServices" && !type.IsNested).ToList();
        Assert.True(types.Count > 20);
        Assert.All(types, type => Assert.Equal(
            EditorBrowsableState.Never, type.GetCustomAttribute<EditorBrowsableAttribute>()?.State));
    }

    [Fact]
    public void The_face_is_tracked_and_nothing_of_that_is_suppressed()
    {
        foreach (var project in new[] { "runtime", "attributes", "runtime/TorchSharp" })
        {
            var folder = Path.Combine(Repository.Root, project);
            Assert.True(File.ReadAllLines(Path.Combine(folder, "PublicAPI.Unshipped.txt")).Length > 20);
            var text = string.Concat(Directory.GetFiles(folder, "*.csproj").Select(File.ReadAllText));
            Assert.Contains("Microsoft.CodeAnalysis.PublicApiAnalyzers", text, StringComparison.Ordinal);
            Assert.DoesNotContain("RS00", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("RS00", File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig")), StringComparison.Ordinal);
        Assert.DoesNotContain("RS00", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), StringComparison.Ordinal);
    }
}
