namespace KernelGen.Bench.Torch.Peers;

/// <summary>One thing to compute, which every contender that can computes from the same numbers.</summary>
/// <param name="IsExact">Exact softmax attention; otherwise FAVOR+ with softmax features.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
/// <param name="WithBackward">
/// A forward and a backward pass, with the gradients of queries, keys and values; otherwise a forward pass.
/// </param>
/// <param name="Length">Queries, and keys.</param>
/// <param name="Threads">Threads that a contender may use.</param>
internal sealed record PeerCase(bool IsExact, bool Causal, bool WithBackward, int Length, int Threads)
{
    /// <summary>Heads of the one sequence.</summary>
    public const int Heads = 8;

    /// <summary>d, and dv.</summary>
    public const int HeadDim = 64;

    /// <summary>m, of FAVOR+.</summary>
    public const int Features = 256;

    /// <summary>"exact", "FAVOR+".</summary>
    public string Attention => IsExact ? "exact" : "FAVOR+";

    /// <summary>"causal", "bidirectional".</summary>
    public string Sight => Causal ? "causal" : "bidirectional";

    /// <summary>"forward", "forward + backward".</summary>
    public string Direction => WithBackward ? "forward + backward" : "forward";

    /// <summary>The numbers of one tensor.</summary>
    public int Count => Heads * Length * HeadDim;

    /// <summary>The cases of a run.</summary>
    public static IEnumerable<PeerCase> All(bool quick, IReadOnlyList<int> threads) =>
        from thread in threads
        from length in quick ? (int[])[512, 2048] : [512, 1024, 2048, 4096, 8192]
        from isExact in (bool[])[true, false]
        from causal in (bool[])[false, true]
        from withBackward in (bool[])[false, true]
        select new PeerCase(isExact, causal, withBackward, length, thread);
}
