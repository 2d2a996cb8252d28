using KernelGen.Tests.Runtime;
using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>
/// Are recovered probabilities those of the feature map, at any size of the keys, and do they come from nothing but the keys that count?
/// </summary>
public sealed class ProbabilityTests
{
    private const int Dim = 16;

    private static readonly FeatureMap[] Maps =
    [
        FeatureMap.Positive, FeatureMap.Hyperbolic, FeatureMap.Oprf(3), FeatureMap.Exponential, FeatureMap.Trigonometric,
        FeatureMap.Of(x => Math.Max(0, x), 1e-3f, "ReLU"),
    ];

    public static TheoryData<int, bool> Scales =>
        new() { { 1, false }, { 1, true }, { 10, false }, { 10, true }, { 1000, false }, { 1000, true } };

    [Theory]
    [MemberData(nameof(Scales))]
    public void ProbabilitiesAreTheNormalisedKernel(int scale, bool causal)
    {
        const int length = 150; // two whole tiles and a part
        var query = Samples.Normal(length * Dim, seed: 1, deviation: 0.5);
        var key = Samples.Normal(length * Dim, seed: 2, deviation: 0.5);
        Enlarge(key, scale);
        int[] rows = [149, 0, 63, 64, 65, 100, 1, 127, 128];
        var w = Projection.Orthogonal(24, Dim, seed: 3);
        AttentionShape shape = new(1, 1, length);
        foreach (var map in Maps)
        {
            if (map.HasGain && scale > 1 && map.Name != "ReLU")
            {
                continue; // sums of signed features cancel: no digits are left to compare where the scale is e^(10⁵)
            }

            var actual = Filled(rows.Length * length);
            AttentionProbabilities.Estimate(map, w, query, key, shape, 0, 0, rows, causal, actual);
            for (var row = 0; row < rows.Length; row++)
            {
                var expected = Dense(map, w, query, key, rows[row], causal ? rows[row] + 1 : length, length);
                CheckRow(expected, actual.AsSpan(row * length, length), $"{map}, keys × {scale}, query {rows[row]}");
            }
        }
    }

    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void QueryHeadsOfAGroupSeeTheirHeadOfKeys(TensorLayout layout)
    {
        const int length = 20, heads = 6, keyHeads = 2;
        float[] query = Samples.Normal(2 * heads * length * Dim, seed: 1, deviation: 0.5),
            key = Samples.Normal(2 * keyHeads * length * Dim, seed: 2, deviation: 0.5);
        var part = layout == TensorLayout.BatchHeadLengthDim ? length * Dim : Dim;
        float[] repeated = [.. key.Chunk(part).SelectMany(head => Enumerable.Repeat(head, heads / keyHeads)).SelectMany(head => head)];
        AttentionShape all = new(2, heads, length, layout), grouped = all with { KeyHeads = keyHeads };
        for (var head = 0; head < heads; head++)
        {
            float[] expected = Filled(length), actual = Filled(length);
            AttentionProbabilities.Exact(query, repeated, Dim, all, 1, head, [7], causal: false, expected);
            AttentionProbabilities.Exact(query, key, Dim, grouped, 1, head, [7], causal: false, actual);
            Assert.Equal(expected, actual);
        }

        Assert.Equal(FeatureMap.OprfLambda(query, repeated, all), FeatureMap.OprfLambda(query, key, grouped));
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void ExactProbabilitiesAreSoftmax(int scale, bool causal)
    {
        const int length = 150;
        var query = Samples.Normal(length * Dim, seed: 1, deviation: 0.5);
        var key = Samples.Normal(length * Dim, seed: 2, deviation: 0.5);
        Enlarge(key, scale);
        int[] rows = [5, 149, 64];
        var actual = Filled(rows.Length * length);
        AttentionProbabilities.Exact(query, key, Dim, new AttentionShape(1, 1, length), 0, 0, rows, causal, actual);
        for (var row = 0; row < rows.Length; row++)
        {
            var seen = causal ? rows[row] + 1 : length;
            var logs = new double[seen];
            for (var j = 0; j < seen; j++)
            {
                for (var c = 0; c < Dim; c++)
                {
                    logs[j] += (double)query[rows[row] * Dim + c] * key[j * Dim + c] / 4;
                }
            }

            CheckRow(Normalise(logs, length), actual.AsSpan(row * length, length), $"exact, keys × {scale}, query {rows[row]}");
        }
    }

    [Fact]
    public void LaterKeysChangeNoBit()
    {
        const int length = 100;
        var query = Samples.Normal(length * Dim, seed: 1, deviation: 0.5);
        var key = Samples.Normal(length * Dim, seed: 2, deviation: 0.5);
        var w = Projection.Orthogonal(24, Dim, seed: 3);
        int[] rows = [70, 80];
        var before = new float[rows.Length * length];
        AttentionProbabilities.Estimate(FeatureMap.Positive, w, query, key, new AttentionShape(1, 1, length), 0, 0, rows, true, before);
        key.AsSpan(71 * Dim).Fill(float.NaN);
        var after = new float[before.Length];
        AttentionProbabilities.Estimate(FeatureMap.Positive, w, query, key, new AttentionShape(1, 1, length), 0, 0, rows, true, after);
        Assert.Equal(before.AsSpan(0, length), after.AsSpan(0, length));
        Assert.True(float.IsNaN(after[length])); // and what a query does see is not hidden
    }

    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void HeadLengthAndLayoutAreRespected(TensorLayout layout)
    {
        const int batch = 2, heads = 3, queries = 7, keys = 90, count = 70;
        AttentionShape shape = new(batch, heads, queries, keys, layout);
        var query = Samples.Normal(batch * heads * queries * Dim, seed: 1, deviation: 0.5);
        var key = Samples.Normal(batch * heads * keys * Dim, seed: 2, deviation: 0.5);
        var w = Projection.Orthogonal(24, Dim, seed: 3);
        var (sequence, head) = (1, 2);
        var ownQuery = new float[queries * Dim];
        var ownKey = new float[count * Dim];
        for (var i = 0; i < queries; i++)
        {
            query.AsSpan(Start(i, queries), Dim).CopyTo(ownQuery.AsSpan(i * Dim));
        }

        for (var j = 0; j < keys; j++)
        {
            if (j < count)
            {
                key.AsSpan(Start(j, keys), Dim).CopyTo(ownKey.AsSpan(j * Dim));
            }
            else
            {
                key.AsSpan(Start(j, keys), Dim).Fill(float.NaN);
            }
        }

        var actual = Filled(2 * keys);
        AttentionProbabilities.Estimate(
            FeatureMap.Hyperbolic, w, query, key, shape, sequence, head, [6, 2], false, actual, keyLength: count);
        CheckRow(Dense(FeatureMap.Hyperbolic, w, ownQuery, ownKey, 6, count, keys), actual.AsSpan(0, keys), "query 6");
        CheckRow(Dense(FeatureMap.Hyperbolic, w, ownQuery, ownKey, 2, count, keys), actual.AsSpan(keys), "query 2");

        int Start(int token, int length) => Dim * (layout == TensorLayout.BatchHeadLengthDim
            ? (sequence * heads + head) * length + token
            : (sequence * length + token) * heads + head);
    }

    [Fact]
    public void WithoutNormalisationTheyAreTheKernel()
    {
        var query = Samples.Normal(3 * Dim, seed: 1, deviation: 0.5);
        var key = Samples.Normal(80 * Dim, seed: 2, deviation: 0.5);
        var w = Projection.Orthogonal(24, Dim, seed: 3);
        var actual = new float[80];
        foreach (var map in Maps)
        {
            AttentionProbabilities.Estimate(
                map, w, query, key, new AttentionShape(1, 1, 3, 80), 0, 0, [1], false, actual, normalise: false);
            for (var j = 0; j < 80; j++)
            {
                var expected = Samples.Kernel(map, query.AsSpan(Dim, Dim), key.AsSpan(j * Dim, Dim), w);
                Assert.Equal(expected, actual[j], tolerance: 1e-5 * actual.Max(Math.Abs));
            }
        }

        AttentionProbabilities.Exact(query, key, Dim, new AttentionShape(1, 1, 3, 80), 0, 0, [1], false, actual, normalise: false);
        Assert.Equal(Samples.Softmax(query.AsSpan(Dim, Dim), key.AsSpan(5 * Dim, Dim)), actual[5], tolerance: 1e-5);
    }

    [Fact]
    public void NoKeySeenGivesZeros()
    {
        var destination = Filled(2 * 4);
        var w = Projection.Orthogonal(8, Dim, seed: 3);
        var nan = new float[4 * Dim];
        Array.Fill(nan, float.NaN);
        AttentionProbabilities.Estimate(
            FeatureMap.Positive, w, nan, nan, new AttentionShape(1, 1, 4), 0, 0, [0, 3], false, destination, keyLength: 0);
        Assert.All(destination, x => Assert.Equal(0, x));

        // All features 0, as ReLU's can be without ε: the normaliser is exactly 0.
        var query = Samples.Normal(4 * Dim, seed: 1);
        AttentionProbabilities.Estimate(
            FeatureMap.Of(_ => 0), w, query, query, new AttentionShape(1, 1, 4), 0, 0, [0, 3], false, destination = Filled(8));
        Assert.All(destination, x => Assert.Equal(0, x));
    }

    [Fact]
    public void NothingPastTheEndIsRead()
    {
        using GuardedMemory query = new(9 * Dim), key = new(70 * Dim), destination = new(2 * 70);
        Samples.Normal(9 * Dim, seed: 1).CopyTo(query.Span);
        Samples.Normal(70 * Dim, seed: 2).CopyTo(key.Span);
        var w = Projection.Orthogonal(8, Dim, seed: 3);
        AttentionProbabilities.Estimate(
            FeatureMap.Hyperbolic, w, query.Span, key.Span, new AttentionShape(1, 1, 9, 70), 0, 0, [8, 0], false, destination.Span);
        Assert.Equal(1, Sum(destination.Span[..70]), tolerance: 1e-6);
    }

    [Fact]
    public void WrongArgumentsAreRefusedWithBothNumbers()
    {
        var tokens = new float[5 * Dim];
        var destination = new float[2 * 5];
        var w = Projection.Orthogonal(8, Dim, seed: 3);
        AttentionShape shape = new(1, 1, 5);
        Refused<ArgumentException>(() => Estimate(shape, rows: [0, 5]), "5", "4");
        Refused<ArgumentException>(() => Estimate(shape, rows: [0]), "10", "5");
        Refused<ArgumentException>(() => Estimate(new AttentionShape(1, 1, 6)), "80", "96");
        Refused<ArgumentException>(() => Estimate(new AttentionShape(1, 1, 5, 4), causal: true), "5", "4");
        Refused<ArgumentOutOfRangeException>(() => Estimate(shape, head: 1), "1", "1 heads");
        Refused<ArgumentOutOfRangeException>(() => Estimate(shape, batch: -1), "-1", "1 sequences");
        Refused<ArgumentOutOfRangeException>(() => Estimate(shape, keyLength: 6), "6", "5");
        Refused<ArgumentException>(
            () => AttentionProbabilities.Estimate(FeatureMap.Positive, w, tokens, tokens, shape, 0, 0, [0, 1], false, tokens.AsSpan(0, 10)),
            "overlaps");

        void Estimate(AttentionShape shape, int[]? rows = null, bool causal = false, int batch = 0, int head = 0, int? keyLength = null) =>
            AttentionProbabilities.Estimate(
                FeatureMap.Positive, w, tokens, tokens, shape, batch, head, rows ?? [0, 1], causal, destination, keyLength);

        static void Refused<T>(Action call, params string[] parts)
            where T : Exception
        {
            var message = Assert.Throws<T>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message));
        }
    }

    // One in seven keys, the first one and the last ones among them, is larger by far.
    private static void Enlarge(float[] key, int scale)
    {
        for (var i = 0; i < key.Length; i++)
        {
            key[i] *= i / Dim % 7 == 0 || i / Dim > 140 ? scale : 1;
        }
    }

    /// <summary>The row φ(q)ᵀφ(k_j)/Σ from log-features pair by pair.</summary>
    private static double[] Dense(FeatureMap map, Projection w, float[] query, float[] key, int row, int seen, int length)
    {
        var m = w.Rows * map.Branches;
        var (queryLog, queryGain) = (new double[m], new double[m]);
        var (keyLog, keyGain) = (new double[seen * m], new double[seen * m]);
        map.Compute(query.AsSpan(row * Dim, Dim), w, queryLog, queryGain);
        map.Compute(key.AsSpan(0, seen * Dim), w, keyLog, keyGain);
        var top = double.NegativeInfinity;
        for (var i = 0; i < keyLog.Length; i++)
        {
            top = Math.Max(top, queryLog[i % m] + keyLog[i]);
        }

        var weights = new double[length];
        for (var i = 0; i < keyLog.Length; i++)
        {
            weights[i / m] += queryGain[i % m] * keyGain[i] * Math.Exp(queryLog[i % m] + keyLog[i] - top);
        }

        var sum = weights.Sum();
        return Array.ConvertAll(weights, x => x / sum);
    }

    private static double[] Normalise(double[] logs, int length)
    {
        var top = logs.Max();
        var sum = logs.Sum(x => Math.Exp(x - top));
        var row = new double[length];
        for (var j = 0; j < logs.Length; j++)
        {
            row[j] = Math.Exp(logs[j] - top) / sum;
        }

        return row;
    }

    private static void CheckRow(double[] expected, ReadOnlySpan<float> actual, string what)
    {
        var largest = expected.Max(Math.Abs);
        for (var j = 0; j < expected.Length; j++)
        {
            Assert.True(
                Math.Abs(expected[j] - actual[j]) <= 1e-5 * largest, $"{what}, key {j}: {actual[j]}, not {expected[j]}; largest {largest}");
        }

        Assert.Equal(1, Sum(actual), tolerance: 1e-6 * Math.Max(1, largest));
    }

    private static double Sum(ReadOnlySpan<float> numbers)
    {
        double sum = 0;
        foreach (var x in numbers)
        {
            sum += x;
        }

        return sum;
    }

    // Garbage, so that what is not overwritten shows.
    private static float[] Filled(int count)
    {
        var numbers = new float[count];
        Array.Fill(numbers, float.NaN);
        return numbers;
    }
}
