namespace KernelGen.Tests.Decay;

/// <summary>What a layer has whose tokens say how much is forgotten.</summary>
public interface IFadingAttention : IDifferentiableAttention, ICausalAttention
{
    void Forward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
        in TensorView destination, AttentionShape shape, in ForwardOptions options = default);

    void Backward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
        in ReadOnlyTensorView output, BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient,
        in TensorView keyGradient, in TensorView valueGradient, in TensorView logDecayGradient, AttentionShape shape,
        BackwardOptions options = default);

    void Step(
        DecodingState state, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> logDecay,
        Span<float> destination, int groupSize = 1);

    void Prefill(
        DecodingState state, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> logDecay,
        Span<float> destination, AttentionShape shape, ReadOnlySpan<int> lengths = default, Range? streams = null,
        ReadOnlySpan<int> offsets = default);
}

[FavorAttention(HeadDim = 16, ValueDim = 12, Features = 40, Causal = true, TokenDecay = true)]
public sealed partial class FadingSoftmax : IFadingAttention;

[FavorAttention(HeadDim = 16, Features = 32, Causal = true, TokenDecay = true, Normalize = false)]
public sealed partial class FadingSums : IFadingAttention;

[FavorAttention(
    Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true, TokenDecay = true)]
public sealed partial class FadingHyperbolic : IFadingAttention;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, Lambda = 3, HeadDim = 8, Features = 24, Causal = true, TokenDecay = true)]
public sealed partial class FadingOprf : IFadingAttention;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 16, Features = 16, Causal = true, TokenDecay = true)]
public sealed partial class FadingExp : IFadingAttention;

[FavorAttention(
    HeadDim = 12, Features = 32, Causal = true, TokenDecay = true, Projection = ProjectionKind.Hadamard)]
public sealed partial class FadingHadamard : IFadingAttention;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 3, ValueDim = 5, Features = 7, Causal = true, TokenDecay = true)]
public sealed partial class FadingRelu : IFadingAttention;

/// <summary>Weights of both signs, whose sum may be negative.</summary>
[FavorAttention(Kernel = KernelFunction.Tanh, Epsilon = 0.5f, HeadDim = 16, Features = 32, Causal = true, TokenDecay = true)]
public sealed partial class FadingTanh : IFadingAttention;

/// <summary>Linear attention: with orthogonal projections of length √d, as many as d, qᵀk/√d.</summary>
[FavorAttention(
    Kernel = KernelFunction.Identity, HeadDim = 16, ValueDim = 20, Features = 16, Causal = true, TokenDecay = true, Normalize = false,
    Projection = ProjectionKind.RegularizedOrthogonal)]
public sealed partial class FadingLinear : IFadingAttention;

[FavorAttention(HeadDim = 16, Features = 32, Causal = true, TokenDecay = true, Positions = KernelGen.Positions.Rotary)]
public sealed partial class FadingRotary : IFadingAttention;

[FavorAttention(HeadDim = 16, Features = 32, Causal = true, Positions = KernelGen.Positions.Rotary)]
public sealed partial class LastingRotary;

// A constant for each of three heads: nothing is forgotten, slowly, at once.

[FavorAttention(HeadDim = 16, Features = 40, Causal = true, LogDecays = new[] { 0f, -0.125f, -9f })]
public sealed partial class RetentiveSoftmax;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 5, Features = 10, Causal = true, LogDecays = [0f, -0.125f, -9f])]
public sealed partial class RetentiveRelu;

[FavorAttention(
    Kernel = KernelFunction.Identity, HeadDim = 16, Features = 16, Causal = true, Normalize = false,
    Projection = ProjectionKind.RegularizedOrthogonal, LogDecays = new[] { 0f, -0.125f, -16_384f })]
public sealed partial class RetentiveLinear;

/// <summary>The same as <see cref="FadingSoftmax"/>, but that nothing fades.</summary>
[FavorAttention(HeadDim = 16, ValueDim = 12, Features = 40, Causal = true)]
public sealed partial class LastingSoftmax;
