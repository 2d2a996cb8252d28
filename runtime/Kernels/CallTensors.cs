namespace KernelGen.CompilerServices;

/// <summary>
/// The tensors that a caller hands in, in the order in which the layer's kernels list the operands that are the caller's; a missing one is
/// empty. Emitted layers make it of their arguments.
/// </summary>
/// <remarks>Spans cannot be in a list, so they have a field each.</remarks>
public readonly ref struct CallTensors
{
    /// <summary>The most operands that the callers of one layer hand in.</summary>
    public const int Most = 12;

    internal readonly ReadOnlySpan<float> T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11;

    /// <summary>The tensors of a forward call that has no others; a few nanoseconds sooner than the other constructor.</summary>
    public CallTensors(ReadOnlySpan<float> t0, ReadOnlySpan<float> t1, ReadOnlySpan<float> t2, ReadOnlySpan<float> t3)
    {
        T0 = t0;
        T1 = t1;
        T2 = t2;
        T3 = t3;
    }

    /// <summary>The tensors in order. Kernels write to those whose operands say so, which are made of a <see cref="Span{T}"/>.</summary>
    public CallTensors(
        ReadOnlySpan<float> t0, ReadOnlySpan<float> t1 = default, ReadOnlySpan<float> t2 = default, ReadOnlySpan<float> t3 = default,
        ReadOnlySpan<float> t4 = default, ReadOnlySpan<float> t5 = default, ReadOnlySpan<float> t6 = default,
        ReadOnlySpan<float> t7 = default, ReadOnlySpan<float> t8 = default, ReadOnlySpan<float> t9 = default,
        ReadOnlySpan<float> t10 = default, ReadOnlySpan<float> t11 = default)
    {
        T0 = t0;
        T1 = t1;
        T2 = t2;
        T3 = t3;
        T4 = t4;
        T5 = t5;
        T6 = t6;
        T7 = t7;
        T8 = t8;
        T9 = t9;
        T10 = t10;
        T11 = t11;
    }

    /// <summary>How far apart the parts of each tensor are; empty where all are packed.</summary>
    public ReadOnlySpan<TensorStrides> Strides { get; init; }

    /// <summary>How far apart the parts of one tensor are.</summary>
    internal TensorStrides StridesOf(int place) => place < Strides.Length ? Strides[place] : TensorStrides.Packed;

    internal ReadOnlySpan<float> this[int place] => place switch
    {
        0 => T0,
        1 => T1,
        2 => T2,
        3 => T3,
        4 => T4,
        5 => T5,
        6 => T6,
        7 => T7,
        8 => T8,
        9 => T9,
        10 => T10,
        11 => T11,
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, $"A call has at most {Most} tensors."),
    };
}
