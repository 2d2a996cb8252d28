using System.Runtime.Intrinsics;

namespace KernelGen.Examples;

/// <summary>What the generated kernels have to run on, in words.</summary>
internal static class Machine
{
    /// <summary>The bits of the widest vectors.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>"1 thread", "2 threads".</summary>
    public static string Threads(int count) => count == 1 ? "1 thread" : FormattableString.Invariant($"{count} threads");
}
