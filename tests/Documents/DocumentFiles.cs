using KernelGen.Tests.Harness;

namespace KernelGen.Tests.Documents;

/// <summary>The pages of the repository: each file of Markdown that no build and no run has written.</summary>
internal static class DocumentFiles
{
    private static readonly HashSet<string> Written = ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>Their paths from the root of the repository, with slashes.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. In(new DirectoryInfo(Repository.Root)).Select(file => Relative(file.FullName)).Order(StringComparer.Ordinal)];

    public static MarkdownPage Read(string path) => new(path, File.ReadAllText(Path.Combine(Repository.Root, path)));

    /// <summary>Folders whose names begin with a dot, and those of .gitignore, hold no pages.</summary>
    private static IEnumerable<FileInfo> In(DirectoryInfo folder) => folder.GetFiles("*.md")
        .Concat(folder.GetDirectories().Where(inner => inner.Name[0] != '.' && !Written.Contains(inner.Name)).SelectMany(In));

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
}
