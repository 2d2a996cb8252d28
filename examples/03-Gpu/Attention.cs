namespace KernelGen.Examples.CpuAndGpu;

// The layers of this example, whole. Nothing here says GPU: where the project references ILGPU, the generator writes a second file for each
// declaration, with GPU kernels and a nested class Gpu that launches them.

/// <summary>The Performer's FAVOR+ estimate of softmax attention.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256)]
internal sealed partial class Softmax;

/// <summary>The same with products of TensorFloat32 on the tensor cores of CUDA devices.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Precision = Precision.TensorFloat32)]
internal sealed partial class TensorSoftmax;

/// <summary>The first where a token sees itself and the tokens before it.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
internal sealed partial class CausalSoftmax;

/// <summary>The paper's Performer-ReLU.</summary>
[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256)]
internal sealed partial class Relu;

/// <summary>A kernel function of your own: its body becomes part of the CPU kernel, and of the GPU kernel.</summary>
[FavorAttention(KernelFunctionName = nameof(F), HeadDim = 64, Features = 256)]
internal sealed partial class Softplus
{
    // log(1 + e^x) by its stable form: e^x of a large x would overflow.
    private static float F(float x) => MathF.Max(x, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x)));
}

/// <summary>Exact softmax attention, every query with every key.</summary>
[SoftmaxAttention(HeadDim = 64)]
internal sealed partial class Exact;

/// <summary>The same on tensor cores.</summary>
[SoftmaxAttention(HeadDim = 64, Precision = Precision.TensorFloat32)]
internal sealed partial class TensorExact;
