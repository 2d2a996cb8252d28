using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>One declaration, for both.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Layer">The layer on the CPU.</param>
/// <param name="OnDevice">Makes the same layer on a device: same projections, same numbers.</param>
internal sealed record Pair(string Name, IAttention Layer, Func<Accelerator, DeviceLayer> OnDevice)
{
    /// <summary>The layers of Attention.cs in the order of the tables.</summary>
    public static IReadOnlyList<Pair> All(ulong seed, int threads)
    {
        var softmax = new Softmax(seed);
        var causal = new CausalSoftmax(seed);
        var relu = new Relu(seed);
        var own = new Softplus(seed);
        var exact = new Exact();
        Pair[] pairs =
        [
            new("FAVOR+ softmax", softmax, accelerator => Of(new Softmax.Gpu(softmax, accelerator), gpu => gpu.Forward)),
            new("FAVOR+ softmax, causal", causal, accelerator => Of(new CausalSoftmax.Gpu(causal, accelerator), gpu => gpu.Forward)),
            new("FAVOR+ ReLU", relu, accelerator => Of(new Relu.Gpu(relu, accelerator), gpu => gpu.Forward)),
            new("own: softplus", own, accelerator => Of(new Softplus.Gpu(own, accelerator), gpu => gpu.Forward)),
            new("exact softmax", exact, accelerator => Of(new Exact.Gpu(exact, accelerator), gpu => gpu.Forward)),
        ];
        foreach (Pair pair in pairs)
        {
            pair.Layer.DegreeOfParallelism = threads;
        }

        return pairs;
    }

    /// <summary>The nominal operations of a call: products alone, 8·L·m·d a head of FAVOR+ and 4·L²·d of exact attention.</summary>
    public double Flops(in AttentionShape shape)
    {
        double perHead = Layer.Features > 0
            ? 8.0 * shape.QueryLength * Layer.Features * Layer.HeadDim
            : 4.0 * shape.QueryLength * shape.QueryLength * Layer.HeadDim;
        return shape.Batch * shape.Heads * perHead;
    }

    private static DeviceLayer Of<T>(T gpu, Func<T, DeviceLayer.ForwardCall> forward)
        where T : IDisposable => new(gpu, forward(gpu));
}
