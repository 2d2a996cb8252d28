using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Examples.LongProteins;

/// <summary>
/// Turns tokens into queries, keys and values, as the first layer of an untrained model would: x_t = E[token_t] + P_t, with a random row
/// of E for each of the 21 tokens and sinusoidal positions P, then q = k = x·W and v = x·Wv for each head, with random matrices.
/// </summary>
/// <remarks>
/// Entries of E are N(0, ½) and a sinusoid has mean square ½, so x has mean square 1, one half from the residue and one from its place.
/// Entries of W are N(0, scale²/<see cref="Width"/>), those of Wv N(0, 1/<see cref="Width"/>): entries of q and k have standard deviation
/// <see cref="InputScale"/>, entries of v 1. Queries and keys share a matrix (as in Kitaev et al., "Reformer", arXiv:2001.04451), so that
/// a token attends most to those that resemble it in residue and place. With two unrelated matrices attention would be so close to plain
/// averaging that no estimate could show its worth.
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
    /// The standard deviation of an entry of q and k. The relative variance of a FAVOR+ weight is about exp(‖z‖²)/m with z = (q + k)/d^¼, and
    /// ‖z‖² is about 2·scale²·√d = 16·scale² = 2 for two unrelated tokens, 4 for a token and itself: within the reach of 256 features.
    /// </summary>
    public const double InputScale = 0.35;

    /// <summary>Radians a token, from 1 to nearly 1/10,000 ("Attention Is All You Need", section 3.5).</summary>
    private static readonly double[] Frequencies = [.. Enumerable.Range(0, Width / 2).Select(wave => Math.Pow(10_000, -2.0 * wave / Width))];

    private readonly float[] _rows;
    private readonly float[] _queryKeyWeights;
    private readonly float[] _valueWeights;

    /// <summary>Draws all random numbers from <paramref name="seed"/>.</summary>
    public Embedding(int seed)
    {
        var random = new Random(seed);
        _rows = Normal(random, Vocabulary.Size * Width, Math.Sqrt(0.5));
        _queryKeyWeights = Normal(random, Heads * Width * HeadDim, InputScale / Math.Sqrt(Width));
        _valueWeights = Normal(random, Heads * Width * HeadDim, 1 / Math.Sqrt(Width));
    }

    /// <summary>Fills <paramref name="query"/>, <paramref name="key"/> and <paramref name="value"/>, [heads, tokens, head dim] each.</summary>
    public void Embed(ReadOnlyMemory<byte> tokens, float[] query, float[] key, float[] value, int threads)
    {
        const int block = 256;
        int length = tokens.Length;
        Parallel.For(0, (length + block - 1) / block, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            Span<float> x = stackalloc float[Width];
            int end = Math.Min(length, (index + 1) * block);
            for (int t = index * block; t < end; t++)
            {
                Token(tokens.Span[t], t, x);
                for (int head = 0; head < Heads; head++)
                {
                    int place = (head * length + t) * HeadDim;
                    int matrix = head * Width * HeadDim;
                    Project(x, _queryKeyWeights.AsSpan(matrix, Width * HeadDim), query.AsSpan(place, HeadDim));
                    query.AsSpan(place, HeadDim).CopyTo(key.AsSpan(place));
                    Project(x, _valueWeights.AsSpan(matrix, Width * HeadDim), value.AsSpan(place, HeadDim));
                }
            }
        });
    }

    private void Token(int token, int position, Span<float> x)
    {
        _rows.AsSpan(token * Width, Width).CopyTo(x);
        for (int wave = 0; wave < Width / 2; wave++)
        {
            (double sine, double cosine) = Math.SinCos(position * Frequencies[wave]);
            x[2 * wave] += (float)sine;
            x[2 * wave + 1] += (float)cosine;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Project(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<float> destination)
    {
        destination.Clear();
        Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(destination);
        for (int c = 0; c < x.Length; c++)
        {
            ReadOnlySpan<Vector<float>> row = MemoryMarshal.Cast<float, Vector<float>>(weights.Slice(c * HeadDim, HeadDim));
            for (int i = 0; i < row.Length; i++)
            {
                sums[i] += row[i] * x[c];
            }
        }
    }

    private static float[] Normal(Random random, int count, double deviation)
    {
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            // Box and Muller; 1 − u lies in (0, 1].
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            numbers[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return numbers;
    }
}
