using KernelGen.Bench.Masks;
using Xunit;

namespace KernelGen.Tests.Bench;

/// <summary>Are the pairs that a measured time is divided by those that the layer sees?</summary>
public sealed class MaskCaseTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(700)]
    public void Counted_pairs_are_those_that_the_layer_sees(int length)
    {
        foreach (var mask in MaskCase.All)
        {
            var layer = mask.Create();
            var zeros = new float[length * layer.HeadDim];
            var seen = 0L;
            for (var from = 0; from < length; from += layer.ValueDim)
            {
                // A column of values for each key, so many in one call; all scores are the same, but for a bias.
                var (values, outputs) = (new float[length * layer.ValueDim], new float[length * layer.ValueDim]);
                for (var column = 0; column < layer.ValueDim && from + column < length; column++)
                {
                    values[((from + column) * layer.ValueDim) + column] = 1;
                }

                layer.Forward(zeros, zeros, values, outputs, new AttentionShape(1, 1, length));
                seen += outputs.Count(output => output > 0);
            }

            // A bias makes the weights of far keys exactly 0, which no mask does.
            var isSoft = mask.Create() is CausalAlibi;
            Assert.True(isSoft ? seen <= mask.VisiblePairs(length) : seen == mask.VisiblePairs(length), mask.Name);
        }
    }

    [Fact]
    public void A_time_in_proportion_to_the_pairs_is_1_for_each()
    {
        Assert.Equal(1, MaskCase.PerVisiblePair(ratio: 0.25, visiblePairs: 25, length: 10), 12);
        Assert.Equal(1.2, MaskCase.PerVisiblePair(ratio: 0.6, visiblePairs: 50, length: 10), 12);
    }
}
