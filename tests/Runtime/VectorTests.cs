using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// What vectors of each width do, lane by lane, against the same on one number: at NaN, infinities, both zeros and subnormal numbers too.
/// </summary>
public sealed class VectorTests
{
    private static readonly float[] Numbers =
    [
        0, -0f, 1, -1, 0.5f, -2.5f, 3e38f, -3e38f, 1e-40f, -1e-40f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 7, 1e-20f,
        8388609,
    ];

    private delegate TVector Unary<TVector>(in TVector x);

    private delegate TVector Binary<TVector>(in TVector a, in TVector b);

    [Fact]
    public void Vectors_of_16() => Check<Floats16, Doubles8>();

    [Fact]
    public void Vectors_of_8() => Check<Floats8, Doubles4>();

    [Fact]
    public void Vectors_of_4() => Check<Floats4, Doubles2>();

    [Fact]
    public void Whole_numbers_of_16() => CheckWhole<Floats16>();

    [Fact]
    public void Whole_numbers_of_8() => CheckWhole<Floats8>();

    [Fact]
    public void Whole_numbers_of_4() => CheckWhole<Floats4>();

    /// <summary>Lanes taken for ints do what ints do, wrapping around too.</summary>
    private static void CheckWhole<TVector>()
        where TVector : struct, IVector<TVector>
    {
        int[] numbers = [0, 1, -1, 2, -2, 3, 7, -7, 48, 1000, -1000, 16_777_217, -16_777_217, int.MaxValue, int.MinValue, 0x7F80_0001];
        var random = new Random(1);
        numbers = [.. numbers, .. Enumerable.Range(0, 50).Select(_ => random.Next(int.MinValue, int.MaxValue))];
        Same("indices", lane => lane, TVector.WholeIndices);
        foreach (var a in numbers)
        {
            var whole = TVector.CreateWhole(a);
            Same($"{a}", _ => a, whole);
            Same($"float of {a}", _ => BitConverter.SingleToInt32Bits(a), TVector.FromWhole(whole));
            Same($"{a} ≥ 0", _ => a >= 0 ? -1 : 0, TVector.NotNegativeWhole(whole));
            Same($"{a} = 0", _ => a == 0 ? -1 : 0, TVector.IsZeroWhole(whole));
            foreach (var bits in new[] { 0, 1, 5, 31 })
            {
                Same($"{a} << {bits}", _ => a << bits, TVector.ShiftLeftWhole(whole, bits));
                Same($"{a} >> {bits}", _ => a >> bits, TVector.ShiftRightWhole(whole, bits));
            }

            foreach (var b in numbers)
            {
                // A lane of its own in each lane: a, a + 1, …
                var (lanes, other) = (TVector.AddWhole(whole, TVector.WholeIndices), TVector.CreateWhole(b));
                Same($"{a} + lane", lane => unchecked(a + lane), lanes);
                Same($"{a} · {b}", lane => unchecked((a + lane) * b), TVector.MultiplyWhole(lanes, other));
                Same($"max({a}, {b})", lane => Math.Max(unchecked(a + lane), b), TVector.MaxWhole(lanes, other));
                Same($"min({a}, {b})", lane => Math.Min(unchecked(a + lane), b), TVector.MinWhole(lanes, other));
                if (b > 0)
                {
                    Same($"{a} / {b}", lane => unchecked(a + lane) / b, TVector.DivideWhole(lanes, b));
                    Same($"{a} % {b}", lane => unchecked(a + lane) % b, TVector.RemainderWhole(lanes, b));
                }
            }
        }

        static void Same(string what, Func<int, int> expected, TVector actual)
        {
            var memory = new float[TVector.Count];
            TVector.Store(actual, ref memory[0]);
            for (var lane = 0; lane < memory.Length; lane++)
            {
                Assert.True(
                    expected(lane) == BitConverter.SingleToInt32Bits(memory[lane]),
                    $"{what}, lane {lane}: expected {expected(lane)}, got {BitConverter.SingleToInt32Bits(memory[lane])}.");
            }
        }
    }

    private static void Check<TVector, TDoubles>()
        where TVector : struct, IVector<TVector>
        where TDoubles : struct, IDoubles<TDoubles, TVector>
    {
        foreach (var a in Numbers)
        {
            One<TVector>("|a|", TVector.Abs, MathF.Abs, a);
            One<TVector>("√a", TVector.Sqrt, MathF.Sqrt, a);
            One<TVector>("−a", static (in TVector x) => -x, static x => -x, a);
            foreach (var b in Numbers)
            {
                Two<TVector>("+", static (in TVector x, in TVector y) => x + y, static (x, y) => x + y, a, b);
                Two<TVector>("−", static (in TVector x, in TVector y) => x - y, static (x, y) => x - y, a, b);
                Two<TVector>("·", static (in TVector x, in TVector y) => x * y, static (x, y) => x * y, a, b);
                Two<TVector>("/", static (in TVector x, in TVector y) => x / y, static (x, y) => x / y, a, b);
                Two<TVector>("max", TVector.Max, MathF.Max, a, b);
                Two<TVector>("min", TVector.Min, MathF.Min, a, b);
                Two<TVector>("sign", TVector.CopySign, MathF.CopySign, a, b);
                Two<TVector>("<", Where<TVector>(TVector.Less), static (x, y) => x < y ? 1 : 2, a, b);
                Two<TVector>("≤", Where<TVector>(TVector.LessOrEqual), static (x, y) => x <= y ? 1 : 2, a, b);
                Two<TVector>(">", Where<TVector>(TVector.Greater), static (x, y) => x > y ? 1 : 2, a, b);
                Two<TVector>("≥", Where<TVector>(TVector.GreaterOrEqual), static (x, y) => x >= y ? 1 : 2, a, b);
                Two<TVector>("=", Where<TVector>(TVector.Equal), static (x, y) => x == y ? 1 : 2, a, b);
                Two<TVector>(
                    "≠", Where<TVector>(static (in TVector x, in TVector y) => ~TVector.Equal(x, y)),
                    static (x, y) => x != y ? 1 : 2, a, b);
                Two<TVector>(
                    "< and ≥", Where<TVector>(static (in TVector x, in TVector y) => TVector.Less(x, y) & TVector.GreaterOrEqual(x, y)),
                    static (_, _) => 2, a, b);
                Two<TVector>(
                    "< or ≥", Where<TVector>(static (in TVector x, in TVector y) => TVector.Less(x, y) | TVector.GreaterOrEqual(x, y)),
                    static (x, y) => x < y || x >= y ? 1 : 2, a, b);
                Two<TVector>(
                    "a·b + a", static (in TVector x, in TVector y) => TVector.FusedMultiplyAdd(x, y, x),
                    static (x, y) => MathF.FusedMultiplyAdd(x, y, x), a, b);
                if (!float.IsNaN(a) && !float.IsNaN(b) && a != b)
                {
                    Two<TVector>("native max", TVector.MaxNative, MathF.Max, a, b);
                    Two<TVector>("native min", TVector.MinNative, MathF.Min, a, b);
                }

                Assert.Equal(a > b, TVector.AnyGreater(TVector.Create(a), TVector.Create(b)));
            }
        }

        // The second operand where one is NaN.
        Two<TVector>("native max", TVector.MaxNative, static (_, _) => float.NaN, 1, float.NaN);
        Two<TVector>("native min", TVector.MinNative, static (_, _) => float.NaN, 1, float.NaN);
        Lanes<TVector, TDoubles>();
    }

    private static void Lanes<TVector, TDoubles>()
        where TVector : struct, IVector<TVector>
        where TDoubles : struct, IDoubles<TDoubles, TVector>
    {
        var count = TVector.Count;
        Assert.Equal(Enumerable.Range(0, count).Select(i => (float)i), LanesOf<TVector>(TVector.Indices));
        Assert.All(LanesOf<TVector>(TVector.Zero), number => Assert.Equal(0, number));
        Assert.Equal(count * (count - 1) / 2, TVector.Sum(TVector.Indices));
        Assert.Equal(count - 1, TVector.Max(TVector.Indices));
        for (var first = -1; first <= count + 1; first++)
        {
            var chosen = TVector.Select(TVector.First(first), TVector.Indices, TVector.Create(-1));
            Assert.Equal(Enumerable.Range(0, count).Select(i => i < first ? (float)i : -1), LanesOf<TVector>(chosen));
        }

        Assert.Equal(
            LanesOf<TVector>(TVector.Indices), LanesOf<TVector>(TVector.Select(TVector.Mask(true), TVector.Indices, TVector.Zero)));
        Assert.Equal(LanesOf<TVector>(TVector.Zero), LanesOf<TVector>(TVector.Select(TVector.Mask(false), TVector.Indices, TVector.Zero)));

        // One lane alone decides.
        for (var lane = 0; lane < count; lane++)
        {
            var only = TVector.Select(TVector.Equal(TVector.Indices, TVector.Create(lane)), TVector.Create(5), TVector.Zero);
            Assert.True(TVector.AnyGreater(only, TVector.Create(4)));
            Assert.Equal(5, TVector.Sum(only));
            Assert.Equal(5, TVector.Max(only));
        }

        // Doubles: what float32 cannot hold.
        var (lower, upper) = (TDoubles.Lower(TVector.Indices), TDoubles.Upper(TVector.Indices));
        var half = count / 2;
        Assert.Equal(half * (half - 1) / 2, TDoubles.Sum(lower));
        Assert.Equal((half * (half - 1) / 2) + (half * half), TDoubles.Sum(upper));
        Assert.Equal(half * (1 + 1e-12), TDoubles.Sum(TDoubles.Create(1) + TDoubles.Create(1e-12)), 1e-15);
        Assert.Equal(half * (1 - 1e-12), TDoubles.Sum(TDoubles.Create(1) - TDoubles.Create(1e-12)), 1e-15);
        Assert.Equal(half * 1e-30, TDoubles.Sum(TDoubles.Create(1e-20) * TDoubles.Create(1e-10)), 1e-42);
        Assert.Equal(half / 3.0, TDoubles.Sum(TDoubles.Create(1) / TDoubles.Create(3)), 1e-14);
        Assert.Equal(-half * 7.0, TDoubles.Sum(-TDoubles.Create(7)));
        Assert.Equal(half * 13.0, TDoubles.Sum(TDoubles.MultiplyAdd(TDoubles.Create(3), TDoubles.Create(4), TDoubles.Create(1))));
        for (var first = 0; first <= count; first++)
        {
            var mask = TVector.First(first);
            Assert.Equal(Math.Min(first, half), TDoubles.Sum(TDoubles.SelectLower(mask, TDoubles.Create(1), TDoubles.Create(0))));
            Assert.Equal(Math.Max(0, first - half), TDoubles.Sum(TDoubles.SelectUpper(mask, TDoubles.Create(1), TDoubles.Create(0))));
        }
    }

    private static Binary<TVector> Where<TVector>(Binary<TVector> mask)
        where TVector : struct, IVector<TVector> =>
        (in TVector a, in TVector b) => TVector.Select(mask(a, b), TVector.Create(1), TVector.Create(2));

    private static void One<TVector>(string what, Unary<TVector> vector, Func<float, float> number, float x)
        where TVector : struct, IVector<TVector> =>
        Same(what, number(x), vector(TVector.Create(x)), x, x);

    private static void Two<TVector>(string what, Binary<TVector> vector, Func<float, float, float> number, float a, float b)
        where TVector : struct, IVector<TVector> =>
        Same(what, number(a, b), vector(TVector.Create(a), TVector.Create(b)), a, b);

    private static void Same<TVector>(string what, float expected, TVector actual, float a, float b)
        where TVector : struct, IVector<TVector>
    {
        foreach (var lane in LanesOf<TVector>(actual))
        {
            Assert.True(
                float.IsNaN(expected)
                    ? float.IsNaN(lane)
                    : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(lane),
                $"{what} of {a} and {b} is {lane} at {TVector.Count} lanes, not {expected}.");
        }
    }

    private static float[] LanesOf<TVector>(TVector vector)
        where TVector : struct, IVector<TVector>
    {
        var numbers = new float[TVector.Count];
        TVector.Store(vector, ref numbers[0]);
        return numbers;
    }
}
