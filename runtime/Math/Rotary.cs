using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Rotates tokens by their positions: the numbers c and c + d/2 of the token at position p, as a pair, by the angle p·θ^(−2c/d).
/// </summary>
/// <remarks>
/// <para>
/// A position in the millions makes an angle of which a float keeps no digit behind the point. So a rate is the share of a turn that a
/// token is, in units of 2^-32: the product of its whole part with the position wraps around as an int does, which takes whole turns away
/// without rounding, and its rest is a small correction. Sines and cosines are within 1e-6 up to 2^31 tokens.
/// </para>
/// <para>
/// Cosine and sine are computed at every eighth position, and the addition theorem takes a pair from there to its own: about 15 operations
/// each, whatever the position. Source: Su et al., "RoFormer", arXiv:2104.09864, section 3.4.2.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Rotary
{
    private const int MostLanes = 16;

    /// <summary>Positions from one for which cosines and sines are computed to the next; a power of two.</summary>
    private const int Steps = 8;

    /// <summary>2π/2^32: a unit of a turn in radians.</summary>
    private const double Unit = Math.Tau / 4294967296.0;

    /// <summary>
    /// Packs the rates of all pairs: their whole parts, as ints, then the rests in radians; then cosines and sines of one token, two, and
    /// so on to seven. Each is a row of whole vectors.
    /// </summary>
    /// <param name="packed">16 rows of d/2 floats, each rounded up to a multiple of 16.</param>
    /// <param name="columns">d, an even number.</param>
    /// <param name="theta">θ, positive.</param>
    public static void Pack(Span<float> packed, int columns, float theta)
    {
        // Bits of ints are no numbers: nothing but a load into a register may touch them.
        var wholes = MemoryMarshal.Cast<float, int>(packed);
        for (var c = 0; c < columns / 2; c++)
        {
            var turns = Math.Pow(theta, -2.0 * c / columns) / Math.Tau;
            var units = (turns - Math.Floor(turns)) * 4294967296.0;
            var whole = Math.Round(units);
            wholes[c] = unchecked((int)(uint)(ulong)whole);
            packed[RowFloats(columns) + c] = (float)((units - whole) * Unit);
            for (var tokens = 1; tokens < Steps; tokens++)
            {
                var (sin, cos) = Math.SinCos(tokens * turns * Math.Tau);
                packed[(2 * tokens * RowFloats(columns)) + c] = (float)cos;
                packed[(((2 * tokens) + 1) * RowFloats(columns)) + c] = (float)sin;
            }
        }
    }

    /// <summary>Rotates rows of a tile in place.</summary>
    /// <param name="tile">The first row.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">The tokens.</param>
    /// <param name="columns">d.</param>
    /// <param name="rates">What <see cref="Pack"/> has packed.</param>
    /// <param name="position">That of the first row, at least 0.</param>
    /// <param name="step">From the position of a row to that of the next: 1 or −1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate<TVector>(
        ref float tile, nint stride, int rows, int columns, ref float rates, long position, int step)
        where TVector : struct, IVector<TVector> => Turn(ref tile, stride, rows, columns, ref rates, position, step, TVector.Create(1));

    /// <summary>Undoes <see cref="Rotate"/>, which is also how gradients come back through it.</summary>
    /// <inheritdoc cref="Rotate" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RotateBack<TVector>(
        ref float tile, nint stride, int rows, int columns, ref float rates, long position, int step)
        where TVector : struct, IVector<TVector> => Turn(ref tile, stride, rows, columns, ref rates, position, step, TVector.Create(-1));

    /// <summary>The angle of a pair in radians, less whole turns: for devices, which have no vectors.</summary>
    /// <param name="whole">The whole part of the rate of the pair, as <see cref="Pack"/> has it.</param>
    /// <param name="rest">Its rest.</param>
    /// <param name="position">The position of the token.</param>
    public static float Angle(int whole, float rest, int position) =>
        (unchecked(whole * position) * (float)Unit) + (rest * position);

    /// <summary>The rotated queries or keys of all heads, in double: for analysis, which is given them as they are.</summary>
    /// <param name="tokens">In the layout of the shape.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="ofKeys">Whether they are keys; queries are the last of those.</param>
    /// <param name="columns">d.</param>
    /// <param name="theta">θ.</param>
    internal static float[] Rotated(ReadOnlySpan<float> tokens, in AttentionShape shape, bool ofKeys, int columns, double theta)
    {
        var rotated = tokens.ToArray();
        var length = Math.Max(1, ofKeys ? shape.KeyLength : shape.QueryLength);
        var heads = Math.Max(1, ofKeys ? shape.KeyHeads : shape.Heads);
        var first = ofKeys ? 0 : shape.KeyLength - shape.QueryLength;
        for (var at = 0; at + columns <= rotated.Length; at += columns)
        {
            var row = at / columns;
            var position = first + (shape.Layout == TensorLayout.BatchHeadLengthDim ? row : row / heads) % length;
            for (var c = 0; c < columns / 2; c++)
            {
                ref var x0 = ref rotated[at + c];
                ref var x1 = ref rotated[at + (columns / 2) + c];
                var (sin, cos) = Math.SinCos(position * Math.Pow(theta, -2.0 * c / columns));
                (x0, x1) = ((float)((x0 * cos) - (x1 * sin)), (float)((x0 * sin) + (x1 * cos)));
            }
        }

        return rotated;
    }

    private static int RowFloats(int columns) => ((columns / 2) + MostLanes - 1) / MostLanes * MostLanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<TVector>(
        ref float tile, nint stride, int rows, int columns, ref float rates, long position, int step, in TVector sign)
        where TVector : struct, IVector<TVector>
    {
        var half = columns / 2;
        var c = 0;
        for (; c + TVector.Count <= half; c += TVector.Count)
        {
            ref var own = ref Unsafe.Add(ref rates, c);
            var (anchor, cos, sin) = (-1L, TVector.Zero, TVector.Zero);
            for (var row = 0; row < rows; row++)
            {
                var at = position + ((long)row * step);
                if ((at & -Steps) != anchor)
                {
                    anchor = at & -Steps;
                    var angle = Angle<TVector>(ref own, columns, anchor);
                    (cos, sin) = (TVector.Cos(angle), TVector.Sin(angle));
                }

                ref var first = ref Unsafe.Add(ref tile, (row * stride) + c);
                Turn(ref first, ref Unsafe.Add(ref first, half), cos, sin, ref own, columns, at, sign);
            }
        }

        if (c < half)
        {
            // Fewer pairs than a vector has lanes: beside them are numbers that belong to other pairs, or to other rows.
            ref var own = ref Unsafe.Add(ref rates, c);
            Lanes first = default, second = default;
            for (var row = 0; row < rows; row++)
            {
                var at = position + ((long)row * step);
                var angle = Angle<TVector>(ref own, columns, at & -Steps);
                ref var pairs = ref Unsafe.Add(ref tile, (row * stride) + c);
                Copy(ref pairs, ref first[0], half - c);
                Copy(ref Unsafe.Add(ref pairs, half), ref second[0], half - c);
                Turn(ref first[0], ref second[0], TVector.Cos(angle), TVector.Sin(angle), ref own, columns, at, sign);
                Copy(ref first[0], ref pairs, half - c);
                Copy(ref second[0], ref Unsafe.Add(ref pairs, half), half - c);
            }
        }
    }

    /// <summary>The angles at a position, less whole turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Angle<TVector>(ref float rates, int columns, long position)
        where TVector : struct, IVector<TVector>
    {
        var rest = TVector.Load(ref Unsafe.Add(ref rates, RowFloats(columns)));
        var turned = TVector.FromWhole(TVector.MultiplyWhole(TVector.Load(ref rates), TVector.CreateWhole(unchecked((int)position))));
        return TVector.MultiplyAdd(turned, TVector.Create((float)Unit), rest * TVector.Create(position));
    }

    /// <summary>Rotates pairs by an angle, of which cosine and sine are given, and by the tokens since that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<TVector>(
        ref float first, ref float second, in TVector anchorCos, in TVector anchorSin, ref float rates, int columns, long position,
        in TVector sign)
        where TVector : struct, IVector<TVector>
    {
        var (cos, sin) = (anchorCos, anchorSin);
        if ((int)(position & (Steps - 1)) is > 0 and var tokens)
        {
            ref var since = ref Unsafe.Add(ref rates, 2 * tokens * RowFloats(columns));
            var (c, s) = (TVector.Load(ref since), TVector.Load(ref Unsafe.Add(ref since, RowFloats(columns))));
            (cos, sin) = ((anchorCos * c) - (anchorSin * s), TVector.MultiplyAdd(anchorSin, c, anchorCos * s));
        }

        sin *= sign;
        var (x0, x1) = (TVector.Load(ref first), TVector.Load(ref second));
        TVector.Store((x0 * cos) - (x1 * sin), ref first);
        TVector.Store(TVector.MultiplyAdd(x0, sin, x1 * cos), ref second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref float from, ref float to, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
        }
    }

    [InlineArray(MostLanes)]
    private struct Lanes
    {
        private float _first;
    }
}
