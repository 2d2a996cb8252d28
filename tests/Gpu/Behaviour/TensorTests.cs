using ILGPU;
using ILGPU.Runtime.CPU;
using KernelGen.CompilerServices;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Layers of precision TensorFloat32 where there are no tensor cores, and what their launcher asks for.</summary>
public class TensorTests
{
    /// <summary>Where the layers are.</summary>
    internal const string Namespace = "KernelGen.Gpu.Tests.Behaviour.Tensor";

    public static TheoryData<Layer> Layers => [.. All];

    internal static IEnumerable<Layer> All => Layer.In(Namespace);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Without_tensor_cores_they_compute_in_float32(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var scale in Sizes.Scales)
        {
            var inputs = new Inputs(layer, Sizes.Long, Sizes.Long, seed: 3, scale);
            Compare.Close(inputs.Naive(gpu.Weights).Output, gpu.Forward(inputs), inputs.Tolerance(gpu.Weights));
            var gradients = new GradientInputs(new Inputs(layer, 17, 17, seed: 3, scale), seed: 4);
            Gradients.Close(gradients.Naive(gpu.Weights), gpu.Backward(gradients), gradients, gpu.Weights, $"scale {scale}");
        }
    }

    [Theory]
    [InlineData(OptimizationLevel.O0, "O0")]
    [InlineData(OptimizationLevel.O1, "O1")]
    public void A_context_below_O2_is_refused(OptimizationLevel level, string name)
    {
        using var machine = new Machine(new CPUDevice(32, 8, 1), level);
        var error = Assert.Throws<InvalidOperationException>(() => new Tensor.OddExact.Gpu(new Tensor.OddExact(), machine.Accelerator));
        Assert.All(["TensorFloat32", "level O2", $"has {name},", "Optimize(OptimizationLevel.O2)", "Precision.Float32"], part =>
            Assert.Contains(part, error.Message, StringComparison.Ordinal));

        // Float32 runs on any.
        new OddExact.Gpu(new OddExact(), machine.Accelerator).Dispose();
    }

    [Fact]
    public void A_CUDA_device_without_TensorFloat32_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => GpuChecks.CheckTensorFloat32("Old", optimizationLevel: 2, cudaMajor: 7));
        Assert.All(["Old", "8.0", "7.x", "Precision.Float32"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        GpuChecks.CheckTensorFloat32("New", optimizationLevel: 2, cudaMajor: 8);
    }
}
