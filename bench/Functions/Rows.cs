using System.Runtime.InteropServices;

namespace KernelGen.Bench.Functions;

/// <summary>
/// A row of arguments and one of results, in the first cache. Both start on a cache line, and not a multiple of 4 KB apart: where they lie
/// would decide otherwise how fast the widest vectors are, by a factor of three.
/// </summary>
internal sealed class Rows
{
    public const int Count = 1536;

    private const int LineBytes = 64;

    public Rows()
    {
        Numbers = GC.AllocateArray<float>((2 * Count) + (LineBytes / sizeof(float)), pinned: true);
        Arguments = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(Numbers, 0) & (LineBytes - 1)) / sizeof(float);
    }

    public float[] Numbers { get; }

    /// <summary>Where the arguments start.</summary>
    public int Arguments { get; }

    /// <summary>Where the results start.</summary>
    public int Results => Arguments + Count;
}
