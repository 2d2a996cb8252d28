using KernelGen.Gpu.Tests.Facade;
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
        using var machine = masked.Tokens is null ? null : new Machine(processors: 2);
        using var gpu = machine is null
            ? new GpuLayer(Layer.Of(masked.Type), processors: 2)
            : TokenGpuCalls.Of(masked).Create(masked.Create(), machine.Accelerator);
        foreach (var (queries, keys) in new[] { (17, 17), (70, 97), (1, 40), (33, 64), (0, 3) }.Take(Sizes.AreShort ? 1 : 5))
        {
            Check(gpu, masked, new MaskedCall(masked, batch: 1, heads: 3, queries, keys, seed: queries));
        }

        if (!Sizes.AreShort)
        {
            int[] keyLengths = [60, 21, 20], queryLengths = [20, 20, 0];
            var ragged = new MaskedCall(masked, 3, 2, queries: 20, keys: 60, seed: 4)
            {
                KeyLengths = keyLengths,
                QueryLengths = queryLengths,
            };
            Check(gpu, masked, ragged);
            Check(gpu, masked, new MaskedCall(masked, 3, 2, queries: 40, keys: 40, seed: 5) { KeyLengths = [40, 1, 0] });
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

    private static void Check(IDisposable gpu, MaskedLayer layer, MaskedCall masked)
    {
        var (output, dq, dk, dv) = (new float[masked.Upstream.Length], new float[masked.Query.Length], new float[masked.Key.Length],
            new float[masked.Value.Length]);
        if (gpu is GpuLayer withoutNumbers)
        {
            Run(withoutNumbers, masked, output, dq, dk, dv);
        }
        else
        {
            var calls = TokenGpuCalls.Of(layer);
            calls.Forward(gpu, masked, output);
            calls.Backward(gpu, masked, dq, dk, dv);
        }

        // As on CPUs: sums of probabilities, and differences of them.
        var expected = masked.Expected();
        Compare.Close(expected.Output, output, 1e-5);
        Compare.Close(expected.Query, dq, 1e-4, expected.Size);
        Compare.Close(expected.Key, dk, 1e-4, expected.Size);
        Compare.Close(expected.Value, dv, 1e-4);
    }

    private static void Run(GpuLayer gpu, MaskedCall masked, float[] output, float[] dq, float[] dk, float[] dv) => gpu.Run(
        new DeviceCall(masked.Shape, masked.Query, masked.Key, masked.Value, output)
        {
            Upstream = masked.Upstream,
            QueryGradient = dq,
            KeyGradient = dk,
            ValueGradient = dv,
            KeyLengths = masked.KeyLengths,
            QueryLengths = masked.QueryLengths,
        });
}
