using KernelGen.Tests.Behaviour.Catalogues;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Sets of items: the attention of the layer that made them, however the items came in, and refusals that say why.</summary>
public class ItemSetTests
{
    /// <summary>Every layer that can hold items, normalised or not.</summary>
    public static TheoryData<Layer> Layers =>
    [
        .. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized")).Where(layer => layer.ProjectionRows > 0 && !layer.Causal),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Attend_is_the_layers_forward(Layer layer)
    {
        var attention = Create(layer);
        foreach (var items in new[] { 1, 63, 64, 300 })
        {
            var inputs = new Inputs(layer, 13, items, seed: items, scale: 0.5f);
            var set = Filled(attention, inputs.Key, inputs.Value);
            var output = new float[13 * layer.ValueDim];
            set.Attend(inputs.Query, output);

            // Two kernels' sums of the same numbers in other orders: each within the tolerance of the formula. Sums of both signs are
            // smaller than what they sum, so there it is relative to less.
            var tolerance = 2 * inputs.Tolerance(attention.Projection.Weights.ToArray()) * (HasSign(layer) ? 30 : 1);
            Compare.Close(Array.ConvertAll(inputs.Forward(attention), x => (double)x), output, tolerance);
            Assert.Equal(items, set.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Log_partition_is_that_of_the_features(Layer layer)
    {
        var attention = Create(layer);
        var inputs = new Inputs(layer, 13, 200, seed: 5, scale: 0.5f);
        var (output, log) = (new float[13 * layer.ValueDim], new float[13]);
        Filled(attention, inputs.Key, inputs.Value).Attend(inputs.Query, output, log);

        // An error of a logarithm is a relative one of the sum.
        var tolerance = inputs.Tolerance(attention.Projection.Weights.ToArray());
        for (var i = 0; i < log.Length; i++)
        {
            var (sum, sizes) = Partition(attention, inputs.Query.AsSpan(i * layer.HeadDim, layer.HeadDim), inputs.Key);
            if (sum > 0.01 * sizes)
            {
                Assert.Equal(Math.Log(sum), log[i], tolerance: (tolerance * sizes / sum) + (1e-7 * Math.Abs(Math.Log(sum))));
            }
            else if (sum < -0.01 * sizes)
            {
                Assert.True(float.IsNaN(log[i]));
            }
        }
    }

    [Fact]
    public void However_items_come_in_the_sums_are_the_same()
    {
        const int items = 100_000;
        var (attention, random) = (new Catalogue(3), new Random(3));
        var (key, value) = Items(items, seed: 1);
        var query = Inputs.Normal(random, 20 * Catalogue.HeadDim, 0.7f);
        var (expected, expectedLog) = Exactly(attention, query, key, value);

        var atOnce = Filled(attention, key, value);

        var oneByOne = attention.CreateItemSet();
        AddInBlocks(oneByOne, 0, items, () => 1);

        var inBlocks = attention.CreateItemSet();
        AddInBlocks(inBlocks, 0, items, () => random.Next(1, 201));

        var merged = attention.CreateItemSet();
        AddInBlocks(merged, 0, 33_333, () => 100);
        var rest = attention.CreateItemSet();
        AddInBlocks(rest, 33_333, items, () => 999);
        merged.Add(rest);

        var cloned = attention.CreateItemSet();
        AddInBlocks(cloned, 0, 50_001, () => 77);
        var original = cloned;
        cloned = original.Clone();
        AddInBlocks(cloned, 50_001, items, () => 50);
        Assert.Equal(50_001, original.Count);

        foreach (var set in new[] { atOnce, oneByOne, inBlocks, merged, cloned })
        {
            var (output, log) = Attend(set, query, Catalogue.ValueDim);
            Assert.Equal(items, set.Count);

            // Blocks of 64 are summed apart, so 100,000 roundings of 6e-8 do not add up: less than a hundred do, at random.
            Compare.Close(expected, output, 1e-5);
            Compare.Close(expectedLog, log, 1e-5);
        }

        void AddInBlocks(ItemSet set, int from, int to, Func<int> size)
        {
            for (var next = from; from < to; from = next)
            {
                next = Math.Min(to, from + size());
                set.Add(
                    key.AsSpan(from * Catalogue.HeadDim, (next - from) * Catalogue.HeadDim),
                    value.AsSpan(from * Catalogue.ValueDim, (next - from) * Catalogue.ValueDim));
            }
        }
    }

    /// <summary>
    /// The deviations from exact softmax attention over 100,000 items are as large as predicted. ‖q̂ + k̂‖² is about 2, where features are
    /// plenty. With G = 16 blocks a deviation over its own error is distributed as Student's t of 15 degrees, whose root mean square is
    /// √(15/13) = 1.07; all queries of a draw share its luck, and twenty draws leave a scatter of some 15 %: hence 0.7 to 1.5. Found: 1.00
    /// to 1.20.
    /// </summary>
    [Theory]
    [InlineData(typeof(WideCatalogue))]
    [InlineData(typeof(HyperbolicCatalogue))]
    public void Deviations_from_exact_attention_are_as_predicted(Type type)
    {
        const int items = 100_000, queries = 200, draws = 20;
        var attention = (IRandomFeatureAttention)Activator.CreateInstance(type, 0UL)!;
        var (key, value) = Items(items, seed: 2);
        var query = Inputs.Normal(new Random(4), queries * attention.HeadDim, 0.5f);
        var (exact, exactLog) = SoftmaxAverage(query, key, value);
        var (squares, logSquares) = (0.0, 0.0);
        var (errors, logErrors) = (new float[exact.Length], new float[queries]);
        for (var draw = 0; draw < draws; draw++)
        {
            attention.Redraw((ulong)draw);
            var set = Filled(attention, key, value);
            var (output, log) = Attend(set, query, attention.ValueDim);
            set.StandardErrors(query, errors, logErrors);
            squares += output.Select((x, i) => Math.Pow((x - exact[i]) / errors[i], 2)).Average() / draws;
            logSquares += log.Select((x, i) => Math.Pow((x - exactLog[i]) / logErrors[i], 2)).Average() / draws;
        }

        Assert.InRange(Math.Sqrt(squares), 0.7, 1.5);
        Assert.InRange(Math.Sqrt(logSquares), 0.7, 1.5);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Huge_keys_stay_finite(Layer layer)
    {
        if (HasSign(layer) || !layer.Normalize || layer.Kernel == nameof(KernelFunction.Exp) && layer.IsFunction)
        {
            return; // sums that may cancel, or that nothing divides, may be as huge as they are; and e^1000 is no float
        }

        var attention = Create(layer);
        var inputs = new Inputs(layer, 13, 130, seed: 6).Scale(0, 130, token => token % 3 == 0 ? 1000 : 1);
        var set = Filled(attention, inputs.Key, inputs.Value);
        var output = new float[13 * layer.ValueDim];
        set.Attend(inputs.Query, output);
        var largest = inputs.Value.Max(Math.Abs);

        Assert.All(output, x => Assert.InRange(x, -1.001f * largest, 1.001f * largest));
        Assert.True(inputs.Forward(attention).All(float.IsFinite));
    }

    [Fact]
    public void Without_items_there_is_nothing()
    {
        var set = new Softmax16(1).CreateItemSet();
        var (output, log) = (Enumerable.Repeat(float.NaN, 32).ToArray(), new float[2]);
        set.Attend(new float[32], output, log);

        Assert.Equal(0, set.Count);
        Assert.All(output, x => Assert.Equal(0, x));
        Assert.All(log, x => Assert.Equal(float.NegativeInfinity, x));

        set.Add([], []);
        set.Attend([], []);
        Assert.Equal(0, set.Count);
    }

    [Fact]
    public void A_set_joined_to_itself_has_every_item_twice()
    {
        var attention = new Generalized.UnnormalisedSoftmax(1);
        var inputs = new Inputs(Layer.Of<Generalized.UnnormalisedSoftmax>(), 5, 100, seed: 7, scale: 0.5f);
        var set = Filled(attention, inputs.Key, inputs.Value);
        var (before, log) = Attend(set, inputs.Query, 16);
        set.Add(set);
        var (after, logAfter) = Attend(set, inputs.Query, 16);

        Assert.Equal(200, set.Count);
        Compare.Close(Array.ConvertAll(before, x => 2.0 * x), after, 1e-6);
        Compare.Close(Array.ConvertAll(log, x => x + Math.Log(2)), logAfter, 1e-6);
    }

    [Fact]
    public void Redraw_leaves_existing_sets_alone()
    {
        var attention = new Softmax16(1);
        var inputs = new Inputs(Layer.Of<Softmax16>(), 5, 100, seed: 8);
        var set = Filled(attention, inputs.Key, inputs.Value);
        var (before, _) = Attend(set, inputs.Query, 16);
        attention.Redraw(2);
        var (after, _) = Attend(set, inputs.Query, 16);

        Compare.Same(before, after);
        Compare.Same(new Softmax16(1).Projection.Weights, set.Projection.Weights);
        Refuses("other projections", () => set.Add(attention.CreateItemSet()));
        set.Add(new Softmax16(1).CreateItemSet()); // another layer with the same ones
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_numbers()
    {
        var set = new OddSoftmax(1).CreateItemSet(); // d = 7, dv = 19
        Refuses("keys holds 8 numbers, which is no multiple of 7", () => set.Add(new float[8], new float[19]));
        Refuses("values holds 20 numbers, but 2 rows × 19 = 38 are needed", () => set.Add(new float[14], new float[20]));
        Refuses("queries holds 6 numbers, which is no multiple of 7", () => set.Attend(new float[6], new float[19]));
        Refuses("destination holds 18 numbers, but 1 rows × 19 = 19 are needed", () => set.Attend(new float[7], new float[18]));
        Refuses("logPartition holds 2 numbers, but 1 rows × 1 = 1 are needed", () => set.Attend(new float[7], new float[19], new float[2]));
        Refuses("queries holds 6 numbers, which is no multiple of 7", () => set.StandardErrors(new float[6], new float[19]));
        Refuses("standardErrors holds 18 numbers, but 1 rows × 19 = 19 are needed", () => set.StandardErrors(new float[7], new float[18]));
        Refuses(
            "logPartitionErrors holds 3 numbers, but 1 rows × 1 = 1", () => set.StandardErrors(new float[7], new float[19], new float[3]));
        Refuses("needs at least 3 whole blocks of 16 rows", () =>
            new Softmax16(1).CreateItemSet().StandardErrors(new float[16], new float[16]));
        Refuses("another layer type", () => set.Add(new Softmax16(1).CreateItemSet()));
        Assert.Throws<ArgumentNullException>("other", () => set.Add(null!));
        Assert.Equal(0, set.Count);

        var overlapping = new float[64];
        Refuses("overlap", () => new Softmax16(1).CreateItemSet().Attend(overlapping.AsSpan(0, 16), overlapping.AsSpan(8, 16)));
    }

    /// <summary>λ is part of the features as much as the projections are.</summary>
    [Fact]
    public void Sets_of_another_lambda_are_refused()
    {
        var set = new Asking(1, 2).CreateItemSet();
        Refuses("λ = 3", () => set.Add(new Asking(1, 3).CreateItemSet()));
        set.Add(new Asking(1, 2).CreateItemSet());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Calls_allocate_nothing(Layer layer)
    {
        var inputs = new Inputs(layer, 13, 130, seed: 9, scale: 0.5f);
        var set = Create(layer).CreateItemSet();
        var (output, log) = (new float[13 * layer.ValueDim], new float[13]);
        Use();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Use();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use()
        {
            set.Add(inputs.Key, inputs.Value);
            set.Attend(inputs.Query, output, log);
            set.Add(inputs.Key.AsSpan(0, layer.HeadDim), inputs.Value.AsSpan(0, layer.ValueDim));
            set.Attend(inputs.Query, output);
        }
    }

    private static void Refuses(string message, Action call) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static IRandomFeatureAttention Create(Layer layer) => (IRandomFeatureAttention)layer.Create().Attention;

    private static bool HasSign(Layer layer) =>
        layer.Kernel == nameof(KernelFunction.SoftmaxTrigonometric) || (layer.IsFunction && !layer.Normalize);

    private static ItemSet Filled(IRandomFeatureAttention attention, float[] key, float[] value)
    {
        var set = attention.CreateItemSet();
        set.Add(key, value);
        return set;
    }

    private static (float[] Output, float[] Log) Attend(ItemSet set, float[] query, int valueDim)
    {
        var rows = query.Length / set.Projection.Columns;
        var (output, log) = (new float[rows * valueDim], new float[rows]);
        set.Attend(query, output, log);
        return (output, log);
    }

    /// <summary>Items whose values depend on their keys, so that attention has something to find.</summary>
    private static (float[] Key, float[] Value) Items(int count, int seed)
    {
        var random = new Random(seed);
        var key = Inputs.Normal(random, count * 16, 0.5f);
        var value = Inputs.Normal(random, count * 4, 0.5f);
        for (var i = 0; i < value.Length; i++)
        {
            value[i] += 2 * key[(i / 4 * 16) + (i % 4)];
        }

        return (key, value);
    }

    /// <summary>Σ_j φ(q)ᵀφ(k_j), and the same with the sizes of all terms, naively in double.</summary>
    private static (double Sum, double Sizes) Partition(IRandomFeatureAttention attention, ReadOnlySpan<float> query, float[] key)
    {
        var queryFeatures = Analysis.Samples.Features(attention.FeatureMap, query, attention.Projection);
        var keyFeatures = Analysis.Samples.Features(attention.FeatureMap, key, attention.Projection);
        var (sum, sizes) = (0.0, 0.0);
        for (var i = 0; i < keyFeatures.Length; i++)
        {
            var term = queryFeatures[i % queryFeatures.Length] * keyFeatures[i];
            sum += term;
            sizes += Math.Abs(term);
        }

        return (sum, sizes);
    }

    /// <summary>The average of the values by φ(q)ᵀφ(k_j) and the logarithm of the weights' sum, in double.</summary>
    private static (double[] Output, double[] Log) Exactly(IRandomFeatureAttention attention, float[] query, float[] key, float[] value)
    {
        var (d, dv) = (attention.HeadDim, attention.ValueDim);
        var queryFeatures = Analysis.Samples.Features(attention.FeatureMap, query, attention.Projection);
        var keyFeatures = Analysis.Samples.Features(attention.FeatureMap, key, attention.Projection);
        var (rows, items) = (query.Length / d, key.Length / d);
        var m = queryFeatures.Length / rows;
        var sums = new double[m * (dv + 1)];
        for (var i = 0; i < items * m; i++)
        {
            var sum = sums.AsSpan(i % m * (dv + 1), dv + 1);
            for (var c = 0; c < dv; c++)
            {
                sum[c] += keyFeatures[i] * value[(i / m * dv) + c];
            }

            sum[dv] += keyFeatures[i];
        }

        var (output, log) = (new double[rows * dv], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            var totals = Enumerable.Range(0, dv + 1)
                .Select(c => Enumerable.Range(0, m).Sum(r => queryFeatures[(row * m) + r] * sums[(r * (dv + 1)) + c])).ToArray();
            log[row] = Math.Log(totals[dv]);
            for (var c = 0; c < dv; c++)
            {
                output[(row * dv) + c] = totals[c] / totals[dv];
            }
        }

        return (output, log);
    }

    /// <summary>Exact softmax attention and its log partition, in double.</summary>
    private static (double[] Output, double[] Log) SoftmaxAverage(float[] query, float[] key, float[] value)
    {
        var (d, dv) = (16, 4);
        var (output, log) = (new double[query.Length / d * dv], new double[query.Length / d]);
        Parallel.For(0, log.Length, row =>
        {
            var sum = 0.0;
            for (var j = 0; j < key.Length / d; j++)
            {
                var product = 0.0;
                for (var c = 0; c < d; c++)
                {
                    product += (double)query[(row * d) + c] * key[(j * d) + c];
                }

                var weight = Math.Exp(product / Math.Sqrt(d));
                sum += weight;
                for (var c = 0; c < dv; c++)
                {
                    output[(row * dv) + c] += weight * value[(j * dv) + c];
                }
            }

            log[row] = Math.Log(sum);
            for (var c = 0; c < dv; c++)
            {
                output[(row * dv) + c] /= sum;
            }
        });
        return (output, log);
    }
}
