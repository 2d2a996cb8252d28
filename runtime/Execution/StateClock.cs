using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// How much of a state that fades is left, token by token: Γ_i = Σ_{t ≤ i} log2 of the factor of token t, in two floats, for every head of
/// a call. Reused by later calls.
/// </summary>
/// <remarks>
/// Kernels add Γ to logarithms, so that no state is ever multiplied. Added up in double: at a million tokens a weight is off by less than
/// one rounding to float.
/// </remarks>
internal sealed unsafe class StateClock
{
    /// <summary>Less than every float in a few tokens, whatever features are; what is below counts as it.</summary>
    private const float Least = -16_384;

    private static readonly double Log2E = 1 / Math.Log(2);

    private AlignedBuffer? _memory;
    private long _count;

    /// <summary>[batch, heads, tokens], or of packed sequences [heads, tokens].</summary>
    public float* Sums => _memory!.Pointer;

    /// <summary>What each sum has lost as one float.</summary>
    public float* Rests => Sums + _count;

    /// <summary>Takes ∂loss/∂Γ of each, by the natural logarithm.</summary>
    public float* Gradient => Rests + _count;

    /// <summary>The bytes that a call of a shape needs: for every token of every head two floats, and one for the gradient.</summary>
    public static long BytesFor(in AttentionShape shape) => 3 * Count(shape) * sizeof(float);

    /// <summary>What is added to the clock at a token, from the natural logarithm of its factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Step(float logDecay) => Math.Max(logDecay, Least) * Log2E;

    /// <summary>A number as two floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float Sum, float Lost) Split(double number) => ((float)number, (float)(number - (float)number));

    /// <exception cref="ArgumentException">The factor would be above 1.</exception>
    public static void Check(float logDecay, int batch, int head, int token)
    {
        if (logDecay > 0)
        {
            throw new ArgumentException(
                $"logDecay of sequence {batch}, head {head}, token {token} is {logDecay}, but the logarithm of a factor that forgets is at most 0.",
                nameof(logDecay));
        }
    }

    /// <summary>Adds up the tokens of a call that count.</summary>
    /// <param name="logDecay">Of each token; empty where <paramref name="constants"/> are given.</param>
    /// <param name="strides">How far apart its parts are.</param>
    /// <param name="constants">Of each head; empty where each token has its own.</param>
    /// <param name="sequences">Of a packed call; null: each has an equal part.</param>
    /// <param name="queryLengths">The tokens of each sequence that count; empty: all.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="ArgumentException">A factor would be above 1.</exception>
    public void Read(
        ReadOnlySpan<float> logDecay, OperandMemory strides, ReadOnlySpan<float> constants, PackedSequences? sequences,
        ReadOnlySpan<int> queryLengths, in AttentionShape shape)
    {
        _count = Count(shape);
        if (_memory is null || _memory.Length < 3 * _count)
        {
            _memory?.Dispose();
            _memory = null; // in case there is not enough for the larger one
            _memory = new AlignedBuffer(3 * _count);
        }

        for (var batch = 0; batch < shape.Batch; batch++)
        {
            var (first, tokens) = Tokens(sequences, queryLengths, batch, shape);
            for (var head = 0; head < shape.Heads; head++)
            {
                var sums = Sums + Index(batch, head, first, shape);
                var rests = sums + _count;
                var place = strides.Of(batch, head, first);
                double sum = 0;
                for (var token = 0; token < tokens; token++)
                {
                    var log = constants.IsEmpty ? logDecay[(int)((place.Start - strides.Start) + (token * place.Stride))] : constants[head];
                    Check(log, batch, head, token);
                    sum += Step(log);
                    (sums[token], rests[token]) = Split(sum);
                }
            }
        }
    }

    /// <summary>The gradient of each token's number: a sum over it and all tokens after it, whose clocks have it in them.</summary>
    /// <param name="gradient">Where the gradient of each token goes.</param>
    /// <param name="adds">Whether it is added to what is there.</param>
    /// <param name="sequences">Of a packed call, <see cref="AttentionShape.Batch"/> of them; null: each has an equal part.</param>
    /// <param name="queryLengths">The tokens of each sequence that count; null: all.</param>
    /// <param name="shape">The sizes.</param>
    public void WriteGradient(
        OperandMemory gradient, bool adds, PackedSequence* sequences, int* queryLengths, in AttentionShape shape)
    {
        for (var batch = 0; batch < shape.Batch; batch++)
        {
            var (first, tokens) = sequences is not null ? (sequences[batch].FirstQuery, sequences[batch].Queries)
                : (0, queryLengths is null ? shape.QueryLength : Math.Clamp(queryLengths[batch], 0, shape.QueryLength));
            for (var head = 0; head < shape.Heads; head++)
            {
                var source = Gradient + Index(batch, head, first, shape);
                var place = gradient.Of(batch, head, first);
                double sum = 0;
                for (var token = tokens - 1; token >= 0; token--)
                {
                    sum += source[token];
                    ref var destination = ref place.Start[token * place.Stride];
                    destination = (float)(adds ? destination + sum : sum);
                }
            }
        }
    }

    private static long Count(in AttentionShape shape) =>
        (long)(shape.PacksSequences ? 1 : shape.Batch) * shape.Heads * shape.QueryLength;

    private static (int First, int Tokens) Tokens(
        PackedSequences? sequences, ReadOnlySpan<int> queryLengths, int batch, in AttentionShape shape) =>
        sequences is not null ? (sequences.All[batch].FirstQuery, sequences.All[batch].Queries)
        : (0, queryLengths.IsEmpty ? shape.QueryLength : Math.Clamp(queryLengths[batch], 0, shape.QueryLength));

    private static long Index(int batch, int head, int token, in AttentionShape shape) => shape.PacksSequences
        ? ((long)head * shape.QueryLength) + token
        : ((((long)batch * shape.Heads) + head) * shape.QueryLength) + token;
}
