using KernelGen.CompilerServices;

namespace KernelGen.Tests.Runtime;

/// <summary>The public face over an engine, as the generator emits it.</summary>
internal sealed class EngineAttention(AttentionEngine engine, bool causal) : IDifferentiableAttention, ICausalAttention
{
    public int HeadDim => AttentionProblem.Dim;

    public int ValueDim => AttentionProblem.Values;

    public bool Causal => causal;

    public int DegreeOfParallelism { get => engine.DegreeOfParallelism; set => engine.DegreeOfParallelism = value; }

    public int VectorBits => engine.VectorBits;

    public int StateLength => engine.StateLength;

    public long ScratchBytes(AttentionShape shape) => engine.ScratchBytes(shape);

    public void Forward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in TensorView destination,
        AttentionShape shape, in ForwardOptions options = default) =>
        engine.Forward(new(query, key, value, destination), shape, options);

    public void Backward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView output,
        BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient,
        in TensorView valueGradient, AttentionShape shape, BackwardOptions options = default) =>
        engine.Backward(
            new(query, key, value, output, outputGradient, queryGradient, keyGradient, valueGradient), shape, context, options);

    public long BackwardScratchBytes(AttentionShape shape) => engine.BackwardScratchBytes(shape);

    public DecodingState CreateDecodingState(int streams = 1, int? heads = null) =>
        engine.CreateDecodingState("engine under test", streams, heads);

    public DecodingState LoadDecodingState(Stream stream) => engine.LoadDecodingState("engine under test", stream);
}
