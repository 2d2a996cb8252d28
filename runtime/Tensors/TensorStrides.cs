namespace KernelGen;

/// <summary>How far apart the parts of a tensor are, in floats. The numbers of a token follow each other.</summary>
/// <param name="batch">From a sequence to the next.</param>
/// <param name="head">From a head to the next.</param>
/// <param name="token">From a token to the next.</param>
/// <remarks>
/// None is negative. They are 0 where all sequences, heads or tokens are the same memory, which only what is read may be. The default value
/// says nothing: the tensor is packed, as the layout of the call says.
/// </remarks>
public readonly struct TensorStrides(nint batch, nint head, nint token)
{
    private readonly nint _batch = batch, _head = head, _token = token;
    private readonly Order _order = Order.OfNames;

    // Of a tensor that knows its own: sequences, then heads and tokens in their order, then the numbers of a token.
    private readonly int _length0, _length1, _length2, _length3;

    /// <summary>The strides of a tensor that knows the length of its axes, in the order of its axes.</summary>
    internal TensorStrides(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
        : this(strides[0], strides[1], strides[2])
    {
        _order = Order.OfAxes;
        _length0 = checked((int)lengths[0]);
        _length1 = checked((int)lengths[1]);
        _length2 = checked((int)lengths[2]);
        _length3 = checked((int)lengths[3]);
    }

    private enum Order
    {
        None,
        OfNames,
        OfAxes,
    }

    /// <summary>Whether nothing is between the parts, which lie as the layout of the call says.</summary>
    public bool IsPacked => _order == Order.None;

    /// <summary>From a sequence to the next.</summary>
    public nint Batch => _batch;

    /// <summary>From a head to the next.</summary>
    public nint Head => _head;

    /// <summary>From a token to the next.</summary>
    public nint Token => _token;

    /// <summary>By name, for a tensor whose axes are in the order that a layout names.</summary>
    internal TensorStrides In(TensorLayout layout) =>
        _order == Order.OfAxes && layout == TensorLayout.BatchLengthHeadDim ? new TensorStrides(_batch, _token, _head) : this;

    /// <summary>What is wrong with the lengths of the axes, where the tensor knows them; else null.</summary>
    internal string? MismatchWith(int batch, int heads, int tokens, int columns, TensorLayout layout)
    {
        if (_order != Order.OfAxes)
        {
            return null;
        }

        var (second, third) = layout == TensorLayout.BatchHeadLengthDim ? (heads, tokens) : (tokens, heads);
        return (_length0, _length1, _length2, _length3) == (batch, second, third, columns)
            ? null
            : $"is [{_length0}, {_length1}, {_length2}, {_length3}], but [{batch}, {second}, {third}, {columns}] is needed";
    }
}
