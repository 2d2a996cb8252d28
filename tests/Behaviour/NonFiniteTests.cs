using KernelGen.Generator.Expressions;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>NaN and infinity: nothing crashes, and no output that attends to one is an ordinary number.</summary>
public class NonFiniteTests
{
    private const int Length = 300;
    private const int Token = 250;

    public static TheoryData<Layer, float> Cases()
    {
        var data = new TheoryData<Layer, float>();
        foreach (var layer in Layers())
        {
            foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                data.Add(layer, bad);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Key_or_value_spoils_every_output_that_sees_it(Layer layer, float bad)
    {
        var (attention, _) = layer.Create();
        foreach (var (dim, tensor) in new (int, Func<Inputs, float[]>)[] { (layer.HeadDim, x => x.Key), (layer.ValueDim, x => x.Value) })
        {
            for (var column = 0; column < dim; column += Math.Max(1, dim - 1))
            {
                var inputs = new Inputs(layer, Length, Length, seed: 4);
                var isKey = ReferenceEquals(tensor(inputs), inputs.Key);
                tensor(inputs)[(Token * dim) + column] = bad;
                var output = inputs.Forward(attention);
                for (var i = layer.Causal ? Token : 0; i < Length; i++)
                {
                    for (var c = 0; c < layer.ValueDim; c++)
                    {
                        if (isKey || c == column)
                        {
                            Assert.False(float.IsFinite(output[(i * layer.ValueDim) + c]), $"query {i}, column {c}");
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Query_spoils_its_own_output_only(Layer layer, float bad)
    {
        var (attention, _) = layer.Create();
        var inputs = new Inputs(layer, Length, Length, seed: 4);
        var before = inputs.Forward(attention);
        inputs.Query[Token * layer.HeadDim] = bad;
        var after = inputs.Forward(attention);
        var dv = layer.ValueDim;
        Assert.All(after.AsSpan(Token * dv, dv).ToArray(), x => Assert.False(float.IsFinite(x)));
        Compare.Same(before.AsSpan(0, Token * dv), after.AsSpan(0, Token * dv));
        Compare.Same(before.AsSpan((Token + 1) * dv), after.AsSpan((Token + 1) * dv));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Key_or_query_spoils_every_gradient_that_it_counts_in(Layer layer, float bad)
    {
        var (attention, _) = layer.Create();
        foreach (var isKey in new[] { true, false })
        {
            var inputs = new GradientInputs(new Inputs(layer, Length, Length, seed: 4), seed: 5);
            (isKey ? inputs.Inputs.Key : inputs.Inputs.Query)[Token * layer.HeadDim] = bad;
            var gradients = inputs.Kernel(attention);
            var (d, dv) = (layer.HeadDim, layer.ValueDim);
            if (isKey)
            {
                Spoiled(gradients.Key.AsSpan(Token * d, d));
                Spoiled(gradients.Value.AsSpan(Token * dv, dv));
                Spoiled(gradients.Query.AsSpan((layer.Causal ? Token : 0) * d));
            }
            else
            {
                Spoiled(gradients.Query.AsSpan(Token * d, d));
                Spoiled(gradients.Key.AsSpan(0, (layer.Causal ? Token + 1 : Length) * d));
                Spoiled(gradients.Value.AsSpan(0, (layer.Causal ? Token + 1 : Length) * dv));
            }
        }

        static void Spoiled(ReadOnlySpan<float> gradient) => Assert.DoesNotContain(gradient.ToArray(), float.IsFinite);
    }

    /// <summary>Functions that make ordinary numbers of NaN, of infinity, or of both.</summary>
    [Theory]
    [InlineData(typeof(Generalized.CausalOwnCompared))]
    [InlineData(typeof(Generalized.CausalTanh))]
    [InlineData(typeof(Generalized.Sigmoid))]
    public void Tile_program_says_the_same(Type type)
    {
        const int length = 20, token = 10;
        var layer = Layer.Of(type);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var inputs = new Inputs(layer, length, length, seed: 4);
            inputs.Key[token * layer.HeadDim] = bad;
            var (output, _, _) = inputs.Interpret(layer.Create().Weights, tileRows: 4);
            Assert.DoesNotContain(output.AsSpan((layer.Causal ? token : 0) * layer.ValueDim).ToArray(), double.IsFinite);
        }
    }

    /// <summary>Its value for NaN is 0, as for 0, and so is its slope.</summary>
    [Fact]
    public void Function_that_asks_for_NaN_says_what_becomes_of_it()
    {
        var layer = Layer.Of<Generalized.CausalOwnForgiving>();
        var (attention, _) = layer.Create();
        var (zero, bad) = (New(), New());
        foreach (var tensor in new Func<Inputs, float[]>[] { inputs => inputs.Key, inputs => inputs.Query })
        {
            tensor(zero.Inputs).AsSpan(Token * layer.HeadDim, layer.HeadDim).Clear();
            tensor(bad.Inputs)[Token * layer.HeadDim] = float.NaN;
        }

        var output = bad.Inputs.Forward(attention);
        Assert.All(output, x => Assert.True(float.IsFinite(x)));
        Compare.Same(zero.Inputs.Forward(attention), output);
        var (expected, gradients) = (zero.Kernel(attention), bad.Kernel(attention));
        Compare.Same(expected.Query, gradients.Query);
        Compare.Same(expected.Key, gradients.Key);
        Compare.Same(expected.Value, gradients.Value);

        GradientInputs New() => new(new Inputs(layer, Length, Length, seed: 4), seed: 5);
    }

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Earlier_tiles_do_not_see_a_later_NaN(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var inputs = new Inputs(layer, Length, Length, seed: 4);
        var before = inputs.Forward(attention);
        inputs.Key[Token * layer.HeadDim] = float.NaN;
        inputs.Value[Token * layer.ValueDim] = float.NaN;

        // Within the tile of the NaN an earlier row may turn NaN (0 · NaN); the tiles before it do not. No tile is larger than 192 tokens.
        Compare.Same(before.AsSpan(0, 192 * layer.ValueDim), inputs.Forward(attention).AsSpan(0, 192 * layer.ValueDim));
    }

    /// <summary>All but those whose kernel function asks for NaN itself.</summary>
    private static IEnumerable<Layer> Layers() => Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized"))
        .Where(layer => layer.Function?.Body.AsksForNaN() != true);
}
