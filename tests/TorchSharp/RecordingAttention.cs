using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.TorchSharp.Tests;

/// <summary>A layer that notes where the tensors are that it is handed.</summary>
internal sealed class RecordingAttention(IDifferentiableAttention layer) : IDifferentiableAttention
{
    /// <summary>The layer that computes.</summary>
    public IDifferentiableAttention Inner => layer;

    /// <summary>Of each forward call: query, key and value.</summary>
    public List<Place[]> Forwards { get; } = [];

    /// <summary>Of each backward call: query, key, value, output gradient, and the gradients of the first three.</summary>
    public List<Place[]> Backwards { get; } = [];

    /// <summary>What each backward call was told.</summary>
    public List<BackwardOptions> Options { get; } = [];

    public int HeadDim => layer.HeadDim;

    public int ValueDim => layer.ValueDim;

    public bool Causal => layer.Causal;

    public int VectorBits => layer.VectorBits;

    public int StateLength => layer.StateLength;

    public int DegreeOfParallelism
    {
        get => layer.DegreeOfParallelism;
        set => layer.DegreeOfParallelism = value;
    }

    public long ScratchBytes(AttentionShape shape) => layer.ScratchBytes(shape);

    public long BackwardScratchBytes(AttentionShape shape) => layer.BackwardScratchBytes(shape);

    public void Forward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in TensorView destination,
        AttentionShape shape, in ForwardOptions options = default)
    {
        Forwards.Add([Place.Of(query), Place.Of(key), Place.Of(value)]);
        layer.Forward(query, key, value, destination, shape, options);
    }

    public void Backward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView output,
        BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient,
        in TensorView valueGradient, AttentionShape shape, BackwardOptions options = default)
    {
        Backwards.Add(
        [
            Place.Of(query), Place.Of(key), Place.Of(value), Place.Of(outputGradient), Place.Of(queryGradient), Place.Of(keyGradient),
            Place.Of(valueGradient),
        ]);
        Options.Add(options);
        layer.Backward(
            query, key, value, output, context, outputGradient, queryGradient, keyGradient, valueGradient, shape, options);
    }

    /// <summary>Where a tensor is.</summary>
    /// <param name="Address">Of its first number, in bytes.</param>
    /// <param name="Extent">The numbers from the first to the last.</param>
    /// <param name="Strides">Of sequences, heads and tokens; null: packed.</param>
    internal readonly record struct Place(nint Address, int Extent, (nint Batch, nint Head, nint Token)? Strides)
    {
        public static Place Of(in ReadOnlyTensorView tensor) => new(
            AddressOf(tensor.Memory), tensor.Memory.Length,
            tensor.Strides.IsPacked ? null : (tensor.Strides.Batch, tensor.Strides.Head, tensor.Strides.Token));

        /// <summary>Of the first number of a span.</summary>
        public static nint AddressOf(ReadOnlySpan<float> span) =>
            Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(span));
    }
}
