using KernelGen.Generator.Expressions;
using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>The reference for gradients: against differences of the formula that they are the gradients of.</summary>
public class NaiveGradientTests
{
    public static TheoryData<Layer> Layers => [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized"))];

    public static TheoryData<Layer> Functions =>
        [.. Layer.In("KernelGen.Tests.Behaviour.Generalized").Where(layer => layer.IsFunction).DistinctBy(layer => layer.Kernel)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Is_what_differences_of_the_formula_give(Layer layer)
    {
        var (_, weights) = layer.Create();
        foreach (var (queries, keys, seed) in new[] { (5, 5, 1), (6, 3, 2), (2, 7, 3), (1, 1, 4), (4, 0, 5) })
        {
            var inputs = new Inputs(layer, queries, keys, seed, scale: 0.6f);
            var random = new Random(seed);
            var upstream = Inputs.Normal(random, queries * layer.ValueDim, 1);
            var (dq, dk, dv) = NaiveGradient.Compute(layer, inputs.Query, inputs.Key, inputs.Value, upstream, weights);
            AssertAlongRandomDirections(inputs, upstream, weights, [dq, dk, dv], random);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Keys_past_the_key_length_are_not_read_and_have_no_gradient(Layer layer)
    {
        var (_, weights) = layer.Create();
        var inputs = new Inputs(layer, 6, 6, seed: 7, scale: 0.6f);
        var upstream = Inputs.Normal(new Random(8), 6 * layer.ValueDim, 1);
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var keyLength in new[] { 0, 1, 4 })
        {
            var expected = NaiveGradient.Compute(
                layer, inputs.Query, inputs.Key.AsSpan(0, keyLength * d), inputs.Value.AsSpan(0, keyLength * dv), upstream, weights);
            inputs.Key.AsSpan(keyLength * d).Fill(float.NaN);
            inputs.Value.AsSpan(keyLength * dv).Fill(float.NaN);
            var actual = NaiveGradient.Compute(layer, inputs.Query, inputs.Key, inputs.Value, upstream, weights, keyLength);
            Assert.Equal(expected.Query, actual.Query);
            Assert.Equal([.. expected.Key, .. new double[(6 - keyLength) * d]], actual.Key);
            Assert.Equal([.. expected.Value, .. new double[(6 - keyLength) * dv]], actual.Value);
            inputs = new Inputs(layer, 6, 6, seed: 7, scale: 0.6f);
        }
    }

    /// <summary>The functions and derivatives by hand are those that were read and differentiated by rules.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_and_slope_by_hand_are_those_that_were_read(Layer layer)
    {
        var (value, slope) = KernelFunctionByName.WithSlope(layer);
        var (function, derivative) = (new DoubleEvaluator(layer.Function!), new DoubleEvaluator(ExprDerivative.Of(layer.Function!)!));
        var random = new Random(6);
        foreach (var x in Enumerable.Range(0, 500).Select(_ => (random.NextDouble() - 0.5) * 10))
        {
            // The float32 constants of functions, √½ of GELU's, are 2e-8 off.
            Assert.Equal(value(x), function.Evaluate(x).Value, 1e-7);
            Assert.Equal(slope(x), derivative.Evaluate(x).Value, 1e-6);
        }
    }

    /// <summary>Central differences along a direction, with a step that seldom meets a kink, extrapolated once.</summary>
    private static void AssertAlongRandomDirections(Inputs inputs, float[] upstream, float[] weights, double[][] gradients, Random random)
    {
        const double step = 1e-5;
        double[][] tensors = [.. new[] { inputs.Query, inputs.Key, inputs.Value }.Select(tensor => NaiveAttention.ToDouble(tensor))];
        var (g, w) = (NaiveAttention.ToDouble(upstream), NaiveAttention.ToDouble(weights));
        var function = inputs.Layer.IsFunction ? KernelFunctionByName.WithSlope(inputs.Layer).Value : null;
        foreach (var which in new[] { 0, 1, 2, 0, 1, 2, 0, 1, 2 })
        {
            var direction = NaiveAttention.ToDouble(Inputs.Normal(random, tensors[which].Length, 1));
            var (one, half) = (Difference(step), Difference(step / 2));
            var expected = ((4 * half) - one) / 3;
            var actual = NaiveAttention.Dot(gradients[which], direction);

            // Differences lose some 1e-16 / step of the loss.
            var size = Math.Sqrt(gradients[which].Zip(direction, (a, b) => a * b * a * b).Sum());
            Assert.True(
                Math.Abs(expected - actual) <= (1e-6 * size) + (1e-10 * Math.Abs(Loss(0))),
                $"By {"qkv"[which]}: {actual:G12}, but differences give {expected:G12}");

            double Difference(double h) => (Loss(h) - Loss(-h)) / (2 * h);

            double Loss(double h)
            {
                double[][] moved = [.. tensors];
                moved[which] = [.. tensors[which].Zip(direction, (x, u) => x + (h * u))];
                return NaiveAttention.Dot(NaiveAttention.Compute(inputs.Layer, moved[0], moved[1], moved[2], w, function).Output, g);
            }
        }
    }
}
