using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// The tensors that a caller hands in, in the order in which the layer's kernels list the operands that are the caller's; a missing one is
/// empty. Emitted layers make it of their arguments.
/// </summary>
/// <remarks>Spans cannot be in a list, so they have a field each.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct CallTensors
{
    /// <summary>The most operands that the callers of one layer hand in.</summary>
    public const int Most = 12;

    internal readonly ReadOnlySpan<float> T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11;

    // Of one call at a time, which reads them before it runs anything: calls of packed tensors are spared the room for them.
    [ThreadStatic]
    private static TensorStrides[]? t_strides;

    private readonly ReadOnlySpan<TensorStrides> _strides;

    /// <summary>The tensors of a forward call that has no others; a few nanoseconds sooner than the other constructor.</summary>
    public CallTensors(in ReadOnlyTensorView t0, in ReadOnlyTensorView t1, in ReadOnlyTensorView t2, in TensorView t3)
    {
        T0 = t0.Memory;
        T1 = t1.Memory;
        T2 = t2.Memory;
        T3 = t3.Memory;
        if (!(t0.IsPacked && t1.IsPacked && t2.IsPacked && t3.IsPacked))
        {
            var strides = t_strides ??= new TensorStrides[Most];
            strides.AsSpan(4).Clear();
            strides[0] = t0.Strides;
            strides[1] = t1.Strides;
            strides[2] = t2.Strides;
            strides[3] = t3.Strides;
            _strides = strides;
        }
    }

    /// <summary>The tensors in order. Kernels write to those whose operands say so, which are made of a <see cref="TensorView"/>.</summary>
    public CallTensors(
        in ReadOnlyTensorView t0, in ReadOnlyTensorView t1 = default, in ReadOnlyTensorView t2 = default,
        in ReadOnlyTensorView t3 = default, in ReadOnlyTensorView t4 = default, in ReadOnlyTensorView t5 = default,
        in ReadOnlyTensorView t6 = default, in ReadOnlyTensorView t7 = default, in ReadOnlyTensorView t8 = default,
        in ReadOnlyTensorView t9 = default, in ReadOnlyTensorView t10 = default, in ReadOnlyTensorView t11 = default)
    {
        T0 = t0.Memory;
        T1 = t1.Memory;
        T2 = t2.Memory;
        T3 = t3.Memory;
        T4 = t4.Memory;
        T5 = t5.Memory;
        T6 = t6.Memory;
        T7 = t7.Memory;
        T8 = t8.Memory;
        T9 = t9.Memory;
        T10 = t10.Memory;
        T11 = t11.Memory;
        if (t0.IsPacked && t1.IsPacked && t2.IsPacked && t3.IsPacked && t4.IsPacked && t5.IsPacked && t6.IsPacked && t7.IsPacked
            && t8.IsPacked && t9.IsPacked && t10.IsPacked && t11.IsPacked)
        {
            return;
        }

        var strides = t_strides ??= new TensorStrides[Most];
        strides[0] = t0.Strides;
        strides[1] = t1.Strides;
        strides[2] = t2.Strides;
        strides[3] = t3.Strides;
        strides[4] = t4.Strides;
        strides[5] = t5.Strides;
        strides[6] = t6.Strides;
        strides[7] = t7.Strides;
        strides[8] = t8.Strides;
        strides[9] = t9.Strides;
        strides[10] = t10.Strides;
        strides[11] = t11.Strides;
        _strides = strides;
    }

    /// <summary>Whether nothing lies between the parts of any of them.</summary>
    internal bool IsPacked => _strides.IsEmpty;

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

    /// <summary>How far apart the parts of one tensor are.</summary>
    internal TensorStrides StridesOf(int place) => IsPacked ? default : _strides[place];
}
