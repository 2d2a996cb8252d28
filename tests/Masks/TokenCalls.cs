namespace KernelGen.Tests.Masks;

/// <summary>
/// The members of a layer whose mask or score asks for numbers of tokens: they take a span of ints for each kind. And what the numbers of
/// a call are.
/// </summary>
/// <param name="Forward">Its Forward.</param>
/// <param name="Backward">Its Backward.</param>
/// <param name="Number">By kind, sequence, token and count of tokens.</param>
public sealed record TokenCalls(
    TokenCalls.OfForward Forward, TokenCalls.OfBackward Backward, params Func<int, int, int, int>[] Number)
{
    public delegate void OfForward(
        IAttention attention, float[] query, float[] key, float[] value, int[][] numbers, float[] output, AttentionShape shape,
        ForwardOptions options);

    public delegate void OfBackward(
        IAttention attention, float[] query, float[] key, float[] value, int[][] numbers, float[] output, BackwardContext context,
        float[] upstream, float[] queryGradient, float[] keyGradient, float[] valueGradient, AttentionShape shape);

    public delegate void OfStep(
        IAttention attention, DecodingState state, float[] query, float[] key, float[] value, int[][] numbers, float[] output);

    public delegate void OfPrefill(
        IAttention attention, DecodingState state, float[] query, float[] key, float[] value, int[][] numbers, float[] output,
        AttentionShape shape);

    /// <summary>Its Step; null: it does not decode.</summary>
    public OfStep? Step { get; init; }

    /// <summary>Its Prefill.</summary>
    public OfPrefill? Prefill { get; init; }

    /// <summary>Whether a query sees a key, by their positions, the head, and the numbers of each kind of the query and of the key.</summary>
    public required Func<int, int, int, int[], int[], bool> Sees { get; init; }

    /// <summary>What becomes of a score, likewise; null: nothing.</summary>
    public Func<double, int, int, int, int[], int[], double>? Score { get; init; }

    /// <summary>The numbers of a call, of each kind [batch, tokens].</summary>
    public int[][] Numbers(int batch, int tokens) =>
        [.. Number.Select(number => Enumerable.Range(0, batch * tokens).Select(i => number(i / tokens, i % tokens, tokens)).ToArray())];
}
