using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// What is said where memory of a size that a caller or a file chose cannot be had: how much is needed, of what, and how much there is.
/// Asked before it is allocated, since many systems promise any amount and end the process that uses it.
/// </summary>
internal static class MemoryChecks
{
    // What is less than such a share of the memory is compared with this library's own alone: the managed heap takes longer to ask.
    private const int SmallShare = 64;

    private static long _available = ReadAvailable();

    /// <summary>The memory of the machine or the container, in use or not.</summary>
    public static long AvailableBytes => Volatile.Read(ref _available);

    /// <summary>Whether there can be so much memory beside what this process holds already.</summary>
    /// <param name="count">How many.</param>
    /// <param name="bytesEach">The size of each.</param>
    /// <param name="what">Of what, in the plural.</param>
    /// <exception cref="InsufficientMemoryException">There cannot.</exception>
    public static void Check(long count, long bytesEach, string what)
    {
        if (!Fits((Int128)count * bytesEach))
        {
            CollectOrThrow(count, bytesEach, what);
        }
    }

    /// <summary>An array of zeros.</summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public static T[] Array<T>(int length, string what)
    {
        T[] array = [];
        Resize(ref array, length, what);
        return array;
    }

    /// <summary>Gives an array another length.</summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public static void Resize<T>(ref T[] array, int length, string what)
    {
        var size = Unsafe.SizeOf<T>();
        Check(length, size, what);
        try
        {
            System.Array.Resize(ref array, length);
        }
        catch (OutOfMemoryException exception)
        {
            throw TooFew(length, size, what, exception);
        }
    }

    /// <summary>What to throw where there is not enough.</summary>
    public static InsufficientMemoryException TooFew(long count, long bytesEach, string what, OutOfMemoryException? exception) => new(
        $"{count} {what} of {bytesEach} bytes each need {(Int128)count * bytesEach} bytes, but this process can have {AvailableBytes} in all, "
        + $"of which KernelGen holds {AlignedBuffer.BytesInUse} and the managed heap {GC.GetTotalMemory(forceFullCollection: false)}.",
        exception);

    // Apart from the check, which then allocates nothing. A container may have been given more since, and some of what is held may be
    // garbage, which goes once its finalizers have run.
    private static void CollectOrThrow(long count, long bytesEach, string what)
    {
        var needed = (Int128)count * bytesEach;
        Volatile.Write(ref _available, ReadAvailable());
        if (needed <= AvailableBytes)
        {
            GC.Collect();
            if (SpinWait.SpinUntil(() => Fits(needed), TimeSpan.FromSeconds(0.5)))
            {
                return;
            }
        }

        throw TooFew(count, bytesEach, what, null);
    }

    private static bool Fits(Int128 needed)
    {
        var left = (Int128)AvailableBytes - AlignedBuffer.BytesInUse;
        return needed <= AvailableBytes / SmallShare ? needed <= left : needed <= left - GC.GetTotalMemory(forceFullCollection: false);
    }

    // The memory of the machine or the container. A limit of the managed heap alone is no limit of native memory.
    private static long ReadAvailable()
    {
        var memory = GC.GetGCMemoryInfo();
        return Math.Max(memory.TotalAvailableMemoryBytes, memory.HighMemoryLoadThresholdBytes);
    }
}
