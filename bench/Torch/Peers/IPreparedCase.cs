namespace KernelGen.Bench.Torch.Peers;

/// <summary>A case that a contender is ready to compute.</summary>
internal interface IPreparedCase : IDisposable
{
    /// <summary>Computes it once: what is timed.</summary>
    void Run();

    /// <summary>
    /// What the last run computed, [heads, length, dim]: outputs, and where there was a backward pass the gradients of queries, keys and
    /// values.
    /// </summary>
    IReadOnlyList<float[]> Results();
}
