namespace KernelGen.Tests.Expressions;

/// <summary>Arguments for functions: every kind of special value, and random ones of all sizes.</summary>
internal static class Floats
{
    public static IReadOnlyList<float> Special { get; } =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 2f, -2f, 3f, -3f, 16f, -16f, 88f, -88f, 89f, -104f, 1e-3f, -1e-3f, 1e20f, -1e20f,
        float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.17549435e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, MathF.PI, -MathF.PI, 16777216f, -16777217f,
    ];

    /// <summary>The special values, random bit patterns, and random numbers of the size that projections have.</summary>
    public static IEnumerable<float> Sample(int count, int seed = 1)
    {
        var random = new Random(seed);
        var bits = Enumerable.Range(0, count).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)))
            // Signalling NaN, which no arithmetic makes, is not what functions are specified for.
            .Select(x => float.IsNaN(x) ? float.NaN : x);
        var usual = Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * 16));
        return [.. Special, .. bits, .. usual];
    }

    /// <summary>Whether two floats are the same bits, or both NaN.</summary>
    public static bool Same(float a, float b) =>
        BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));

    /// <summary>How many floats lie between two numbers; 0 for two NaN, and the most there is for one NaN.</summary>
    public static long Distance(float a, float b)
    {
        return float.IsNaN(a) || float.IsNaN(b) ? (float.IsNaN(a) && float.IsNaN(b) ? 0 : long.MaxValue) : Math.Abs(Order(a) - Order(b));

        static long Order(float value)
        {
            var bits = BitConverter.SingleToInt32Bits(value);
            return bits >= 0 ? bits : int.MinValue - (long)bits;
        }
    }
}
