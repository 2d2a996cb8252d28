using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>
/// A tensor that a call reads: where its numbers are and how far apart. An array or a span is one whose parts follow each other as the
/// layout of the call says; with <see cref="TensorStrides"/> it may be a part of a larger tensor, such as the queries in a fused
/// projection.
/// </summary>
/// <remarks>
/// It is a few numbers beside a span: nothing is copied. The call says which sizes it must have (<see cref="AttentionShape"/>).
/// </remarks>
public readonly ref struct ReadOnlyTensorView
{
    private readonly bool _isStrided;
    private readonly TensorStrides _strides;

    /// <summary>A packed tensor.</summary>
    /// <param name="memory">Its numbers, no more and no fewer.</param>
    public ReadOnlyTensorView(ReadOnlySpan<float> memory)
    {
        Memory = memory;
        Unsafe.SkipInit(out _strides); // nobody asks for them, and a short call takes notice
    }

    /// <summary>A tensor whose parts lie apart.</summary>
    /// <param name="memory">From its first number at least to its last.</param>
    /// <param name="strides">How far apart they are.</param>
    public ReadOnlyTensorView(ReadOnlySpan<float> memory, TensorStrides strides)
    {
        Memory = memory;
        _isStrided = !strides.IsPacked;
        _strides = strides;
    }

    /// <summary>Where the numbers are, those of others between them among them.</summary>
    public ReadOnlySpan<float> Memory { get; }

    /// <summary>How far apart the parts are.</summary>
    public TensorStrides Strides => IsPacked ? default : _strides;

    /// <summary>Whether nothing is between the parts.</summary>
    internal bool IsPacked => !_isStrided;

    /// <summary>A packed tensor.</summary>
    public static implicit operator ReadOnlyTensorView(float[]? memory) => new(memory);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator ReadOnlyTensorView(Span<float> memory) => new(memory);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator ReadOnlyTensorView(ReadOnlySpan<float> memory) => new(memory);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator ReadOnlyTensorView(Memory<float> memory) => new(memory.Span);

    /// <inheritdoc cref="op_Implicit(float[])"/>
    public static implicit operator ReadOnlyTensorView(ReadOnlyMemory<float> memory) => new(memory.Span);

    /// <summary>The same tensor, to be read.</summary>
    public static implicit operator ReadOnlyTensorView(TensorView tensor) =>
        tensor.IsPacked ? new(tensor.Memory) : new(tensor.Memory, tensor.Strides);

    /// <summary>
    /// A tensor of .NET's, of four axes in the order of the call's layout. Its lengths are compared with the shape of the call.
    /// </summary>
    /// <exception cref="ArgumentException">It has another number of axes, or the numbers of a token do not follow each other.</exception>
    public static implicit operator ReadOnlyTensorView(in ReadOnlyTensorSpan<float> tensor)
    {
        var strides = StridesOf(tensor.Lengths, tensor.Strides, out var extent);
        return new(
            extent == 0 ? default : MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in tensor.GetPinnableReference()), extent), strides);
    }

    /// <inheritdoc cref="op_Implicit(in ReadOnlyTensorSpan{float})"/>
    public static implicit operator ReadOnlyTensorView(in TensorSpan<float> tensor) => (TensorView)tensor;

    /// <summary>The strides of a tensor of .NET's.</summary>
    /// <param name="lengths">Of its axes.</param>
    /// <param name="strides">Likewise.</param>
    /// <param name="extent">The numbers from the first to the last.</param>
    internal static TensorStrides StridesOf(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, out int extent)
    {
        if (lengths.Length != 4)
        {
            Throw(
                $"The tensor has {lengths.Length} axes, but 4 are needed: sequences, heads and tokens in the order of the layout, and the "
                + "numbers of a token.");
        }

        if (lengths[3] > 1 && strides[3] != 1)
        {
            Throw($"The numbers of a token are {strides[3]} apart in the tensor, but must follow each other: copy it first.");
        }

        long last = 0;
        var isEmpty = false;
        for (var axis = 0; axis < 4; axis++)
        {
            isEmpty |= lengths[axis] == 0;
            last += (lengths[axis] - 1) * strides[axis];
        }

        if (last >= int.MaxValue && !isEmpty)
        {
            Throw($"The tensor reaches over {last + 1} numbers, but a call takes {int.MaxValue}: cut it into several.");
        }

        extent = isEmpty ? 0 : (int)last + 1;
        return new TensorStrides(lengths, strides);

        [DoesNotReturn]
        static void Throw(string message) => throw new ArgumentException(message, "tensor");
    }
}
