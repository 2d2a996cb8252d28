namespace KernelGen.CompilerServices;

/// <summary>The numbers of a tensor that is spread over memory: rows of sequences, heads and tokens, at three strides.</summary>
internal readonly struct StridedRegion
{
    private readonly Axis _inner, _middle, _outer; // by stride
    private readonly int _columns;

    private StridedRegion(Axis batch, Axis head, Axis row, int columns)
    {
        (_inner, _middle, _outer) = (row, head, batch);
        _columns = columns;
        Sort(ref _inner, ref _middle);
        Sort(ref _middle, ref _outer);
        Sort(ref _inner, ref _middle);
        IsEmpty = batch.Size == 0 || head.Size == 0 || row.Size == 0;

        static void Sort(ref Axis smaller, ref Axis larger)
        {
            if (smaller.Stride > larger.Stride)
            {
                (smaller, larger) = (larger, smaller);
            }
        }
    }

    /// <summary>The numbers from the first to the last, those of others between them among them.</summary>
    public Int128 Extent => IsEmpty ? 0 : ExtentBelow(Int128.MaxValue);

    /// <summary>
    /// Whether no two rows have a number in common, by a rule that some arrangements fail that nobody has: the rows of an axis lie between
    /// those of the next.
    /// </summary>
    public bool IsDistinct
    {
        get
        {
            Int128 extent = _columns;
            foreach (var axis in new Axes(this))
            {
                if (axis.Size > 1)
                {
                    if (axis.Stride < extent)
                    {
                        return IsEmpty;
                    }

                    extent += axis.Stride * (Int128)(axis.Size - 1);
                }
            }

            return true;
        }
    }

    private bool IsEmpty { get; }

    /// <summary>The region of an operand in its tensor.</summary>
    public static StridedRegion Of(Operand operand, TensorStrides strides, in AttentionShape shape)
    {
        strides = strides.IsPacked ? OperandMemory.PackedStrides(operand, shape) : strides.In(operand.LayoutIn(shape));

        return new StridedRegion(
            new Axis(operand.BatchOf(shape), strides.Batch), new Axis(operand.HeadsOf(shape), strides.Head),
            new Axis(operand.RowsOf(shape), strides.Token), operand.Columns);
    }

    /// <summary>
    /// Whether the two surely have no number in common: one ends before the other starts, or both repeat at the same stride, in different
    /// parts of it.
    /// </summary>
    /// <param name="other">The other region.</param>
    /// <param name="bytes">From the first number of this one to that of the other.</param>
    public bool IsApartFrom(in StridedRegion other, nint bytes)
    {
        if (IsEmpty || other.IsEmpty || Extent * sizeof(float) <= bytes || other.Extent * sizeof(float) <= -(Int128)bytes)
        {
            return true;
        }

        foreach (var axis in new Axes(this))
        {
            if (axis.Size > 1 && axis.Stride > 0 && Repeats(axis.Stride) && other.Repeats(axis.Stride) && bytes % sizeof(float) == 0)
            {
                Int128 offset = ((bytes / sizeof(float)) % axis.Stride + axis.Stride) % axis.Stride;
                if (offset >= ExtentBelow(axis.Stride) && offset + other.ExtentBelow(axis.Stride) <= axis.Stride)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public override string ToString() =>
        $"rows of {_columns} at the strides {_outer.Stride} ({_outer.Size} times), {_middle.Stride} ({_middle.Size} times) and {_inner.Stride} ({_inner.Size} times)";

    /// <summary>Whether all of the region follows from one part that is no longer than a stride, at its multiples.</summary>
    private bool Repeats(Int128 stride)
    {
        foreach (var axis in new Axes(this))
        {
            if (axis.Size > 1 && axis.Stride >= stride && axis.Stride % stride != 0)
            {
                return false;
            }
        }

        return ExtentBelow(stride) <= stride;
    }

    /// <summary>The extent of what the axes of smaller strides reach.</summary>
    private Int128 ExtentBelow(Int128 stride)
    {
        Int128 extent = _columns;
        foreach (var axis in new Axes(this))
        {
            if (axis.Size > 1 && axis.Stride < stride)
            {
                extent += axis.Stride * (Int128)(axis.Size - 1);
            }
        }

        return extent;
    }

    private readonly record struct Axis(int Size, nint Stride);

    /// <summary>The axes from the smallest stride to the largest.</summary>
    private struct Axes(in StridedRegion region)
    {
        private readonly StridedRegion _region = region;
        private int _index = -1;

        public readonly Axis Current => _index == 0 ? _region._inner : _index == 1 ? _region._middle : _region._outer;

        public readonly Axes GetEnumerator() => this;

        public bool MoveNext() => ++_index < 3;
    }
}
