namespace KernelGen.Examples;

/// <summary>
/// Turns tokens into queries, keys and values, as the first layer of an untrained model would: x_t = E[token_t] + P_t, with a random row
/// of E for each of the 21 tokens and sinusoidal positions P, then q = k = x·W and v = x·Wv for each head, with random matrices.
/// </summary>
/// <remarks>
/// Entries of E are N(0, ½) and a sinusoid has mean square ½, so x has mean square 1, one half from the residue and one from its place.
/// <see cref="RandomHeads"/> says what the matrices are.
/// </remarks>
internal sealed class Embedding
{
    /// <summary>Heads of the layer.</summary>
    public const int Heads = 8;

    /// <summary>Numbers of one head, d.</summary>
    public const int HeadDim = 64;

    /// <summary>Numbers of one embedded token.</summary>
    public const int Width = 64;

    /// <summary>
    /// The standard deviation of an entry of q and k. The relative variance of a FAVOR+ weight is about exp(‖z‖²)/m with z = (q + k)/d^¼,
    /// and ‖z‖² is about 2·scale²·√d = 16·scale² = 2 for two unrelated tokens, 4 for a token and itself: within the reach of 256 features.
    /// </summary>
    public const double InputScale = 0.35;

    /// <summary>Radians a token, from 1 to nearly 1/10,000 ("Attention Is All You Need", section 3.5).</summary>
    private static readonly double[] Frequencies =
        [.. Enumerable.Range(0, Width / 2).Select(wave => Math.Pow(10_000, -2.0 * wave / Width))];

    private readonly float[] _rows;
    private readonly RandomHeads _heads;

    /// <summary>Draws all random numbers from <paramref name="seed"/>.</summary>
    public Embedding(int seed)
    {
        var random = new Random(seed);
        _rows = RandomHeads.Normal(random, Vocabulary.Size * Width, Math.Sqrt(0.5));
        _heads = new RandomHeads(random);
    }

    /// <summary>
    /// Fills <paramref name="query"/>, <paramref name="key"/> and <paramref name="value"/>, [heads, tokens, head dim] each, with tokens of
    /// which the first stands at <paramref name="position"/>.
    /// </summary>
    public void Embed(ReadOnlyMemory<byte> tokens, float[] query, float[] key, float[] value, int threads, int position = 0)
    {
        const int block = 256;
        var length = tokens.Length;
        Parallel.For(0, (length + block - 1) / block, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            Span<float> x = stackalloc float[Width];
            var end = Math.Min(length, (index + 1) * block);
            for (var t = index * block; t < end; t++)
            {
                Token(tokens.Span[t], position + t, x);
                _heads.Project(x, t, length, query, key, value);
            }
        });
    }

    /// <summary>x of all tokens, [tokens, <see cref="Width"/>], from which queries, keys and values are projected.</summary>
    public float[] Tokens(ReadOnlySpan<byte> tokens)
    {
        var x = new float[tokens.Length * Width];
        for (var t = 0; t < tokens.Length; t++)
        {
            Token(tokens[t], t, x.AsSpan(t * Width, Width));
        }

        return x;
    }

    private void Token(int token, int position, Span<float> x)
    {
        _rows.AsSpan(token * Width, Width).CopyTo(x);
        for (var wave = 0; wave < Width / 2; wave++)
        {
            var (sine, cosine) = Math.SinCos(position * Frequencies[wave]);
            x[2 * wave] += (float)sine;
            x[2 * wave + 1] += (float)cosine;
        }
    }
}
