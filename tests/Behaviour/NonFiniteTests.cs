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
        foreach (var layer in Layer.All())
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
}
