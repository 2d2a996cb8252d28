using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelGen.TorchSharp;

/// <summary>
/// Loads TorchSharp's native library, or says what is missing. Call <see cref="Load"/> or <see cref="TorchThreads.Use"/> before anything
/// else of TorchSharp.
/// </summary>
public static class TorchLibrary
{
    private const string Name = "LibTorchSharp";

    // What the TorchSharp of Directory.Packages.props calls. TorchSharp knows too, but not before it has loaded it.
    private const string TorchVersion = "2.10.0";

    // In the order in which they need each other.
    private static readonly string[] _torch = ["c10", "torch_cpu", "torch"];
    private static readonly Lock _lock = new();
    private static volatile bool _isLoaded;

    /// <summary>Loads libtorch and TorchSharp's native library, once; later calls cost nothing.</summary>
    /// <exception cref="DllNotFoundException">
    /// A library, or a version of one that it needs, is not there; the message says which, of what file, and what to do. TorchSharp alone
    /// would say that no package is referenced.
    /// </exception>
    /// <remarks>
    /// <para>
    /// TorchSharp's library for Linux names a version of libstdc++ that only GCC 13 and later have (GLIBCXX_3.4.32), but is bound to no
    /// symbol of it. So where such versions are all that is missing, as on Debian 12, they are marked optional in a copy, which is loaded
    /// and removed again. That works only while nobody has used TorchSharp yet.
    /// </para>
    /// <para>
    /// In scripts and notebooks packages are not beside the program, and TorchSharp gathers them: use it first there
    /// (<c>torch.zeros(1)</c>).
    /// </para>
    /// <para>
    /// It also bounds how long idle threads of libtorch keep their processors busy (<see cref="TorchThreads"/>). Every function and module
    /// of this library calls it.
    /// </para>
    /// </remarks>
    public static void Load()
    {
        if (_isLoaded)
        {
            return;
        }

        lock (_lock)
        {
            if (!_isLoaded)
            {
                TorchThreads.BoundSpinning();
                LoadNative();
                Initialize();
                _isLoaded = true;
            }
        }
    }

    /// <summary>Loads before the constructor of a module's base class runs, to which the name is handed.</summary>
    internal static string LoadedFor(string module)
    {
        Load();
        return module;
    }

    private static void LoadNative()
    {
        var assembly = typeof(torch).Assembly;
        foreach (var library in _torch)
        {
            NativeLibrary.TryLoad(library, assembly, null, out _);
        }

        if (NativeLibrary.TryLoad(Name, assembly, null, out _))
        {
            return;
        }

        var found = NativeFiles.Find(Name) ?? throw NotFound(
            $"TorchSharp's native library {NativeFiles.FileName(Name)} is not beside the program",
            "Reference the package TorchSharp in the project that is run.");
        foreach (var library in _torch)
        {
            var path = NativeFiles.Find(library) ?? throw NotFound(
                $"libtorch is not beside the program: {NativeFiles.FileName(library)} is in none of its folders",
                $"Reference {TorchPackage} in the project that is run.");
            LoadOrThrow(path);
        }

        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            OldLinux.Load(found);
            if (!NativeLibrary.TryLoad(Name, assembly, null, out _))
            {
                throw NotFound(
                    $"{found} was loaded, but TorchSharp does not find it", "Use nothing of TorchSharp before TorchLibrary.Load.");
            }

            return;
        }

        LoadOrThrow(found);
    }

    private static void Initialize()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (TypeInitializationException exception)
        {
            throw new DllNotFoundException(
                "TorchSharp was used before it could be loaded, has failed, and does not try again in this process. Call TorchLibrary.Load or "
                + "TorchThreads.Use first in the program, before anything of TorchSharp.",
                exception);
        }
    }

    private static void LoadOrThrow(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException exception)
        {
            throw NotFound($"{path} cannot be loaded: {exception.Message}", "Install what the system says is missing.");
        }
    }

    private static string TorchPackage
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";
            return $"the package libtorch-cpu-{system}, version {TorchVersion}, or the one for your GPU,";
        }
    }

    internal static DllNotFoundException NotFound(string what, string remedy) => new($"{what}. {remedy}");
}
