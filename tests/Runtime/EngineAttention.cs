using KernelGen.CompilerServices;

namespace KernelGen.Tests.Runtime;

/// <summary>The public face over an engine, as the generator emits it.</summary>
internal sealed class EngineAttention(AttentionEngine engine, bool causal) : IAttention
{
    public int HeadDim => AttentionProblem.Dim;

    public int ValueDim => AttentionProblem.Values;

    public int Features => AttentionProblem.Features;

    public bool Causal => causal;

    public int DegreeOfParallelism { get => engine.DegreeOfParallelism; set => engine.DegreeOfParallelism = value; }

    public int VectorBits => engine.VectorBits;

    public int StateLength => engine.StateLength;

    public long ScratchBytes(in AttentionShape shape) => engine.ScratchBytes(shape);

    public void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination,
        in AttentionShape shape, ReadOnlySpan<int> keyLengths = default) =>
        engine.Forward(new(query, key, value, destination), in shape, null, keyLengths);

    public void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination,
        in AttentionShape shape, AttentionResult result, ReadOnlySpan<int> keyLengths = default) =>
        engine.Forward(new(query, key, value, destination), in shape, result, keyLengths);

    public void Backward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> output, AttentionResult result,
        ReadOnlySpan<float> outputGradient, Span<float> queryGradient, Span<float> keyGradient, Span<float> valueGradient,
        in AttentionShape shape, ReadOnlySpan<int> keyLengths = default, bool accumulate = false) =>
        engine.Backward(
            new(query, key, value, output, outputGradient, queryGradient, keyGradient, valueGradient), in shape,
            result, keyLengths, accumulate);

    public long BackwardScratchBytes(in AttentionShape shape) => engine.BackwardScratchBytes(shape);

    public DecodingState CreateDecodingState(int streams = 1) => engine.CreateDecodingState("engine under test", streams);

    public DecodingState LoadDecodingState(Stream stream) => engine.LoadDecodingState("engine under test", stream);
}
