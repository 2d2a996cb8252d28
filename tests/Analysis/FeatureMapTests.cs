using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Do feature maps estimate the kernels that they name, and say how many projections they need?</summary>
public sealed class FeatureMapTests
{
    public static TheoryData<string> SoftmaxMaps => ["positive", "hyperbolic", "oprf", "trigonometric"];

    [Theory]
    [MemberData(nameof(SoftmaxMaps))]
    public void SoftmaxMapsAverageToTheSoftmaxKernel(string name)
    {
        // ‖z‖² is about 1.5 and ‖q̂ − k̂‖² about 1.6. 4 standard errors: a false alarm in 16,000 seeds.
        const int d = 16, draws = 4000;
        var map = Map(name);
        var query = Samples.Normal(d, seed: 1, deviation: 0.45);
        var key = Samples.Normal(d, seed: 2, deviation: 0.45);
        var estimates = new double[draws];
        Parallel.For(0, draws, draw =>
            estimates[draw] = Samples.Kernel(map, query, key, Projection.Orthogonal(map.ProjectionRows(d), d, (ulong)draw)));
        var (mean, error) = Samples.Mean(estimates);
        var expected = Samples.Softmax(query, key);
        Assert.True(map.EstimatesSoftmax);
        Assert.True(error < 0.02 * expected, $"standard error {error} of {expected} shows nothing");
        Assert.InRange(mean, expected - 4 * error, expected + 4 * error);
    }

    [Fact]
    public void ExponentialAveragesToTheKernelOfTheSum()
    {
        const int d = 16, draws = 4000;
        var query = Samples.Normal(d, seed: 1, deviation: 0.45);
        var key = Samples.Normal(d, seed: 2, deviation: 0.45);
        var estimates = new double[draws];
        Parallel.For(0, draws, draw =>
            estimates[draw] = Samples.Kernel(FeatureMap.Exponential, query, key, Projection.Orthogonal(d, d, (ulong)draw)));
        var (mean, error) = Samples.Mean(estimates);
        var squared = Enumerable.Range(0, d).Sum(i => Math.Pow((double)query[i] + key[i], 2)) / Math.Sqrt(d);
        Assert.False(FeatureMap.Exponential.EstimatesSoftmax);
        Assert.InRange(mean, Math.Exp(squared / 2) - 4 * error, Math.Exp(squared / 2) + 4 * error);
    }

    [Fact]
    public void ReluAveragesToTheArcCosineKernel()
    {
        // E[max(0, ωᵀx)·max(0, ωᵀy)] = ‖x‖‖y‖(sin θ + (π − θ)·cos θ)/(2π): Cho and Saul, "Kernel Methods for Deep Learning", 2009.
        const int d = 16, m = 64, draws = 2000;
        var relu = FeatureMap.Of(x => Math.Max(0, x), name: "ReLU");
        var query = Samples.Normal(d, seed: 3);
        var key = Samples.Normal(d, seed: 4);
        var estimates = new double[draws];
        Parallel.For(0, draws, draw => estimates[draw] = Samples.Kernel(relu, query, key, Projection.Orthogonal(m, d, (ulong)draw)));
        var (mean, error) = Samples.Mean(estimates);
        var norms = Math.Sqrt(query.Sum(x => (double)x * x) * key.Sum(x => (double)x * x)) / Math.Sqrt(d);
        var angle = Math.Acos(query.Zip(key, (x, y) => (double)x * y).Sum() / Math.Sqrt(d) / norms);
        var expected = norms * (Math.Sin(angle) + (Math.PI - angle) * Math.Cos(angle)) / (2 * Math.PI);
        Assert.True(error < 0.02 * expected);
        Assert.InRange(mean, expected - 4 * error, expected + 4 * error);
        Assert.False(relu.EstimatesSoftmax);
        Assert.Equal("ReLU", relu.ToString());
    }

    [Fact]
    public void FeaturesAreTheFormulas()
    {
        const int d = 5, rows = 7;
        var w = Projection.Orthogonal(rows, d, seed: 9);
        var token = Samples.Normal(d, seed: 5);
        var scale = Math.Pow(d, -0.25);
        var half = token.Sum(x => (double)x * x) * scale * scale / 2;
        double[] a =
            [.. Enumerable.Range(0, rows).Select(r => scale * Enumerable.Range(0, d).Sum(c => (double)w.Weights[r * d + c] * token[c]))];
        double[] squares = [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, d).Sum(c => Math.Pow(w.Weights[r * d + c], 2)))];

        const double lambda = 3;
        var rho = (Math.Sqrt(Math.Pow(2 * lambda + d, 2) + 8 * d * lambda) - 2 * lambda - d) / (4 * lambda);
        var bigA = (1 - 1 / rho) / 8;
        var bigB = Math.Sqrt(1 - 4 * bigA);
        var m = Math.Sqrt(rows);
        Check(FeatureMap.Positive, [.. a.Select(x => Math.Exp(x - half) / m)]);
        Check(FeatureMap.Exponential, [.. a.Select(x => Math.Exp(x) / m)]);
        Check(
            FeatureMap.Oprf(lambda),
            [.. a.Zip(squares, (x, s) => Math.Exp(bigA * s + bigB * x - half) * Math.Pow(1 - 4 * bigA, d / 4.0) / m)]);
        Check(FeatureMap.Oprf(0), [.. a.Select(x => Math.Exp(x - half) / m)]);
        Check(FeatureMap.Of(x => x * x - 1, 0.25f), [.. a.Select(x => (x * x - 1 + 0.25) / m)]);
        Check(
            FeatureMap.Hyperbolic,
            [.. a.Select(x => Math.Exp(x - half) / m / Math.Sqrt(2)), .. a.Select(x => Math.Exp(-x - half) / m / Math.Sqrt(2))]);
        Check(
            FeatureMap.Trigonometric,
            [.. a.Select(x => Math.Exp(half) * Math.Sin(x) / m), .. a.Select(x => Math.Exp(half) * Math.Cos(x) / m)]);

        // A function works on floats, so its projections are rounded to 2^-24.
        void Check(FeatureMap map, double[] expected)
        {
            var actual = Samples.Features(map, token, w);
            Assert.Equal(expected.Length, actual.Length);
            var tolerance = (map.Name == "function" ? 1e-6 : 1e-13) * expected.Max(Math.Abs);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{map}, feature {i}: {actual[i]}, not {expected[i]}");
            }
        }
    }

    [Fact]
    public void HugeTokensStayFinite()
    {
        var w = Projection.Orthogonal(8, 4, seed: 1);
        float[] tokens = [1e18f, 0, -1e18f, 3, 0, 0, 0, 0];
        foreach (var map in new[]
        {
            FeatureMap.Positive, FeatureMap.Hyperbolic, FeatureMap.Oprf(4), FeatureMap.Trigonometric, FeatureMap.Of(x => x * x),
        })
        {
            var log = new double[2 * 8 * map.Branches];
            var gain = new double[log.Length];
            map.Compute(tokens, w, log, gain);
            Assert.All(log, x => Assert.True(double.IsFinite(x)));
            Assert.All(gain, x => Assert.InRange(x, -1, 1));
        }
    }

    [Fact]
    public void LambdaIsTheMeanOverAllPairs()
    {
        const int batch = 2, heads = 3, queries = 5, keys = 7, d = 6;
        var query = Samples.Normal(batch * heads * queries * d, seed: 1);
        var key = Samples.Normal(batch * heads * keys * d, seed: 2);
        int[] lengths = [4, 7];
        double sum = 0;
        for (var head = 0; head < batch * heads; head++)
        {
            var count = lengths[head / heads];
            double ofHead = 0;
            for (var i = 0; i < queries; i++)
            {
                for (var j = 0; j < count; j++)
                {
                    for (var c = 0; c < d; c++)
                    {
                        ofHead += Math.Pow((double)query[(head * queries + i) * d + c] + key[(head * keys + j) * d + c], 2);
                    }
                }
            }

            sum += ofHead / (queries * count) / Math.Sqrt(d);
        }

        for (var head = 0; head < heads; head++)
        {
            key.AsSpan((head * keys + 4) * d, 3 * d).Fill(float.NaN); // past the length of the first sequence
        }

        var lambda = FeatureMap.OprfLambda(query, key, new AttentionShape(batch, heads, queries, keys), lengths);
        Assert.Equal(sum / (batch * heads), lambda, tolerance: 1e-12);
    }

    [Fact]
    public void WrongArgumentsAreRefusedWithBothNumbers()
    {
        Assert.Equal(8, FeatureMap.Hyperbolic.ProjectionRows(16));
        Assert.Contains("15", Assert.Throws<ArgumentException>(() => FeatureMap.Hyperbolic.ProjectionRows(15)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMap.Positive.ProjectionRows(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMap.Oprf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMap.Oprf(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMap.Of(x => x, float.NaN));
        Assert.Throws<NotSupportedException>(() => FeatureMap.Of(x => x).RelativeVariance(1, 1, 4, 4));
        var w = Projection.Orthogonal(8, 4, seed: 1);
        var message = Assert.Throws<ArgumentException>(() =>
            FeatureMap.Positive.Compute(new float[8], w, new double[15], new double[16])).Message;
        Assert.Contains("15", message);
        Assert.Contains("16", message);
        message = Assert.Throws<ArgumentException>(() =>
            FeatureMap.OprfLambda(new float[7], new float[6], new AttentionShape(1, 1, 3))).Message;
        Assert.Contains("7", message);
        Assert.Contains("3", message);
        Assert.Throws<ArgumentException>(() => FeatureMap.OprfLambda([], [], new AttentionShape(1, 1, 0)));
    }

    internal static FeatureMap Map(string name) => name switch
    {
        "positive" => FeatureMap.Positive,
        "hyperbolic" => FeatureMap.Hyperbolic,
        "oprf" => FeatureMap.Oprf(1.5),
        _ => FeatureMap.Trigonometric,
    };
}
