using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Native memory of floats at a 64-byte boundary, a cache line and a 512-bit vector; freed when it is collected or disposed.
/// </summary>
/// <remarks>
/// The collector does not see its size, so it is asked for whenever much more is in use than before: objects that nobody disposes of do not
/// pile up. (Memory pressure would count what was disposed of too, and collect for every few forks of a decoding state.) Whoever disposes
/// of one while calls may use it does so behind a <see cref="CallGate"/>.
/// </remarks>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    public const int Alignment = 64;
    public const int AlignmentFloats = Alignment / sizeof(float);

    private const long LeastCollected = 256 << 20;

    private static long _bytesInUse;
    private static long _collectAt = LeastCollected;

    /// <summary>Allocates zeroed memory. (Zeroed so that its pages are in place before a kernel is timed in it.)</summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public AlignedBuffer(long floats)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        const string what = "floats of working memory";
        MemoryChecks.Check(floats, sizeof(float), what);
        var bytes = checked((nuint)floats * sizeof(float));
        try
        {
            SetHandle((nint)NativeMemory.AlignedAlloc(Math.Max(bytes, Alignment), Alignment));
        }
        catch (OutOfMemoryException exception)
        {
            throw MemoryChecks.TooFew(floats, sizeof(float), what, exception);
        }

        NativeMemory.Clear((void*)handle, bytes);
        Length = floats;
        var inUse = Interlocked.Add(ref _bytesInUse, Bytes);
        if (inUse > Volatile.Read(ref _collectAt))
        {
            Volatile.Write(ref _collectAt, inUse + Math.Max(LeastCollected, inUse / 2));
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Default, blocking: false);
        }
    }

    /// <summary>Of all such buffers of the process that are not freed yet.</summary>
    public static long BytesInUse => Volatile.Read(ref _bytesInUse);

    /// <summary>In floats.</summary>
    public long Length { get; }

    /// <summary>The first float. Whoever uses it keeps this object alive.</summary>
    /// <exception cref="ObjectDisposedException">The memory was freed.</exception>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (float*)handle;
        }
    }

    public override bool IsInvalid => handle == 0;

    private long Bytes => Math.Max(Length * sizeof(float), Alignment);

    /// <summary>The next multiple of the alignment, in floats.</summary>
    public static long Aligned(long floats) => (floats + AlignmentFloats - 1) & -AlignmentFloats;

    /// <summary>Takes the place of a smaller buffer, whose content it begins with; or of none.</summary>
    public static void Grow(ref AlignedBuffer? buffer, long floats)
    {
        AlignedBuffer larger = new(floats);
        if (buffer is not null)
        {
            Copy(buffer, larger, buffer.Length);
            buffer.Dispose();
        }

        buffer = larger;
    }

    /// <summary>Copies the first floats.</summary>
    public static void Copy(AlignedBuffer from, AlignedBuffer to, long floats)
    {
        Buffer.MemoryCopy(from.Pointer, to.Pointer, to.Length * sizeof(float), floats * sizeof(float));
        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        var inUse = Interlocked.Add(ref _bytesInUse, -Bytes);
        if (Math.Max(LeastCollected, 2 * inUse) < Volatile.Read(ref _collectAt))
        {
            Volatile.Write(ref _collectAt, Math.Max(LeastCollected, 2 * inUse));
        }

        return true;
    }
}
