using System.Buffers.Binary;
using System.Security.Cryptography;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>What tests of projections compute.</summary>
internal static class ProjectionMeasures
{
    public static ReadOnlySpan<float> Row(this Projection w, int row) => w.Weights.Slice(row * w.Columns, w.Columns);

    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    /// <summary>SHA-256 of the bits of numbers.</summary>
    public static string Sha256(ReadOnlySpan<float> numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(float)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        }

        return Convert.ToHexString(SHA256.HashData(bytes));
    }

    /// <summary>Mean and standard error of e^{ωᵀz − ‖z‖²/2} over independent projections; 1 where the draw is unbiased.</summary>
    public static (double Mean, double StandardError) ExponentialMean(Func<ulong, Projection> draw, int draws, float[] z)
    {
        var half = Dot(z, z) / 2;
        var means = new double[draws];
        for (var i = 0; i < draws; i++)
        {
            var w = draw((ulong)(1000 + i));
            for (var row = 0; row < w.Rows; row++)
            {
                means[i] += Math.Exp(Dot(w.Row(row), z) - half) / w.Rows;
            }
        }

        return MeanAndError(means);
    }

    public static (double Mean, double StandardError) MeanAndError(double[] values)
    {
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length));
    }

    /// <summary>z of length 1 along e_1, e_1 + e_2, ±(1, …, 1) or a random direction.</summary>
    public static float[] Direction(string name, int d) => name switch
    {
        "e1" => [1, .. new float[d - 1]],
        "pair" => [(float)Math.Sqrt(0.5), (float)Math.Sqrt(0.5), .. new float[d - 2]],
        "diagonal" => [.. Enumerable.Repeat((float)(1 / Math.Sqrt(d)), d)],
        "-diagonal" => [.. Enumerable.Repeat((float)(-1 / Math.Sqrt(d)), d)],
        "random" => RandomDirection(d),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no direction"),
    };

    /// <summary>Squared row lengths against χ²_d: mean d, variance 2d, within 4 standard errors.</summary>
    public static void AssertChiSquared(Projection w)
    {
        int d = w.Columns, rows = w.Rows;
        double[] squares = [.. Enumerable.Range(0, rows).Select(i => Dot(w.Row(i), w.Row(i)))];
        var mean = squares.Average();
        var variance = squares.Sum(s => (s - mean) * (s - mean)) / (rows - 1);
        Assert.InRange(mean, d - 4 * Math.Sqrt(2.0 * d / rows), d + 4 * Math.Sqrt(2.0 * d / rows));

        // χ²_d has variance 2d and fourth central moment 12d² + 48d. Lengths √d (the biased draw) would give variance 0.
        var error = Math.Sqrt((12.0 * d * d + 48.0 * d - 4.0 * d * d) / rows);
        Assert.InRange(variance, 2 * d - 4 * error, 2 * d + 4 * error);
    }

    /// <summary>The first four moments of all weights against N(0, 1), within 4 standard errors of independent numbers.</summary>
    public static void AssertNormalMoments(Projection w)
    {
        var moments = new double[5];
        foreach (double x in w.Weights)
        {
            double power = 1;
            for (var k = 1; k <= 4; k++)
            {
                moments[k] += (power *= x) / w.Weights.Length;
            }
        }

        var unit = 4 / Math.Sqrt(w.Weights.Length);
        Assert.InRange(moments[1], -unit, unit);
        Assert.InRange(moments[2], 1 - unit * Math.Sqrt(2), 1 + unit * Math.Sqrt(2));
        Assert.InRange(moments[3], -unit * Math.Sqrt(15), unit * Math.Sqrt(15));
        Assert.InRange(moments[4], 3 - unit * Math.Sqrt(96), 3 + unit * Math.Sqrt(96));
    }

    private static float[] RandomDirection(int d)
    {
        Random random = new(3);
        float[] z = [.. Enumerable.Range(0, d).Select(_ => (float)(random.NextDouble() - 0.5))];
        var length = Math.Sqrt(Dot(z, z));
        return [.. z.Select(x => (float)(x / length))];
    }
}
