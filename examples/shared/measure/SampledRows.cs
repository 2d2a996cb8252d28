using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Examples;

/// <summary>
/// Exact softmax attention in double for a few query rows, straight from its definition: what the outputs of the generated kernels are
/// measured against at every length, also where the whole exact layer would take too long.
/// </summary>
internal static class SampledRows
{
    /// <summary>The rows that are sampled of a sequence, at most.</summary>
    public const int Most = 256;

    // Keys that are widened to double at a time: keys and values of a block stay in the caches while all rows pass over them.
    private const int Block = 128;

    /// <summary>Positions spread evenly over a sequence: the middles of <see cref="Most"/> equal parts, or all of a short one.</summary>
    public static int[] Positions(int length)
    {
        var count = Math.Min(length, Most);
        return [.. Enumerable.Range(0, count).Select(i => (int)((2L * i + 1) * length / (2L * count)))];
    }

    /// <summary>
    /// Attention and the plain average of the values seen, [heads, positions, dim] each, for the queries at <paramref name="positions"/>.
    /// Tensors are [heads, length, dim].
    /// </summary>
    public static (double[] Attention, double[] Average) Compute(
        float[] query, float[] key, float[] value, int heads, int length, int dim, int[] positions, bool causal, int threads)
    {
        var attention = new double[heads * positions.Length * dim];
        var average = new double[attention.Length];

        // A unit of parallel work is a head and a part of the rows, so that more threads than heads have work too.
        var parts = Math.Max(1, Math.Min(positions.Length, (threads + heads - 1) / heads));
        Parallel.For(0, heads * parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, unit =>
        {
            var head = unit / parts;
            var part = unit % parts;
            var from = positions.Length * part / parts;
            var to = positions.Length * (part + 1) / parts;
            var tensor = head * length * dim;
            var output = (head * positions.Length + from) * dim;
            ComputeHead(
                query.AsSpan(tensor, length * dim),
                key.AsSpan(tensor, length * dim),
                value.AsSpan(tensor, length * dim),
                dim,
                positions.AsSpan(from, to - from),
                causal,
                attention.AsSpan(output, (to - from) * dim));
            AverageHead(
                value.AsSpan(tensor, length * dim),
                dim,
                positions.AsSpan(from, to - from),
                causal,
                average.AsSpan(output, (to - from) * dim));
        });
        return (attention, average);
    }

    /// <summary>The rows at <paramref name="positions"/> of a [heads, length, dim] tensor, as [heads, positions, dim].</summary>
    public static double[] Gather(float[] tensor, int heads, int length, int dim, int[] positions)
    {
        var rows = new double[heads * positions.Length * dim];
        for (var row = 0; row < heads * positions.Length; row++)
        {
            var start = (row / positions.Length * length + positions[row % positions.Length]) * dim;
            Widen(tensor.AsSpan(start, dim), rows.AsSpan(row * dim, dim));
        }

        return rows;
    }

    /// <summary>‖actual − expected‖ / ‖expected‖ over all numbers.</summary>
    public static double RelativeError(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        double difference = 0;
        double size = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }

        return Math.Sqrt(difference / size);
    }

    // The code is plain on purpose: a loop over keys with a running maximum (Milakov and Gimelshein, arXiv:1805.02867), independent of the
    // generated kernels that it checks. Vector<double> is there for patience only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeHead(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, int dim, ReadOnlySpan<int> positions, bool causal,
        Span<double> attention)
    {
        var length = key.Length / dim;
        var q = new double[positions.Length * dim];
        var top = new double[positions.Length];
        var weight = new double[positions.Length];
        var keys = new double[Block * dim];
        var values = new double[Block * dim];
        for (var row = 0; row < positions.Length; row++)
        {
            Widen(query.Slice(positions[row] * dim, dim), q.AsSpan(row * dim, dim));
            top[row] = double.NegativeInfinity;
        }

        Scale(q, 1 / Math.Sqrt(dim));
        for (var first = 0; first < length; first += Block)
        {
            var count = Math.Min(Block, length - first);
            Widen(key.Slice(first * dim, count * dim), keys);
            Widen(value.Slice(first * dim, count * dim), values);
            for (var row = 0; row < positions.Length; row++)
            {
                var seen = causal ? Math.Min(count, positions[row] + 1 - first) : count;
                var sum = attention.Slice(row * dim, dim);
                for (var j = 0; j < seen; j++)
                {
                    var score = Dot(q.AsSpan(row * dim, dim), keys.AsSpan(j * dim, dim));
                    if (score > top[row])
                    {
                        var rescale = Math.Exp(top[row] - score);
                        Scale(sum, rescale);
                        weight[row] *= rescale;
                        top[row] = score;
                    }

                    var probability = Math.Exp(score - top[row]);
                    weight[row] += probability;
                    Accumulate(values.AsSpan(j * dim, dim), probability, sum);
                }
            }
        }

        for (var row = 0; row < positions.Length; row++)
        {
            Scale(attention.Slice(row * dim, dim), 1 / weight[row]);
        }
    }

    private static void AverageHead(ReadOnlySpan<float> value, int dim, ReadOnlySpan<int> positions, bool causal, Span<double> average)
    {
        var length = value.Length / dim;
        var sum = new double[dim];
        var seen = 0;
        for (var row = 0; row < positions.Length; row++)
        {
            for (var sees = causal ? positions[row] + 1 : length; seen < sees; seen++)
            {
                for (var c = 0; c < dim; c++)
                {
                    sum[c] += value[seen * dim + c];
                }
            }

            var mean = average.Slice(row * dim, dim);
            sum.CopyTo(mean);
            Scale(mean, 1.0 / seen);
        }
    }

    private static void Widen(ReadOnlySpan<float> source, Span<double> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = source[i];
        }
    }

    private static void Scale(Span<double> numbers, double factor)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] *= factor;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var a = MemoryMarshal.Cast<double, Vector<double>>(left);
        var b = MemoryMarshal.Cast<double, Vector<double>>(right);
        Vector<double> even = default;
        Vector<double> odd = default;
        var i = 0;
        for (; i + 1 < a.Length; i += 2)
        {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
        }

        var sum = Vector.Sum(even + odd);
        for (i *= Vector<double>.Count; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ReadOnlySpan<double> source, double weight, Span<double> destination)
    {
        var x = MemoryMarshal.Cast<double, Vector<double>>(source);
        var y = MemoryMarshal.Cast<double, Vector<double>>(destination);
        for (var i = 0; i < x.Length; i++)
        {
            y[i] += x[i] * weight;
        }

        for (var i = x.Length * Vector<double>.Count; i < source.Length; i++)
        {
            destination[i] += source[i] * weight;
        }
    }
}
