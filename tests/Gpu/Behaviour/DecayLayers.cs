namespace KernelGen.Gpu.Tests.Decay
{
    /// <summary>What a layer has on the CPU whose tokens say how much is forgotten.</summary>
    internal interface IFading
    {
        void Forward(
            in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
            in TensorView destination, AttentionShape shape, in ForwardOptions options = default);

        void Backward(
            in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
            in ReadOnlyTensorView output, BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient,
            in TensorView keyGradient, in TensorView valueGradient, in TensorView logDecayGradient, AttentionShape shape,
            BackwardOptions options = default);
    }

    [FavorAttention(HeadDim = 16, ValueDim = 12, Features = 40, Causal = true, TokenDecay = true)]
    public sealed partial class FadingSoftmax : IFading;

    [FavorAttention(HeadDim = 16, Features = 32, Causal = true, TokenDecay = true, Normalize = false)]
    public sealed partial class FadingSums : IFading;

    [FavorAttention(
        Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true, TokenDecay = true)]
    public sealed partial class FadingHyperbolic : IFading;

    [FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 3, ValueDim = 5, Features = 7, Causal = true, TokenDecay = true)]
    public sealed partial class FadingRelu : IFading;

    /// <summary>Weights of both signs, whose sum may be negative.</summary>
    [FavorAttention(Kernel = KernelFunction.Tanh, Epsilon = 0.5f, HeadDim = 16, Features = 32, Causal = true, TokenDecay = true)]
    public sealed partial class FadingTanh : IFading;

    /// <summary>Linear attention.</summary>
    [FavorAttention(
        Kernel = KernelFunction.Identity, HeadDim = 16, ValueDim = 20, Features = 16, Causal = true, TokenDecay = true, Normalize = false,
        Projection = ProjectionKind.RegularizedOrthogonal)]
    public sealed partial class FadingLinear : IFading;

    [FavorAttention(HeadDim = 16, Features = 32, Causal = true, TokenDecay = true, Positions = KernelGen.Positions.Rotary)]
    public sealed partial class FadingRotary : IFading;

    // A constant for each of three heads: nothing is forgotten, slowly, at once.

    [FavorAttention(HeadDim = 16, Features = 40, Causal = true, LogDecays = new[] { 0f, -0.125f, -9f })]
    public sealed partial class RetentiveSoftmax;

    [FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 5, Features = 10, Causal = true, LogDecays = new[] { 0f, -0.125f, -9f })]
    public sealed partial class RetentiveRelu;

    [FavorAttention(
        Kernel = KernelFunction.Identity, HeadDim = 16, Features = 16, Causal = true, Normalize = false,
        Projection = ProjectionKind.RegularizedOrthogonal, LogDecays = new[] { 0f, -0.125f, -16_384f })]
    public sealed partial class RetentiveLinear;
}

// A namespace of its own: it is too slow for the tests of every layer.
namespace KernelGen.Gpu.Tests.Decay.Large
{
    [FavorAttention(HeadDim = 20, ValueDim = 9, Features = 2050, Causal = true, TokenDecay = true)]
    public sealed partial class ManyFeatures : IFading;
}
