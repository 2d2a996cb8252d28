using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// A layer analysed by itself: are the recovered weights those that its kernel used, and are the error bars around its output?
/// </summary>
public class LayerAnalysisTests
{
    private static readonly int[] Rows = [129, 0, 64, 3, 100];

    /// <summary>Every layer that draws projections, normalised or not.</summary>
    public static TheoryData<Layer> Layers =>
        [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized")).Where(layer => layer.ProjectionRows > 0)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Probabilities_are_the_dense_rows(Layer layer)
    {
        var attention = Create(layer);
        var inputs = new Inputs(layer, 130, 130, seed: 11, scale: 0.5f);
        foreach (var keys in new int?[] { null, 90 })
        {
            var actual = Probabilities(attention, inputs, keys);
            for (var row = 0; row < Rows.Length; row++)
            {
                var found = actual.AsSpan(row * 130, 130).ToArray();
                Compare.Close(DenseRow(attention, inputs, Rows[row], keys ?? 130), found, Unsigned(layer) ? 1e-5 : 1e-4);
                if (layer.Normalize)
                {
                    // 130 roundings of numbers whose sizes sum to little more than 1.
                    Assert.Equal(1, found.Sum(x => (double)x), tolerance: Unsigned(layer) ? 1e-6 : 1e-4);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Probabilities_give_the_output(Layer layer)
    {
        var attention = Create(layer);
        var inputs = new Inputs(layer, 130, 130, seed: 12, scale: 0.5f);
        var (output, weights) = (inputs.Forward(attention), Probabilities(attention, inputs, null));
        var expected = new double[Rows.Length * layer.ValueDim];
        for (var i = 0; i < Rows.Length * 130; i++)
        {
            for (var c = 0; c < layer.ValueDim; c++)
            {
                expected[(i / 130 * layer.ValueDim) + c] += (double)weights[i] * inputs.Value[(i % 130 * layer.ValueDim) + c];
            }
        }

        Compare.Close(expected, Chosen(output, layer.ValueDim), Tolerance(layer, inputs, attention));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Error_bars_are_around_the_output(Layer layer)
    {
        var attention = Create(layer);
        var inputs = new Inputs(layer, 130, 130, seed: 13, scale: 0.5f);
        if (layer.ProjectionRows / layer.HeadDim < 3)
        {
            Assert.Contains("at least 3", Assert.Throws<ArgumentException>(() => Bars()).Message, StringComparison.Ordinal);
            return;
        }

        var bars = Bars();
        Compare.Close(bars.Output.ToArray(), Chosen(inputs.Forward(attention), layer.ValueDim), Tolerance(layer, inputs, attention));
        Assert.Equal(layer.ProjectionRows / layer.HeadDim, bars.Blocks);
        Assert.All(bars.StandardErrors.ToArray(), error => Assert.True(double.IsFinite(error) && error >= 0));

        ErrorBars Bars() => attention.ErrorBars(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, Rows);
    }

    /// <summary>
    /// Sums over draws are linear where nothing is divided, so the jackknife's variance is that of a mean of independent blocks.
    /// </summary>
    [Fact]
    public void Error_bars_of_sums_are_the_scatter_of_the_blocks()
    {
        var attention = new Generalized.UnnormalisedSoftmaxOfBlocks(3);
        var inputs = new Inputs(Layer.Of<Generalized.UnnormalisedSoftmaxOfBlocks>(), 20, 20, seed: 14, scale: 0.5f);
        var bars = attention.ErrorBars(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, [5]);
        var (dim, blocks) = (Generalized.UnnormalisedSoftmaxOfBlocks.HeadDim, bars.Blocks);
        var estimates = Enumerable.Range(0, blocks).Select(block => ErrorBars.Jackknife(
            attention.FeatureMap,
            Projection.FromWeights(Repeated(attention.Projection.Weights.Slice(block * dim * dim, dim * dim)), 3 * dim, dim), inputs.Query,
            inputs.Key, inputs.Value, inputs.Shape, 0, 0, [5], causal: false, normalise: false).Output[0]).ToArray();
        var mean = estimates.Average();

        Assert.Equal(mean, bars.Output[0], tolerance: 1e-12);
        Assert.Equal(
            Math.Sqrt(estimates.Sum(x => Math.Pow(x - mean, 2)) / (blocks - 1) / blocks), bars.StandardErrors[0], tolerance: 1e-12);

        // One block alone is no projection that the jackknife takes; three times the same one gives the same estimate.
        static float[] Repeated(ReadOnlySpan<float> block) => [.. block, .. block, .. block];
    }

    [Fact]
    public void Projections_of_the_moment_count()
    {
        var attention = new Softmax16(1);
        var inputs = new Inputs(Layer.Of<Softmax16>(), 130, 130, seed: 15, scale: 0.5f);
        attention.Redraw(2);

        Compare.Same(Probabilities(new Softmax16(2), inputs, null), Probabilities(attention, inputs, null));
    }

    [Fact]
    public void Null_and_wrong_lengths_are_refused()
    {
        var (attention, shape) = (new Softmax16(1), new AttentionShape(1, 1, 2));
        Assert.Throws<ArgumentNullException>(
            "attention", () => ((IRandomFeatureAttention)null!).Probabilities([], [], shape, 0, 0, [], []));
        Assert.Throws<ArgumentNullException>("attention", () => ((IRandomFeatureAttention)null!).ErrorBars([], [], [], shape, 0, 0, []));
        Assert.Throws<ArgumentException>(
            "destination", () => attention.Probabilities(new float[32], new float[32], shape, 0, 0, [0], new float[3]));
    }

    private static IRandomFeatureAttention Create(Layer layer) => (IRandomFeatureAttention)layer.Create().Attention;

    /// <summary>Whether sums of weights cannot cancel.</summary>
    private static bool Unsigned(Layer layer) =>
        layer.Kernel != nameof(KernelFunction.SoftmaxTrigonometric) && (layer.Normalize || !layer.IsFunction);

    /// <summary>Where weights have both signs, their sum is smaller than they are, and so is the largest output.</summary>
    private static double Tolerance(Layer layer, Inputs inputs, IRandomFeatureAttention attention) =>
        inputs.Tolerance(attention.Projection.Weights.ToArray()) * (Unsigned(layer) ? 1 : 30);

    private static float[] Probabilities(IRandomFeatureAttention attention, Inputs inputs, int? keys)
    {
        var weights = new float[Rows.Length * 130];
        weights.AsSpan().Fill(float.NaN);
        attention.Probabilities(inputs.Query, inputs.Key, inputs.Shape, 0, 0, Rows, weights, keys);
        return weights;
    }

    private static float[] Chosen(float[] output, int dim) => [.. Rows.SelectMany(row => output.AsSpan(row * dim, dim).ToArray())];

    /// <summary>A row of φφᵀ, with the features as plain numbers, masked and divided by its sum where the layer does.</summary>
    private static double[] DenseRow(IRandomFeatureAttention attention, Inputs inputs, int row, int keys)
    {
        var d = attention.HeadDim;
        var query = Analysis.Samples.Features(attention.FeatureMap, inputs.Query.AsSpan(row * d, d), attention.Projection);
        var key = Analysis.Samples.Features(attention.FeatureMap, inputs.Key, attention.Projection);
        var weights = new double[130];
        for (var j = 0; j < (attention.Causal ? Math.Min(keys, row + 1) : keys); j++)
        {
            weights[j] = query.Select((x, r) => x * key[(j * query.Length) + r]).Sum();
        }

        var sum = attention.Normalize ? weights.Sum() : 1;
        return [.. weights.Select(weight => weight / sum)];
    }
}
