using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>One declaration, for both.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Layer">The layer on the CPU.</param>
/// <param name="LargestDisagreement">More than its precision explains, over the largest output.</param>
/// <param name="OnDevice">Makes the same layer on a device: same projections, same numbers.</param>
internal sealed record Pair(
    string Name, IDifferentiableAttention Layer, double LargestDisagreement, Func<Accelerator, DeviceLayer> OnDevice)
{
    // Sums are added up in another order. Tensor cores also round what they multiply, to 10 bits.
    private const double Rounding = 1e-4;
    private const double TensorRounding = 2e-3;

    /// <summary>The layers of Attention.cs in the order of the tables.</summary>
    public static IReadOnlyList<Pair> All(ulong seed, int threads)
    {
        var softmax = new Softmax(seed);
        var tensorSoftmax = new TensorSoftmax(seed);
        var causal = new CausalSoftmax(seed);
        var relu = new Relu(seed);
        var own = new Softplus(seed);
        var exact = new Exact();
        var tensorExact = new TensorExact();
        Pair[] pairs =
        [
            new("FAVOR+ softmax", softmax, Rounding, accelerator =>
                Of(new Softmax.Gpu(softmax, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("FAVOR+ softmax, TF32", tensorSoftmax, TensorRounding, accelerator =>
                Of(new TensorSoftmax.Gpu(tensorSoftmax, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("FAVOR+ softmax, causal", causal, Rounding, accelerator =>
                Of(new CausalSoftmax.Gpu(causal, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("FAVOR+ ReLU", relu, Rounding, accelerator =>
                Of(new Relu.Gpu(relu, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("own: softplus", own, Rounding, accelerator =>
                Of(new Softplus.Gpu(own, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("exact softmax", exact, Rounding, accelerator =>
                Of(new Exact.Gpu(exact, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
            new("exact softmax, TF32", tensorExact, TensorRounding, accelerator =>
                Of(new TensorExact.Gpu(tensorExact, accelerator), gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext))),
        ];
        foreach (var pair in pairs)
        {
            pair.Layer.DegreeOfParallelism = threads;
        }

        return pairs;
    }

    /// <summary>
    /// The nominal operations of a call: products alone, 8·L·m·d a head of FAVOR+ and 4·L²·d of exact attention; backward 16·L·m·d, causal
    /// 22·L·m·d, and 10·L²·d.
    /// </summary>
    public double Flops(AttentionShape shape, bool backward)
    {
        double length = shape.QueryLength;
        var perHead = Layer is IRandomFeatureAttention { Features: int features }
            ? (!backward ? 8 : Layer.Causal ? 22 : 16) * length * features * Layer.HeadDim
            : (backward ? 10 : 4) * length * length * Layer.HeadDim;
        return shape.Batch * shape.Heads * perHead;
    }

    private static DeviceLayer Of<T>(T gpu, Func<T, DeviceLayer> calls) => calls(gpu);
}
