using KernelGen.Generator.Expressions;
using KernelGen.Tests.Expressions;

namespace KernelGen.Tests.Behaviour;

/// <summary>Numbers to compare kernel functions at.</summary>
internal static class FunctionPoints
{
    /// <summary>
    /// About a million numbers: special values; of each exponent and sign the least, the largest and random ones; the size that projections
    /// have; and, densely, the surroundings of 0, of small whole numbers, and of the function's constants, where functions have kinks.
    /// </summary>
    public static float[] Of(ScalarFunction function, int thinning = 1)
    {
        var random = new Random(1);
        var points = new List<float>(Floats.Special);
        for (var exponent = 0; exponent < 255; exponent++)
        {
            for (var i = -2; i < 1200 / thinning; i++)
            {
                var mantissa = i == -2 ? 0 : i == -1 ? (1 << 23) - 1 : random.Next(1 << 23);
                var x = BitConverter.Int32BitsToSingle((exponent << 23) | mantissa);
                points.Add(x);
                points.Add(-x);
            }
        }

        for (var i = 0; i < 200_000 / thinning; i++)
        {
            points.Add((float)((random.NextDouble() - 0.5) * 12));
            points.Add((float)((random.NextDouble() - 0.5) * 220));
        }

        var constants = function.Body.Flatten().OfType<Expr.Constant>().Select(constant => (float)Math.Abs(constant.Value));
        foreach (var kink in Enumerable.Range(0, 9).Select(n => n / 2f).Concat(constants).Distinct().Where(float.IsFinite))
        {
            var (up, down) = (kink, kink);
            for (var i = 0; i < 1000 / thinning; i++)
            {
                (up, down) = (MathF.BitIncrement(up), MathF.BitDecrement(down));
                var near = (float)(kink + ((random.NextDouble() - 0.5) / 50));
                points.AddRange([up, -up, down, -down, near, -near]);
            }
        }

        return [.. points];
    }
}
