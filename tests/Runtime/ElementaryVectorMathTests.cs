using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// Exp, Exp2, Log, Tanh, Erf, Sin and Cos at every width, against double. Run with DOTNET_EnableAVX512=0 or DOTNET_EnableAVX2=0 the same
/// tests cover the other paths.
/// </summary>
public sealed class ElementaryVectorMathTests
{
    private const float LeastNormal = 1.17549435e-38f;
    private static readonly int[] _widths = [1, 4, 8, 16];

    /// <summary>
    /// A function, lanes, and the most units in the last place: the largest error among one in 29 of all floats, without fused multiply-add
    /// too, and about a tenth.
    /// </summary>
    public static TheoryData<string, int, double> Limits()
    {
        TheoryData<string, int, double> data = [];
        foreach (var lanes in _widths)
        {
            data.Add("Exp", lanes, 3);
            data.Add("Exp2", lanes, 2.8);
            data.Add("Log", lanes, 2.2);
            data.Add("Tanh", lanes, 3.6);
            data.Add("Erf", lanes, 3.4);
            data.Add("Sin", lanes, 3);
            data.Add("Cos", lanes, 3.2);
        }

        return data;
    }

    /// <summary>A function, lanes, a number, and exactly the result.</summary>
    public static TheoryData<string, int, float, float> SpecialValues()
    {
        TheoryData<string, int, float, float> data = [];
        foreach (var lanes in _widths)
        {
            foreach (var function in new[] { "Tanh", "Erf" })
            {
                data.Add(function, lanes, float.PositiveInfinity, 1);
                data.Add(function, lanes, float.NegativeInfinity, -1);
                data.Add(function, lanes, float.MaxValue, 1);
                data.Add(function, lanes, float.MinValue, -1);
            }

            foreach (var function in new[] { "Tanh", "Erf", "Sin" })
            {
                data.Add(function, lanes, 0f, 0f);
                data.Add(function, lanes, -0f, -0f);
            }

            foreach (var function in new[] { "Sin", "Cos" })
            {
                data.Add(function, lanes, float.PositiveInfinity, float.NaN);
                data.Add(function, lanes, float.NegativeInfinity, float.NaN);
            }

            foreach (var function in new[] { "Exp", "Exp2" })
            {
                data.Add(function, lanes, float.PositiveInfinity, float.PositiveInfinity);
                data.Add(function, lanes, float.MaxValue, float.PositiveInfinity);
                data.Add(function, lanes, 1000, float.PositiveInfinity);
                data.Add(function, lanes, float.NegativeInfinity, 0);
                data.Add(function, lanes, float.MinValue, 0);
                data.Add(function, lanes, -1000, 0);
                data.Add(function, lanes, 0f, 1);
                data.Add(function, lanes, -0f, 1);
                data.Add(function, lanes, float.Epsilon, 1);
            }

            data.Add("Exp2", lanes, 3, 8);
            data.Add("Exp2", lanes, 128, float.PositiveInfinity);
            data.Add("Exp2", lanes, -126, LeastNormal);
            data.Add("Exp2", lanes, MathF.BitDecrement(-126), 0);
            data.Add("Exp", lanes, 88.72284f, float.PositiveInfinity);
            data.Add("Exp", lanes, -87.33655f, 0);
            data.Add("Log", lanes, 0f, float.NegativeInfinity);
            data.Add("Log", lanes, -0f, float.NegativeInfinity);
            data.Add("Log", lanes, 1, 0);
            data.Add("Log", lanes, -1, float.NaN);
            data.Add("Log", lanes, -float.Epsilon, float.NaN);
            data.Add("Log", lanes, float.NegativeInfinity, float.NaN);
            data.Add("Log", lanes, float.PositiveInfinity, float.PositiveInfinity);
        }

        return data;
    }

    /// <summary>Every function at every width.</summary>
    public static TheoryData<string, int> Functions()
    {
        TheoryData<string, int> data = [];
        foreach (var function in new[] { "Exp", "Exp2", "Log", "Tanh", "Erf", "Sin", "Cos" })
        {
            foreach (var lanes in _widths)
            {
                data.Add(function, lanes);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void ResultsAreWithinTheStatedErrorOverAllFloats(string name, int lanes, double mostUlp)
    {
        var function = ElementaryFunction.Named(name);
        Random random = new(name.Length + lanes);
        double worst = 0;
        float worstAt = 0;
        var x = new float[16];
        var y = new float[16];
        for (var block = 0; block < 8192; block++)
        {
            for (var i = 0; i < 16; i++)
            {
                x[i] = Sample(random, block);
            }

            function.Apply(lanes, x, y);
            for (var i = 0; i < 16; i++)
            {
                var error = UlpError(name, x[i], y[i], function.Exact(x[i]));
                if (!(error <= worst))
                {
                    (worst, worstAt) = (error, x[i]);
                }
            }
        }

        Assert.True(worst <= mostUlp, $"{worst} ulp at {worstAt:G9}");
        Assert.True(worst > 0.4, "an error this small means that the comparison compares nothing");
    }

    // In turn: each exponent and sign with random mantissas; the sizes that matter; around 1, where a logarithm is small; and floats beside
    // multiples of π/2, where a sine or cosine is.
    private static float Sample(Random random, int block) => (block % 4) switch
    {
        0 => BitConverter.UInt32BitsToSingle(((uint)(block / 4) << 23) | (uint)random.Next(1 << 23)),
        1 => (float)(random.NextDouble() * 260 - 130),
        2 => 1 + MathF.ScaleB((float)(random.NextDouble() - 0.5), -random.Next(24)),
        _ => (float)(random.Next(-6366, 6367) * (Math.PI / 2)) + random.Next(-2, 3) * MathF.ScaleB(1, -random.Next(10, 30)),
    };

    private static double UlpError(string name, float x, float y, double exact)
    {
        if (name is "Exp" or "Exp2" && exact < LeastNormal)
        {
            return y == 0 && !float.IsNegative(y) ? 0 : double.PositiveInfinity;
        }

        if (!double.IsFinite(exact) || float.IsInfinity((float)exact))
        {
            return y.Equals((float)exact) ? 0 : double.PositiveInfinity;
        }

        var ulp = Math.ScaleB(1, Math.Max(exact == 0 ? int.MinValue : Math.ILogB(exact), -126) - 23);
        Assert.True(float.IsFinite(y) || float.IsNaN(x), $"{name}({x:G9}) = {y}");
        return Math.Abs(y - exact) / ulp;
    }

    [Theory]
    [MemberData(nameof(SpecialValues))]
    public void SpecialValuesAreExact(string name, int lanes, float x, float expected)
    {
        var actual = ElementaryFunction.Named(name).Apply(lanes, x);
        if (float.IsNaN(expected))
        {
            Assert.True(float.IsNaN(actual), $"{name}({x}) = {actual}");
        }
        else
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void NaNStaysInItsLane(string name, int lanes)
    {
        var function = ElementaryFunction.Named(name);
        var expected = function.Apply(lanes, 0.75f);
        for (var at = 0; at < 16; at++)
        {
            var x = new float[16];
            var y = new float[16];
            Array.Fill(x, 0.75f);
            x[at] = at % 2 == 0 ? float.NaN : -float.NaN;
            function.Apply(lanes, x, y);
            for (var i = 0; i < 16; i++)
            {
                Assert.True(i == at ? float.IsNaN(y[i]) : y[i] == expected, $"lane {i} is {y[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void SubnormalNumbersAreTaken(string name, int lanes)
    {
        var function = ElementaryFunction.Named(name);
        for (var bits = 1; bits < 1 << 23; bits = bits * 3 + 1)
        {
            foreach (var x in new[] { BitConverter.Int32BitsToSingle(bits), -BitConverter.Int32BitsToSingle(bits) })
            {
                var y = function.Apply(lanes, x);
                var error = UlpError(name, x, y, function.Exact(x));
                Assert.True(error <= 1.5, $"{name}({x:G9}) = {y:G9}, {error} ulp");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void ALaneDoesNotDependOnTheOthers(string name, int lanes)
    {
        var function = ElementaryFunction.Named(name);
        float[] edges = [1e4f, MathF.BitIncrement(1e4f), -12345.678f, 1e9f, -3e30f, float.MaxValue, float.PositiveInfinity, float.NaN];
        Random random = new(1);
        var x = new float[16];
        var y = new float[16];
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 16; i++)
            {
                x[i] = random.Next(3) == 0 ? edges[random.Next(edges.Length)] : (float)(random.NextDouble() * 40 - 20);
            }

            function.Apply(lanes, x, y);
            for (var i = 0; i < 16; i++)
            {
                var alone = function.Apply(lanes, x[i]);
                Assert.True(alone.Equals(y[i]), $"{name}({x[i]:G9}) is {y[i]:G9} beside others and {alone:G9} alone");
                var error = UlpError(name, x[i], y[i], function.Exact(x[i]));
                Assert.True(error <= 4, $"{name}({x[i]:G9}) = {y[i]:G9}, {error} ulp");
            }
        }
    }
}
