using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>Native memory of floats at a 64-byte boundary, a cache line and a 512-bit vector; freed when it is collected or disposed.</summary>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    public const int Alignment = 64;
    public const int AlignmentFloats = Alignment / sizeof(float);

    /// <summary>Allocates zeroed memory. (Zeroed so that its pages are in place before a kernel is timed in it.)</summary>
    public AlignedBuffer(long floats)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        nuint bytes = checked((nuint)floats * sizeof(float));
        SetHandle((nint)NativeMemory.AlignedAlloc(Math.Max(bytes, Alignment), Alignment));
        NativeMemory.Clear((void*)handle, bytes);
        Length = floats;
    }

    /// <summary>In floats.</summary>
    public long Length { get; }

    /// <summary>The first float. Whoever uses it keeps this object alive.</summary>
    public float* Pointer => (float*)handle;

    public override bool IsInvalid => handle == 0;

    /// <summary>The next multiple of the alignment, in floats.</summary>
    public static long Aligned(long floats) => (floats + AlignmentFloats - 1) & -AlignmentFloats;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
