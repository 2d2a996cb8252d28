using ILGPU.Runtime;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Masks;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Numbers of tokens on GPUs: what only these calls have. Masks and scores of them are in <see cref="MaskTests"/>.</summary>
public class PerTokenTests
{
    /// <summary>Views on the device are what spans are.</summary>
    [Fact]
    public void Views_of_numbers_give_what_spans_give()
    {
        var layer = MaskedLayer.All.Single(one => one.Type == typeof(Documents));
        var call = new MaskedCall(layer, batch: 2, heads: 2, queries: 20, keys: 33, seed: 3);
        using var machine = new Machine(processors: 2);
        using var gpu = new Documents.Gpu((Documents)layer.Create(), machine.Accelerator);
        var expected = new float[call.Upstream.Length];
        gpu.Forward(call.Query, call.Key, call.Value, call.TokenNumbers[0], expected, call.Shape);

        using var q = machine.Upload(call.Query);
        using var k = machine.Upload(call.Key);
        using var v = machine.Upload(call.Value);
        using var numbers = machine.Upload(call.TokenNumbers[0]);
        using var o = machine.Upload(new float[expected.Length]);
        using var stream = machine.Accelerator.CreateStream();
        gpu.Forward(stream, q.View, k.View, v.View, numbers.View, o.View, call.Shape);
        stream.Synchronize();
        Compare.Same(expected, o.GetAsArray1D());
    }

    [Fact]
    public void Wrong_numbers_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Documents.Gpu(new Documents(), machine.Accelerator);
        var (q, v, shape) = (new float[3 * 5 * 16], new float[3 * 5 * 24], new AttentionShape(1, 3, 5));
        var refused = Assert.Throws<ArgumentException>(() => gpu.Forward(q, q, v, new int[4], v.ToArray(), shape));
        Assert.StartsWith(
            "tokenDocument holds 4 numbers, but batch 1 × length 5 × dim 1 = 5 are needed.", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(() => gpu.Forward(q, q, v, [0, 0, 1 << 30, 0, 0], v.ToArray(), shape));
        Assert.StartsWith("tokenDocument[2] is 1073741824, but ", refused.Message, StringComparison.Ordinal);
    }
}
