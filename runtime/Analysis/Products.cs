using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>The few loops over doubles that analysis spends its time in.</summary>
internal static class Products
{
    /// <summary>aᵀb.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var i = 0;
        double sum = 0;
        if (a.Length >= Vector<double>.Count)
        {
            ref var x = ref MemoryMarshal.GetReference(a);
            ref var y = ref MemoryMarshal.GetReference(b[..a.Length]); // as long as a, so the loads below stay inside
            Vector<double> even = default;
            Vector<double> odd = default;
            for (; i <= a.Length - 2 * Vector<double>.Count; i += 2 * Vector<double>.Count)
            {
                var second = (nuint)(i + Vector<double>.Count);
                even = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref x, (nuint)i), Vector.LoadUnsafe(ref y, (nuint)i), even);
                odd = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref x, second), Vector.LoadUnsafe(ref y, second), odd);
            }

            sum = Vector.Sum(even + odd);
        }

        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>c = a · bᵀ for a [rows, depth], b [columns, depth] and c [rows, stride ≥ columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTransposed(
        ReadOnlySpan<double> a, int rows, ReadOnlySpan<double> b, int columns, int depth, Span<double> c, int stride)
    {
        // Blocks of 4 × 2 sums stay in registers: 6 loads for 8 multiply-adds.
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            var j = 0;
            for (; j + 2 <= columns; j += 2)
            {
                Block(a.Slice(i * depth, 4 * depth), b.Slice(j * depth, 2 * depth), depth, c[(i * stride + j)..], stride);
            }

            for (; j < columns; j++)
            {
                for (var row = i; row < i + 4; row++)
                {
                    c[row * stride + j] = Dot(a.Slice(row * depth, depth), b.Slice(j * depth, depth));
                }
            }
        }

        for (; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                c[i * stride + j] = Dot(a.Slice(i * depth, depth), b.Slice(j * depth, depth));
            }
        }
    }

    /// <summary>sum += Σ_j weights_j · rows_j for rows [weights, dim].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWeighted(ReadOnlySpan<double> weights, ReadOnlySpan<double> rows, Span<double> sum)
    {
        var dim = sum.Length;
        var j = 0;
        for (; j + 4 <= weights.Length; j += 4)
        {
            var four = rows.Slice(j * dim, 4 * dim);
            AddFour(weights.Slice(j, 4), four, sum);
        }

        for (; j < weights.Length; j++)
        {
            AddOne(weights[j], rows.Slice(j * dim, dim), sum);
        }
    }

    /// <summary>numbers *= factor.</summary>
    public static void Scale(Span<double> numbers, double factor)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] *= factor;
        }
    }

    /// <summary>top = max(top, x), each number by itself; NaN stays NaN.</summary>
    public static void RaiseTo(ReadOnlySpan<double> x, Span<double> top)
    {
        var i = 0;
        for (; i <= top.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector.Max(new Vector<double>(x[i..]), new Vector<double>(top[i..])).CopyTo(top[i..]);
        }

        for (; i < top.Length; i++)
        {
            top[i] = Math.Max(top[i], x[i]);
        }
    }

    /// <summary>The largest a_i + b_i; NaN where there is one.</summary>
    public static double LargestSum(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var top = double.NegativeInfinity;
        var i = 0;
        if (a.Length >= Vector<double>.Count)
        {
            Vector<double> tops = new(double.NegativeInfinity);
            for (; i <= a.Length - Vector<double>.Count; i += Vector<double>.Count)
            {
                tops = Vector.Max(tops, new Vector<double>(a[i..]) + new Vector<double>(b[i..]));
            }

            for (var lane = 0; lane < Vector<double>.Count; lane++)
            {
                top = Math.Max(top, tops[lane]);
            }
        }

        for (; i < a.Length; i++)
        {
            top = Math.Max(top, a[i] + b[i]);
        }

        return top;
    }

    /// <summary>destination = exp(a + sign·b + offset).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ExpSum(ReadOnlySpan<double> a, double sign, ReadOnlySpan<double> b, double offset, Span<double> destination)
    {
        var i = 0;
        Vector<double> offsets = new(offset);
        for (; i <= a.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector.Exp(new Vector<double>(a[i..]) + sign * new Vector<double>(b[i..]) + offsets).CopyTo(destination[i..]);
        }

        for (; i < a.Length; i++)
        {
            destination[i] = Math.Exp(a[i] + sign * b[i] + offset);
        }
    }

    /// <summary>x *= factors, each number by itself.</summary>
    public static void MultiplyBy(ReadOnlySpan<double> factors, Span<double> x)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] *= factors[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int depth, Span<double> c, int stride)
    {
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        Vector<double> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default,
            c31 = default;
        nint width = Vector<double>.Count;
        nint k = 0;
        for (; k <= depth - width; k += width)
        {
            var x0 = Vector.LoadUnsafe(ref b0, (nuint)k);
            var x1 = Vector.LoadUnsafe(ref b0, (nuint)(depth + k));
            var y = Vector.LoadUnsafe(ref a0, (nuint)k);
            c00 = Vector.FusedMultiplyAdd(y, x0, c00);
            c01 = Vector.FusedMultiplyAdd(y, x1, c01);
            y = Vector.LoadUnsafe(ref a0, (nuint)(depth + k));
            c10 = Vector.FusedMultiplyAdd(y, x0, c10);
            c11 = Vector.FusedMultiplyAdd(y, x1, c11);
            y = Vector.LoadUnsafe(ref a0, (nuint)(2 * depth + k));
            c20 = Vector.FusedMultiplyAdd(y, x0, c20);
            c21 = Vector.FusedMultiplyAdd(y, x1, c21);
            y = Vector.LoadUnsafe(ref a0, (nuint)(3 * depth + k));
            c30 = Vector.FusedMultiplyAdd(y, x0, c30);
            c31 = Vector.FusedMultiplyAdd(y, x1, c31);
        }

        Span<double> sums =
        [
            Vector.Sum(c00), Vector.Sum(c01), Vector.Sum(c10), Vector.Sum(c11), Vector.Sum(c20), Vector.Sum(c21), Vector.Sum(c30),
            Vector.Sum(c31),
        ];
        for (; k < depth; k++)
        {
            for (var row = 0; row < 4; row++)
            {
                sums[2 * row] += a[row * depth + (int)k] * b[(int)k];
                sums[2 * row + 1] += a[row * depth + (int)k] * b[depth + (int)k];
            }
        }

        for (var row = 0; row < 4; row++)
        {
            c[row * stride] = sums[2 * row];
            c[row * stride + 1] = sums[2 * row + 1];
        }
    }

    private static void AddOne(double weight, ReadOnlySpan<double> row, Span<double> sum)
    {
        var i = 0;
        for (; i <= sum.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(sum[i..]) + weight * new Vector<double>(row[i..])).CopyTo(sum[i..]);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += weight * row[i];
        }
    }

    // Four rows at a time: the sum is loaded and stored once for them.
    private static void AddFour(ReadOnlySpan<double> weights, ReadOnlySpan<double> rows, Span<double> sum)
    {
        var dim = sum.Length;
        var (w0, w1, w2, w3) = (weights[0], weights[1], weights[2], weights[3]);
        var r0 = rows[..dim];
        var r1 = rows.Slice(dim, dim);
        var r2 = rows.Slice(2 * dim, dim);
        var r3 = rows.Slice(3 * dim, dim);
        var i = 0;
        for (; i <= dim - Vector<double>.Count; i += Vector<double>.Count)
        {
            var x = new Vector<double>(sum[i..]) + w0 * new Vector<double>(r0[i..]) + w1 * new Vector<double>(r1[i..])
                + w2 * new Vector<double>(r2[i..]) + w3 * new Vector<double>(r3[i..]);
            x.CopyTo(sum[i..]);
        }

        for (; i < dim; i++)
        {
            sum[i] += w0 * r0[i] + w1 * r1[i] + w2 * r2[i] + w3 * r3[i];
        }
    }
}
