using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Any kernel function, normalised or not: the formula ⇄ the tile program ⇄ the kernel, the last within a bound that is derived, not
/// chosen.
/// </summary>
public class GeneralizedTests
{
    private static readonly int[] Lengths = [0, 1, 2, 17, 48, 49, 97];

    public static TheoryData<Layer> Layers => [.. Layer.In("KernelGen.Tests.Behaviour.Generalized")];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Tile_program_computes_the_formula(Layer layer)
    {
        var (_, weights) = layer.Create();
        foreach (var (length, tileRows) in new[] { (0, 4), (1, 4), (7, 3), (23, 5), (23, 48) })
        {
            var inputs = new Inputs(layer, length, length, seed: length, scale: 0.5f);
            var expected = inputs.Naive(weights).Output;

            // Both are double, but hyperparameters and GELU's √½ are float32, and so is what a method of the user's computes.
            var rounded = layer.Hyperparameters.Length > 0 || layer.Kernel == nameof(KernelFunction.Gelu);
            var tolerance = layer.IsMethod ? 1e-5 : rounded ? 1e-6 : 1e-10;
            Compare.Close(expected, inputs.Interpret(weights, tileRows).Output, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernel_is_within_the_first_order_bound_of_the_tile_program(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var length in Lengths)
        {
            foreach (var scale in new[] { 0.3f, 1f })
            {
                var inputs = new Inputs(layer, length, length, seed: 100 + length, scale);
                var (expected, _, bound) = inputs.Interpret(weights, tileRows: 48);
                var actual = inputs.Forward(attention);
                for (var i = 0; i < expected.Length; i++)
                {
                    Assert.True(
                        Math.Abs(actual[i] - expected[i]) <= bound[i],
                        $"length {length}, scale {scale}, element {i}: {actual[i]:G9} is not within {bound[i]:E2} of {expected[i]:G9}");
                }

                // A bound as large as the output would prove nothing.
                if (length > 0)
                {
                    var (largest, typical) = (expected.Max(Math.Abs), bound.Order().ElementAt(bound.Length / 2));
                    Assert.InRange(typical, 0, 1e-3 * largest);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Later_tokens_change_nothing(Layer layer)
    {
        if (!layer.Causal)
        {
            return;
        }

        var (attention, _) = layer.Create();
        var inputs = new Inputs(layer, 130, 130, seed: 1);
        var before = inputs.Forward(attention);
        foreach (var tensor in new[] { inputs.Query, inputs.Key, inputs.Value })
        {
            foreach (ref var x in tensor.AsSpan(50 * (tensor.Length / 130)))
            {
                x = (-3 * x) + 0.5f;
            }
        }

        Compare.Same(before.AsSpan(0, 50 * layer.ValueDim), inputs.Forward(attention).AsSpan(0, 50 * layer.ValueDim));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Key_length_is_as_good_as_leaving_the_keys_out(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var keys in new[] { 0, 1, 31 })
        {
            var inputs = new Inputs(layer, 60, 60, seed: 2, scale: 0.5f);
            inputs.Key.AsSpan(keys * layer.HeadDim).Fill(float.NaN);
            inputs.Value.AsSpan(keys * layer.ValueDim).Fill(float.NaN);
            var output = new float[60 * layer.ValueDim];
            attention.Forward(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, new() { KeyLengths = [keys] });
            var expected = NaiveAttention.Compute(
                layer, inputs.Query, inputs.Key.AsSpan(0, keys * layer.HeadDim), inputs.Value.AsSpan(0, keys * layer.ValueDim), weights);
            Compare.Close(expected.Output, output, 1e-4);
        }
    }
}
