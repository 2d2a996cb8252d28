using System.Runtime.InteropServices;

namespace KernelGen.TorchSharp;

/// <summary>Loads a library on a Linux that is older than the one it was built on, where it only names what it does not use.</summary>
internal static class OldLinux
{
    /// <summary>
    /// Loads a library whose plain load failed. What it needs of libraries other than the system's must be loaded already.
    /// </summary>
    /// <exception cref="DllNotFoundException">The system lacks what the library uses; the message names it.</exception>
    public static void Load(string path)
    {
        var library = ElfVersions.Read(path);
        ElfVersions.Need[] missing = [.. library.Needs().GroupBy(need => need.Library).SelectMany(Missing)];
        ElfVersions.Need[] used = [.. missing.Where(library.Uses)];
        if (used.Length > 0)
        {
            var versions = string.Join(", ", used.Select(need => $"{need.Version} of {need.Library} ({SystemPath(need.Library)})"));
            throw TorchLibrary.NotFound(
                $"{path} needs versions of the system's libraries that this system does not have: {versions}",
                "Use a newer system: Debian 12, Ubuntu 22.04, RHEL 10, or one as new.");
        }

        foreach (var need in missing)
        {
            library.MakeOptional(need);
        }

        // Once loaded, the library no longer needs its file.
        var folder = Directory.CreateTempSubdirectory("kernelgen-");
        try
        {
            var copy = Path.Combine(folder.FullName, Path.GetFileName(path));
            using (var file = File.Create(copy))
            {
                file.Write(library.File);
            }

            NativeLibrary.Load(copy);
        }
        catch (DllNotFoundException exception)
        {
            throw TorchLibrary.NotFound($"{path} cannot be loaded: {exception.Message}", "Install what the system says is missing.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<ElfVersions.Need> Missing(IGrouping<string, ElfVersions.Need> needs)
    {
        if (SystemPath(needs.Key) is not { } path)
        {
            return [];
        }

        var offers = ElfVersions.Read(path).Offers();
        return needs.Where(need => !need.IsOptional && !offers.Contains(need.Version));
    }

    // The library that the process has loaded under a name: the path that its part of the process's memory has.
    private static string? SystemPath(string library) => File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "")
        .FirstOrDefault(path => IsCalled(Path.GetFileName(path), library));

    // Files may carry a longer version than the name by which they are asked for: libstdc++.so.6 is libstdc++.so.6.0.30.
    private static bool IsCalled(string file, string library) =>
        file == library || file.StartsWith($"{library}.", StringComparison.Ordinal);
}
