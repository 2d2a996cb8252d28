namespace KernelGen.Examples;

/// <summary>Allocates the large tensors, or says how much memory they would need.</summary>
internal static class Memory
{
    /// <summary><paramref name="count"/> tensors of <paramref name="length"/> × <paramref name="width"/> floats.</summary>
    /// <exception cref="JobException">They do not fit into the memory of this machine.</exception>
    public static float[][] Allocate(int count, int width, int length)
    {
        var bytesOfToken = (long)count * width * sizeof(float);
        var needed = bytesOfToken * length;
        var free = Free();

        // Some is left for the rest of the process. Without the check the system would swap, or end the process, long after the start.
        const long rest = 256L << 20;
        if (needed > free - rest)
        {
            throw TooLittle(needed, free, (free - rest) / bytesOfToken);
        }

        try
        {
            return [.. Enumerable.Range(0, count).Select(_ => GC.AllocateUninitializedArray<float>(length * width))];
        }
        catch (OutOfMemoryException)
        {
            throw TooLittle(needed, free, length / 2);
        }
    }

    private static long Free()
    {
        // Before a first collection the runtime has no figures.
        GC.Collect();
        var info = GC.GetGCMemoryInfo();
        return Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes);
    }

    private static JobException TooLittle(long needed, long free, long length)
    {
        var advice = length > 0
            ? FormattableString.Invariant($"Give a smaller --length, at most about {length}.")
            : "Free some memory first.";
        return new JobException(FormattableString.Invariant(
            $"Queries, keys, values and outputs need {needed / 1e9:F1} GB, and about {free / 1e9:F1} GB are free. {advice}"));
    }
}
