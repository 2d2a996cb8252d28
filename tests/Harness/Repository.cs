using System.Runtime.CompilerServices;

namespace KernelGen.Tests.Harness;

/// <summary>Where the sources lie, for tests that read them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
