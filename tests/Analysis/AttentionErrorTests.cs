using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Is the measured error the error, does its extrapolation hold, and does it say when it does not?</summary>
public sealed class AttentionErrorTests
{
    private const int Dim = 16, ValueDim = 12;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ErrorIsThatOfThePlainFormula(bool causal)
    {
        const int heads = 2, length = 70, m = 32;
        Inputs inputs = new(1, heads, length, deviation: 0.4);
        AttentionErrorOptions options = new() { Seed = 5, Maps = [FeatureMap.Positive, FeatureMap.Hyperbolic] };
        var actual = AttentionError.Measure(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, causal, m, options);
        foreach (var error in actual.Maps)
        {
            (double squares, double averageSquares, double size) = (0, 0, 0);
            var rows = Enumerable.Range(0, 64).Select(i => (2 * i + 1) * length / 128).ToArray();
            var drawSquares = new double[16];
            for (var head = 0; head < heads; head++)
            {
                var exact = Outputs(inputs.Probabilities(head, rows, causal, null, null), inputs, head);
                var average = Outputs(Averaging(rows, length, causal), inputs, head);
                size += exact.Sum(x => x * x);
                averageSquares += exact.Zip(average, (x, y) => (x - y) * (x - y)).Sum();
                for (var draw = 0; draw < 16; draw++)
                {
                    var w = Projection.Orthogonal(error.Map.ProjectionRows(m), Dim, 5 + (ulong)draw);
                    var estimate = Outputs(inputs.Probabilities(head, rows, causal, error.Map, w), inputs, head);
                    drawSquares[draw] += exact.Zip(estimate, (x, y) => (x - y) * (x - y)).Sum();
                }
            }

            squares = drawSquares.Sum();
            Assert.Equal(Math.Sqrt(squares / 16 / size), error.RelativeError, tolerance: 1e-5);
            Assert.Equal(Math.Sqrt(averageSquares / size), error.AverageError, tolerance: 1e-5);
            Assert.Equal(error.AverageError, actual.AverageError);
            var (mean, ofMean) = Samples.Mean([.. drawSquares.Select(x => x / size)]);
            Assert.Equal(ofMean / (2 * Math.Sqrt(mean)), error.StandardError, tolerance: 1e-5);
            Assert.Equal(16 * heads * 64, error.Rows);
            Assert.Equal(0, error.FailedRows);
        }
    }

    [Fact]
    public void ExtrapolationToTheFeaturesNeededHolds()
    {
        // Independent rows, so that the law has no blocks to be wrong about; bias and scatter leave some 10 %.
        Inputs inputs = new(1, 2, 128, deviation: 0.4);
        AttentionErrorOptions options = new() { Draws = 64, Draw = Samples.Gaussian };
        var measured = AttentionError.Measure(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, 256, options);
        Assert.Equal(["positive", "hyperbolic", measured.Maps[2].Map.Name, "trigonometric"], measured.Maps.Select(map => map.Map.Name));
        Assert.Equal(FeatureMap.OprfLambda(inputs.Query, inputs.Key, inputs.Shape), measured.Maps[2].Map.Lambda);
        foreach (var error in measured.Maps)
        {
            var wanted = error.RelativeError / 2;
            var needed = error.FeaturesNeeded(wanted)!.Value;
            Assert.InRange(needed, 1022, 1026);
            var again = AttentionError.Measure(
                inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, (int)needed, options with { Maps = [error.Map], Seed = 1000 });
            Assert.InRange(again.Maps[0].RelativeError, 0.85 * wanted, 1.15 * wanted);
        }
    }

    [Fact]
    public void WhereTheLawDoesNotHoldNoFeaturesAreNamed()
    {
        Inputs inputs = new(1, 1, 128, deviation: 1.5);
        AttentionErrorOptions options = new()
        {
            Maps = [FeatureMap.Positive, FeatureMap.Trigonometric, FeatureMap.Of(x => Math.Max(0, x))],
        };
        var measured = AttentionError.Measure(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, 16, options);
        Assert.All(measured.Maps, map => Assert.Null(map.FeaturesNeeded(0.1)));
        Assert.True(measured.Maps[0].RelativeError > 0.5);
        Assert.True(measured.Maps[1].FailedRows > 0); // normalisers below 0
        Assert.Equal(16 * 64, measured.Maps[1].Rows);

        // Nearly uniform attention: averaging is hard to beat with few features.
        Inputs flat = new(1, 1, 128, deviation: 0.1);
        var positive = AttentionError.Measure(flat.Query, flat.Key, flat.Value, flat.Shape, false, 16).Maps[0];
        Assert.True(positive.RelativeError > positive.AverageError);
        Assert.Null(positive.FeaturesNeeded(0.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => positive.FeaturesNeeded(0));
    }

    [Fact]
    public void LayoutThreadsAndPaddingDoNotMatter()
    {
        const int batch = 2, heads = 3, length = 40;
        Inputs inputs = new(batch, heads, length, deviation: 0.4);
        int[] lengths = [25, 40];
        AttentionErrorOptions options = new() { Maps = [FeatureMap.Hyperbolic], RowsPerHead = 7 };
        double Error(float[] query, float[] key, float[] value, TensorLayout layout, int threads) => AttentionError.Measure(
            query, key, value, inputs.Shape with { Layout = layout }, false, 32, options with { DegreeOfParallelism = threads },
            lengths).Maps[0].RelativeError;
        var expected = Error(inputs.Query, inputs.Key, inputs.Value, TensorLayout.BatchHeadLengthDim, 1);
        for (var head = 0; head < heads; head++)
        {
            inputs.Key.AsSpan((head * length + 25) * Dim, 15 * Dim).Fill(float.NaN);
            inputs.Value.AsSpan((head * length + 25) * ValueDim, 15 * ValueDim).Fill(float.NaN);
        }

        Assert.InRange(expected, 0.01, 0.5);
        Assert.Equal(expected, Error(inputs.Query, inputs.Key, inputs.Value, TensorLayout.BatchHeadLengthDim, 2));
        Assert.Equal(
            expected,
            Error(
                Transposed(inputs.Query, Dim), Transposed(inputs.Key, Dim), Transposed(inputs.Value, ValueDim),
                TensorLayout.BatchLengthHeadDim, 3));

        static float[] Transposed(float[] tensor, int dim)
        {
            var result = new float[tensor.Length];
            for (var i = 0; i < tensor.Length; i++)
            {
                var (token, head, sequence) = (i / dim % length, i / dim / length % heads, i / dim / length / heads);
                result[((sequence * length + token) * heads + head) * dim + i % dim] = tensor[i];
            }

            return result;
        }
    }

    [Fact]
    public void WrongArgumentsAreRefusedWithBothNumbers()
    {
        Inputs inputs = new(1, 1, 20, deviation: 0.4);
        Refused<ArgumentException>(() => Measure(32, shape: new AttentionShape(1, 1, 20, 21)), "320", "336");
        Refused<ArgumentException>(() => Measure(31), "31", "2");
        Refused<ArgumentException>(() => Measure(32, shape: new AttentionShape(1, 0, 20)), "0 tokens", "1");
        Refused<ArgumentOutOfRangeException>(() => Measure(32, new AttentionErrorOptions { Draws = 15 }), "15", "16");
        Refused<ArgumentOutOfRangeException>(() => Measure(32, new AttentionErrorOptions { RowsPerHead = 0 }), "0", "1");
        Refused<ArgumentException>(
            () => Measure(32, new AttentionErrorOptions { Draw = (_, columns, seed) => Projection.Orthogonal(9, columns, seed) }), "9",
            "32");

        void Measure(int features, AttentionErrorOptions? options = null, AttentionShape? shape = null) =>
            AttentionError.Measure(inputs.Query, inputs.Key, inputs.Value, shape ?? inputs.Shape, false, features, options);

        static void Refused<T>(Action call, params string[] parts)
            where T : Exception
        {
            var message = Assert.Throws<T>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message));
        }
    }

    /// <summary>Seeded queries, keys and values of N(0, deviation²) and N(0, 1).</summary>
    internal sealed class Inputs(int batch, int heads, int length, double deviation, int seed = 1)
    {
        public AttentionShape Shape { get; } = new(batch, heads, length);

        public float[] Query { get; } = Samples.Normal(batch * heads * length * Dim, seed, deviation);

        public float[] Key { get; } = Samples.Normal(batch * heads * length * Dim, seed + 1, deviation);

        public float[] Value { get; } = Samples.Normal(batch * heads * length * ValueDim, seed + 2);

        /// <summary>[rows][keys], exact where there is no map.</summary>
        public double[][] Probabilities(int head, int[] rows, bool causal, FeatureMap? map, Projection? projection)
        {
            var flat = new float[rows.Length * length];
            if (map is null)
            {
                AttentionProbabilities.Exact(Query, Key, Dim, Shape, 0, head, rows, causal, flat);
            }
            else
            {
                AttentionProbabilities.Estimate(map, projection!, Query, Key, Shape, 0, head, rows, causal, flat);
            }

            return [.. flat.Chunk(length).Select(row => Array.ConvertAll(row, x => (double)x))];
        }
    }

    internal static double[] Outputs(double[][] probabilities, Inputs inputs, int head)
    {
        var length = inputs.Shape.KeyLength;
        var output = new double[probabilities.Length * ValueDim];
        for (var i = 0; i < output.Length; i++)
        {
            for (var j = 0; j < length; j++)
            {
                output[i] += probabilities[i / ValueDim][j] * inputs.Value[(head * length + j) * ValueDim + i % ValueDim];
            }
        }

        return output;
    }

    private static double[][] Averaging(int[] rows, int length, bool causal) =>
        [.. rows.Select(row =>
            Enumerable.Range(0, length).Select(j => causal ? (j <= row ? 1.0 / (row + 1) : 0) : 1.0 / length).ToArray())];
}
