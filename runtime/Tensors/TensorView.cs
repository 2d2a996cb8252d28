using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>
/// A tensor that a call writes; otherwise as <see cref="ReadOnlyTensorView"/>. No two of its parts may be the same memory.
/// </summary>
public readonly ref struct TensorView
{
    private readonly bool _isStrided;
    private readonly TensorStrides _strides;

    /// <inheritdoc cref="ReadOnlyTensorView(ReadOnlySpan{float})"/>
    public TensorView(Span<float> memory)
    {
        Memory = memory;
        Unsafe.SkipInit(out _strides); // nobody asks for them, and a short call takes notice
    }

    /// <inheritdoc cref="ReadOnlyTensorView(ReadOnlySpan{float}, TensorStrides)"/>
    public TensorView(Span<float> memory, TensorStrides strides)
    {
        Memory = memory;
        _isStrided = !strides.IsPacked;
        _strides = strides;
    }

    /// <inheritdoc cref="ReadOnlyTensorView.Memory"/>
    public Span<float> Memory { get; }

    /// <inheritdoc cref="ReadOnlyTensorView.Strides"/>
    public TensorStrides Strides => IsPacked ? default : _strides;

    /// <summary>Whether nothing is between the parts.</summary>
    internal bool IsPacked => !_isStrided;

    /// <summary>A packed tensor.</summary>
    public static implicit operator TensorView(float[]? memory) => new(memory);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator TensorView(Span<float> memory) => new(memory);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator TensorView(Memory<float> memory) => new(memory.Span);

    /// <inheritdoc cref="ReadOnlyTensorView.op_Implicit(in ReadOnlyTensorSpan{float})"/>
    public static implicit operator TensorView(in TensorSpan<float> tensor)
    {
        var strides = ReadOnlyTensorView.StridesOf(tensor.Lengths, tensor.Strides, out var extent);
        return new(extent == 0 ? default : MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), extent), strides);
    }
}
