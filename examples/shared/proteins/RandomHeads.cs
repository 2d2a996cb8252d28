using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Examples;

/// <summary>
/// The random matrices of an untrained attention layer: q = k = x·W and v = x·Wv for each head, x being a token of
/// <see cref="Embedding.Width"/> numbers with mean square 1.
/// </summary>
/// <remarks>
/// Entries of W are N(0, scale²/<see cref="Embedding.Width"/>), those of Wv N(0, 1/<see cref="Embedding.Width"/>): entries of q and k have
/// standard deviation <see cref="Embedding.InputScale"/>, entries of v 1. Queries and keys share a matrix (as in Kitaev et al., "Reformer",
/// arXiv:2001.04451), so that a token attends most to those that resemble it in residue and place. With two unrelated matrices attention
/// would be so close to plain averaging that no estimate could show its worth.
/// </remarks>
internal sealed class RandomHeads
{
    private const int Heads = Embedding.Heads;
    private const int HeadDim = Embedding.HeadDim;
    private const int Width = Embedding.Width;

    private readonly float[] _queryKeyWeights;
    private readonly float[] _valueWeights;

    /// <summary>Draws the matrices from <paramref name="random"/>.</summary>
    public RandomHeads(Random random)
    {
        _queryKeyWeights = Normal(random, Heads * Width * HeadDim, Embedding.InputScale / Math.Sqrt(Width));
        _valueWeights = Normal(random, Heads * Width * HeadDim, 1 / Math.Sqrt(Width));
    }

    /// <summary>
    /// Projects <paramref name="x"/>, token <paramref name="position"/> of <paramref name="length"/>, into the tensors of all tokens,
    /// [heads, tokens, head dim] each.
    /// </summary>
    public void Project(ReadOnlySpan<float> x, int position, int length, float[] query, float[] key, float[] value)
    {
        for (var head = 0; head < Heads; head++)
        {
            var place = (head * length + position) * HeadDim;
            var matrix = head * Width * HeadDim;
            Multiply(x, _queryKeyWeights.AsSpan(matrix, Width * HeadDim), query.AsSpan(place, HeadDim));
            query.AsSpan(place, HeadDim).CopyTo(key.AsSpan(place));
            Multiply(x, _valueWeights.AsSpan(matrix, Width * HeadDim), value.AsSpan(place, HeadDim));
        }
    }

    /// <summary>x·W for W of x.Length rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<float> destination)
    {
        destination.Clear();
        var sums = MemoryMarshal.Cast<float, Vector<float>>(destination);
        for (var c = 0; c < x.Length; c++)
        {
            var numbers = weights.Slice(c * destination.Length, destination.Length);
            var row = MemoryMarshal.Cast<float, Vector<float>>(numbers);
            for (var i = 0; i < row.Length; i++)
            {
                sums[i] += row[i] * x[c];
            }
        }
    }

    /// <summary>Independent normal numbers.</summary>
    public static float[] Normal(Random random, int count, double deviation)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box and Muller; 1 − u lies in (0, 1].
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            numbers[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return numbers;
    }
}
