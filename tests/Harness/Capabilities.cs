namespace KernelGen.Tests;

/// <summary>What a layer can do that a test has chosen among all: each call is a cast, which fails where the layer cannot.</summary>
internal static class Capabilities
{
    public static IDifferentiableAttention Differentiable(this IAttention attention) => (IDifferentiableAttention)attention;

    public static DecodingState CreateDecodingState(this IAttention attention, int streams = 1) =>
        ((ICausalAttention)attention).CreateDecodingState(streams);

    public static DecodingState LoadDecodingState(this IAttention attention, Stream stream) =>
        ((ICausalAttention)attention).LoadDecodingState(stream);

    public static ItemSet CreateItemSet(this IAttention attention) => ((IItemSetAttention)attention).CreateItemSet();

    public static void Backward(
        this IAttention attention, in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value,
        in ReadOnlyTensorView output, BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient,
        in TensorView keyGradient, in TensorView valueGradient, AttentionShape shape, BackwardOptions options = default) =>
        attention.Differentiable().Backward(
            query, key, value, output, context, outputGradient, queryGradient, keyGradient, valueGradient, shape, options);

    public static long BackwardScratchBytes(this IAttention attention, AttentionShape shape) =>
        attention.Differentiable().BackwardScratchBytes(shape);
}
