using KernelGen.Generator.Expressions;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>What the derivative of a quotient of exponentials is held to.</summary>
internal static class ExponentialQuotients
{
    private const double LeastNormal = 1.17549435e-38;

    /// <summary>
    /// About half a million floats: all in steps of their bits, and more where the exponentials of such functions overflow and vanish.
    /// </summary>
    public static float[] Points()
    {
        var points = new List<float>();
        for (var bits = 0; bits < 0x7f800000; bits += 12007)
        {
            points.Add(BitConverter.Int32BitsToSingle(bits));
        }

        for (var i = 0; i < 60_000; i++)
        {
            points.AddRange([i / 500f, 9 + (i / 60_000f)]);
        }

        return [.. points.SelectMany(x => new[] { x, -x })];
    }

    /// <summary>
    /// Fails where the function is finite and its derivative is not, or is off by more than 1e-6 of the larger of the two: an exponential
    /// may be off by 4 units in the last place, 2.4e-7 to 4.8e-7, and counts up to twice.
    /// </summary>
    public static void Check(ScalarFunction function, float x, float value, float slope)
    {
        if (!float.IsFinite(value))
        {
            return;
        }

        Assert.True(float.IsFinite(slope), $"f({x:G9}) is {value:G9}, f' {slope}");
        var expected = Dual.Evaluate(function.Body, x, ofFloats: true);
        if (!double.IsFinite(expected.Slope))
        {
            return; // doubles end too
        }

        // Where a part has overflowed so that f has vanished its slope has too.
        var hasVanished = value == 0 && slope == 0 && Math.Abs(expected.Slope) < 1e-36;
        var tolerance = (1e-6 * Math.Max(Math.Abs(expected.Slope), Math.Abs(expected.Value))) + LeastNormal;
        Assert.True(
            hasVanished || Math.Abs(slope - expected.Slope) <= tolerance,
            $"f({x:G9}) is {value:G9}, f' {slope:G9}, not {expected.Slope:G9}");
    }
}
