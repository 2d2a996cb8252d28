using FsCheck;
using FsCheck.Fluent;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Properties;

/// <summary>
/// What holds of attention for any input: properties on random sizes, scales and layers, shrunk by FsCheck where one fails.
/// </summary>
public class AttentionProperties
{
    private static readonly Layer[] Layers = [.. Layer.All()];

    /// <summary>One random problem.</summary>
    /// <param name="Which">The layer, counted around.</param>
    /// <param name="Length">Tokens, 1 to 200.</param>
    /// <param name="Scale">Standard deviation of queries and keys in tenths, 1 to 30.</param>
    /// <param name="Seed">Of the numbers.</param>
    /// <param name="Degree">Threads, 1 to 4.</param>
    public sealed record Problem(int Which, int Length, int Scale, int Seed, int Degree);

    private static readonly Arbitrary<Problem> Problems = Arb.From(
        from which in Gen.Choose(0, Layers.Length - 1)
        from length in Gen.Choose(1, 200)
        from scale in Gen.Choose(1, 30)
        from seed in Gen.Choose(0, 1_000_000)
        from degree in Gen.Choose(1, 4)
        select new Problem(which, length, scale, seed, degree),
        problem => problem.Length > 1 ? [problem with { Length = problem.Length / 2 }, problem with { Length = problem.Length - 1 }] : []);

    [Fact]
    public void Output_is_the_formula() => Check((inputs, attention, weights) =>
        Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), inputs.Tolerance(weights)));

    [Fact]
    public void Output_is_linear_in_the_values() => Check((inputs, attention, weights) =>
    {
        var before = inputs.Forward(attention);
        for (var i = 0; i < inputs.Value.Length; i++)
        {
            inputs.Value[i] = (2 * inputs.Value[i]) + 1;
        }

        // o(2v + 1) = 2·o(v) + 1: the weights sum to 1.
        Compare.Close(before.Select(x => (2.0 * x) + 1).ToArray(), inputs.Forward(attention), inputs.Tolerance(weights));
    });

    [Fact]
    public void Order_of_the_keys_does_not_matter() => Check((inputs, attention, weights) =>
    {
        if (inputs.Layer.Causal)
        {
            return;
        }

        var before = inputs.Forward(attention);
        Reverse(inputs.Key, inputs.Layer.HeadDim);
        Reverse(inputs.Value, inputs.Layer.ValueDim);
        Compare.Close(Array.ConvertAll(before, x => (double)x), inputs.Forward(attention), 2 * inputs.Tolerance(weights));
    });

    [Fact]
    public void Key_length_is_as_good_as_leaving_the_keys_out() => Check((inputs, attention, weights) =>
    {
        var keys = inputs.Shape.KeyLength / 2;
        var (d, dv) = (inputs.Layer.HeadDim, inputs.Layer.ValueDim);
        var expected = NaiveAttention.Compute(
            inputs.Layer, inputs.Query, inputs.Key.AsSpan(0, keys * d), inputs.Value.AsSpan(0, keys * dv), weights);
        var output = new float[inputs.Shape.QueryLength * dv];
        attention.Forward(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, new() { KeyLengths = [keys] });
        Compare.Close(expected.Output, output, inputs.Tolerance(weights));
    });

    [Fact]
    public void Same_call_gives_the_same_bits() => Check((inputs, attention, _) =>
        Compare.Same(inputs.Forward(attention), inputs.Forward(attention)));

    private static void Check(Action<Inputs, IAttention, float[]> property) =>
        Prop.ForAll(Problems, problem =>
        {
            var layer = Layers[problem.Which];
            var (attention, weights) = layer.Create((ulong)problem.Seed);
            attention.DegreeOfParallelism = problem.Degree;
            property(new Inputs(layer, problem.Length, problem.Length, problem.Seed, problem.Scale / 10f), attention, weights);
        }).QuickCheckThrowOnFailure();

    private static void Reverse(float[] tokens, int dim)
    {
        Array.Reverse(tokens);
        for (var t = 0; t < tokens.Length; t += dim)
        {
            Array.Reverse(tokens, t, dim);
        }
    }
}
