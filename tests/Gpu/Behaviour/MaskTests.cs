using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Masks;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Masks and scores on GPUs, forward and backward, against the formula, pair by pair in double.</summary>
public class MaskTests
{
    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_the_formula(MaskedLayer masked)
    {
        using var gpu = new GpuLayer(Layer.Of(masked.Type), processors: 2);
        foreach (var (queries, keys) in new[] { (17, 17), (70, 97), (1, 40), (33, 64), (0, 3) }.Take(Sizes.AreShort ? 1 : 5))
        {
            Check(gpu, new MaskedCall(masked, batch: 1, heads: 3, queries, keys, seed: queries));
        }

        if (!Sizes.AreShort)
        {
            int[] keyLengths = [60, 21, 20], queryLengths = [20, 20, 0];
            Check(
                gpu, new MaskedCall(masked, 3, 2, queries: 20, keys: 60, seed: 4) { KeyLengths = keyLengths, QueryLengths = queryLengths });
            Check(gpu, new MaskedCall(masked, 3, 2, queries: 40, keys: 40, seed: 5) { KeyLengths = [40, 1, 0] });
        }
    }

    /// <summary>Numbers of heads are those that the layer has a number for.</summary>
    [Fact]
    public void Other_numbers_of_heads_are_refused_with_both()
    {
        using var gpu = new GpuLayer(Layer.Of(typeof(DilatedWindow)), processors: 1);
        var tensor = new float[2 * 4 * 16];
        var call = new DeviceCall(new AttentionShape(1, 2, 4), tensor, tensor, tensor, new float[tensor.Length]);
        var refused = Assert.ThrowsAny<Exception>(() => gpu.Run(call));
        Assert.Contains("Heads is 2, but this attention is declared for 3 query heads", refused.ToString(), StringComparison.Ordinal);
    }

    private static void Check(GpuLayer gpu, MaskedCall masked)
    {
        var call = new DeviceCall(masked.Shape, masked.Query, masked.Key, masked.Value, new float[masked.Upstream.Length])
        {
            Upstream = masked.Upstream,
            QueryGradient = new float[masked.Query.Length],
            KeyGradient = new float[masked.Key.Length],
            ValueGradient = new float[masked.Value.Length],
            KeyLengths = masked.KeyLengths,
            QueryLengths = masked.QueryLengths,
        };
        gpu.Run(call);

        // As on CPUs: sums of probabilities, and differences of them.
        var expected = masked.Expected();
        Compare.Close(expected.Output, call.Output.Memory, 1e-5);
        Compare.Close(expected.Query, call.QueryGradient.Memory, 1e-4, expected.Size);
        Compare.Close(expected.Key, call.KeyGradient.Memory, 1e-4, expected.Size);
        Compare.Close(expected.Value, call.ValueGradient.Memory, 1e-4);
    }
}
