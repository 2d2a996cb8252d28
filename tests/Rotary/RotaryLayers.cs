namespace KernelGen.Tests.Rotary;

// Layers with rotary positions, each beside one without: sizes of half a vector, of several, and that fit none.

[SoftmaxAttention(HeadDim = 16, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryExact;

[SoftmaxAttention(HeadDim = 64, ValueDim = 8, Causal = true, Positions = KernelGen.Positions.Rotary, RotaryTheta = 500)]
public sealed partial class RotaryCausal;

[SoftmaxAttention(HeadDim = 34, Causal = true, Window = 20, Sinks = 3, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotarySinks;

[SoftmaxAttention(HeadDim = 12, Causal = true, Window = 20, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryWindow;

[SoftmaxAttention(HeadDim = 2, Causal = true, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryPair;

[FavorAttention(HeadDim = 16, Features = 32, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotarySoftmax;

[FavorAttention(HeadDim = 16, Features = 32)]
public sealed partial class StillSoftmax;

[FavorAttention(HeadDim = 32, Features = 64, Causal = true, Positions = KernelGen.Positions.Rotary, RotaryTheta = 100)]
public sealed partial class RotaryCausalSoftmax;

[FavorAttention(HeadDim = 32, Features = 64, Causal = true)]
public sealed partial class StillCausalSoftmax;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 6, ValueDim = 5, Features = 22, Causal = true,
    Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 6, ValueDim = 5, Features = 22, Causal = true)]
public sealed partial class StillHyperbolic;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 20, Features = 32, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 20, Features = 32)]
public sealed partial class StillRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 20, Causal = true, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryCausalRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 20, Causal = true)]
public sealed partial class StillCausalRelu;

[FavorAttention(HeadDim = 16, Features = 32, Projection = ProjectionKind.Hadamard, Causal = true, Positions = KernelGen.Positions.Rotary)]
public sealed partial class RotaryHadamard;

[FavorAttention(HeadDim = 16, Features = 32, Projection = ProjectionKind.Hadamard, Causal = true)]
public sealed partial class StillHadamard;
