using Microsoft.CodeAnalysis;

namespace KernelGen.Tests.Harness;

/// <summary>What a user's project references, taken from the framework that runs the tests: nothing is downloaded.</summary>
internal static class ProjectReferences
{
    /// <summary>The framework alone.</summary>
    public static IReadOnlyList<MetadataReference> Framework { get; } = FindFramework();

    /// <summary>The attributes, without the runtime.</summary>
    public static MetadataReference Attributes { get; } = MetadataReference.CreateFromFile(
        typeof(FavorAttentionAttribute).Assembly.Location);

    /// <summary>The runtime, without the attributes.</summary>
    public static MetadataReference Runtime { get; } = MetadataReference.CreateFromFile(typeof(IAttention).Assembly.Location);

    /// <summary>The framework, the attributes and the runtime.</summary>
    public static IReadOnlyList<MetadataReference> All { get; } = [.. Framework, Attributes, Runtime];

    private static List<MetadataReference> FindFramework()
    {
        var home = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return trusted.Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == home)
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
            .ToList();
    }
}
