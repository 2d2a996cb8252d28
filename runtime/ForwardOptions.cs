namespace KernelGen;

/// <summary>What a forward call may be told, by name: `layer.Forward(q, k, v, o, shape, new() { KeyLengths = lengths })`.</summary>
public readonly ref struct ForwardOptions
{
    /// <summary>
    /// For each sequence of the batch how many of its keys count, 0 to key length; keys and values past that are never read. Empty: all of
    /// them. A query that sees no key gets zeros.
    /// </summary>
    public ReadOnlySpan<int> KeyLengths { get; init; }

    /// <summary>
    /// For each sequence of the batch how many of its queries count, 0 to query length; queries past that are never read, and their outputs
    /// are left as they are. Empty: all of them.
    /// </summary>
    public ReadOnlySpan<int> QueryLengths { get; init; }

    /// <summary>Filled with what a backward call needs; null: there will be none.</summary>
    public BackwardContext? Context { get; init; }
}
