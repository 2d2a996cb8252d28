using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelGen.TorchSharp;

/// <summary>The threads of libtorch and of KernelGen's kernels, which take turns on the same processors.</summary>
public static class TorchThreads
{
    // Measured on two cores of an AMD EPYC, on training steps of a small model: 89 ms with libgomp's default, 75 ms from 10,000 to 30,000.
    private const int SpinCount = 20_000;
    private const string SpinVariable = "GOMP_SPINCOUNT";

    /// <summary>
    /// Lets libtorch use so many threads, and with it every layer that is called through this library: they follow
    /// <c>torch.get_num_threads()</c> at each call. Loads libtorch. Call it first, before anything else of TorchSharp.
    /// </summary>
    /// <param name="threads">At least 1; the cores of the machine are a good number.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer threads than 1.</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    /// <remarks>
    /// On Linux, libtorch's threads belong to GNU OpenMP, and wait for work by spinning for milliseconds, on processors that the kernels
    /// then lack. So the first call sets <c>GOMP_SPINCOUNT</c> for this process, unless it or <c>OMP_WAIT_POLICY</c> is set. OpenMP
    /// reads it once, when libtorch is loaded: where TorchSharp was used before, threads are set and spinning stays as it was.
    /// </remarks>
    public static void Use(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        TorchLibrary.Load();
        torch.set_num_threads(threads);
    }

    /// <summary>Lets a layer use as many threads as libtorch uses.</summary>
    internal static void Follow(IAttention attention)
    {
        var threads = Math.Max(1, torch.get_num_threads());
        if (attention.DegreeOfParallelism != threads)
        {
            attention.DegreeOfParallelism = threads;
        }
    }

    /// <summary>Before libtorch is loaded.</summary>
    internal static void BoundSpinning()
    {
        if (!OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable(SpinVariable) is not null
            || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
        {
            return;
        }

        // That of the C library: .NET's own setting of a variable is not seen by native code.
        _ = SetVariable(SpinVariable, SpinCount.ToString(CultureInfo.InvariantCulture), 1);
    }

    [DllImport("libc", EntryPoint = "setenv")]
    private static extern int SetVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
