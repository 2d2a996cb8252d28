using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelGen.TorchSharp;

/// <summary>Where the native libraries of a program are.</summary>
internal static class NativeFiles
{
    /// <summary>The path of a library among the program's files; null where it is not.</summary>
    public static string? Find(string name) => Folders().Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);

    /// <summary>The name of its file on this system.</summary>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static IEnumerable<string> Folders()
    {
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        var assembly = Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "";
        foreach (var folder in new[] { AppContext.BaseDirectory, assembly })
        {
            yield return Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
            yield return folder;
        }
    }
}
