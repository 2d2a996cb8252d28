namespace KernelGen.CompilerServices;

/// <summary>The items of one kernel; see <see cref="ItemSet"/>.</summary>
internal sealed unsafe class ItemSet<TKernel> : ItemSet
    where TKernel : struct, IAttentionKernel
{
    // A run of whole blocks joins the rest at once: shorter ones would merge more often.
    private const int RunItems = 64 * BlockItems;

    private readonly PackedProjection _packed;
    private readonly bool _normalize;
    private readonly AlignedBuffer _closed = new(TKernel.StateFloats);
    private readonly AlignedBuffer _open = new(TKernel.StateFloats);
    private readonly AlignedBuffer _merged = new(TKernel.StateFloats);
    private readonly Lock _merging = new();
    private readonly CallPool<ScratchMemory<TKernel>> _scratch;
    private readonly CallGate _gate = new(
        nameof(ItemSet), "queries may run beside each other, but not beside what adds items; Clone gives another thread a set of its own.");
    private int _openItems;
    private volatile bool _isMerged;

    /// <param name="featureMap">φ.</param>
    /// <param name="packed">What the set keeps.</param>
    /// <param name="projection">W of it.</param>
    /// <param name="normalize">Whether outputs are divided by the sum of their weights.</param>
    /// <param name="scratch">Lends calls their working memory.</param>
    public ItemSet(
        FeatureMap featureMap, PackedProjection packed, Projection projection, bool normalize, CallPool<ScratchMemory<TKernel>> scratch)
        : base(featureMap, projection)
    {
        _packed = packed;
        _normalize = normalize;
        _scratch = scratch;
        TKernel.InitState(ref *_closed.Pointer);
        TKernel.InitState(ref *_open.Pointer);
    }

    public override void Add(ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        using var use = _gate.Enter();
        var items = CheckRows(keys.Length, TKernel.HeadDim, nameof(keys));
        CheckLength(values.Length, items, TKernel.ValueDim, nameof(values));
        var scratch = _scratch.Rent();
        _isMerged = false;
        var places = stackalloc OperandPlace[HeadOperands.Most];
        KernelOperands<TKernel>.Prepare(places);
        fixed (float* key = keys, value = values)
        {
            var head = KernelOperands<TKernel>.Head(
                places, query: null, key, value, output: null, logSumExp: null, _packed.Parameters.Pointer, queryLength: 0,
                keyLength: items) with
            {
                KeepsState = true,
            };
            for (var from = 0; from < items;)
            {
                var run = items - from;
                run = _openItems == 0 && run >= BlockItems
                    ? Math.Min(run - run % BlockItems, RunItems)
                    : Math.Min(run, BlockItems - _openItems);
                TKernel.Accumulate(head, from, from + run, ref *_open.Pointer, ref *scratch.Pointer);
                from += run;
                _openItems += run;
                if (_openItems >= BlockItems)
                {
                    TKernel.Merge(ref *_closed.Pointer, ref *_open.Pointer);
                    TKernel.InitState(ref *_open.Pointer);
                    _openItems = 0;
                }
            }
        }

        _scratch.Return(scratch);
        Count += items;
        GC.KeepAlive(this);
    }

    public override void Add(ItemSet other)
    {
        using var use = _gate.Enter();
        ArgumentNullException.ThrowIfNull(other);
        if (other is not ItemSet<TKernel> same)
        {
            throw new ArgumentException("The other set is of another layer type, whose features are not these.", nameof(other));
        }

        if (!same.Projection.HasWeightsOf(Projection))
        {
            throw new ArgumentException("The other set has other projections; only sets with the same ones can be joined.", nameof(other));
        }

        if (same.FeatureMap.Lambda != FeatureMap.Lambda)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The other set has features of λ = {same.FeatureMap.Lambda}, but this one of {FeatureMap.Lambda}; only sets with the same features can be joined."),
                nameof(other));
        }

        using var reading = ReferenceEquals(same, this) ? default : same._gate.Share();
        Copy(same.Merged(), _merged); // also where the other is this set
        TKernel.Merge(ref *_closed.Pointer, ref *_merged.Pointer);
        _isMerged = false;
        Count += same.Count;
        GC.KeepAlive(this);
        GC.KeepAlive(same);
    }

    public override ItemSet Clone()
    {
        using var use = _gate.Share();
        ItemSet<TKernel> clone = new(FeatureMap, _packed, Projection, _normalize, _scratch) { Count = Count, _openItems = _openItems };
        Copy(_closed, clone._closed);
        Copy(_open, clone._open);
        GC.KeepAlive(this);
        return clone;
    }

    public override void Attend(ReadOnlySpan<float> queries, Span<float> destination, Span<float> logPartition = default)
    {
        using var use = _gate.Share();
        var rows = CheckRows(queries.Length, TKernel.HeadDim, nameof(queries));
        CheckLength(destination.Length, rows, TKernel.ValueDim, nameof(destination));
        if (!logPartition.IsEmpty)
        {
            CheckLength(logPartition.Length, rows, 1, nameof(logPartition));
        }

        ShapeChecks.CheckOverlap(destination, queries, nameof(queries));
        if (rows == 0)
        {
            return;
        }

        var scratch = _scratch.Rent();
        var places = stackalloc OperandPlace[HeadOperands.Most];
        KernelOperands<TKernel>.Prepare(places);
        fixed (float* query = queries, output = destination, log = logPartition)
        {
            var head = KernelOperands<TKernel>.Head(
                places, query, key: null, value: null, output, log, _packed.Parameters.Pointer, rows, keyLength: 0);
            TKernel.Output(head, 0, rows, ref *Merged().Pointer, ref *scratch.Pointer);
        }

        _scratch.Return(scratch);

        // The kernel leaves out what cancels in an average: the query's own norm and the weight of a feature.
        var scale = FeatureMap.NormSign / (2 * Math.Sqrt(TKernel.HeadDim));
        for (var row = 0; row < logPartition.Length; row++)
        {
            double squares = 0;
            foreach (var x in queries.Slice(row * TKernel.HeadDim, TKernel.HeadDim))
            {
                squares += (double)x * x;
            }

            logPartition[row] = (float)(logPartition[row] + scale * squares + Math.Log(FeatureMap.Weight(TKernel.Features)));
        }

        GC.KeepAlive(this);
    }

    public override void StandardErrors(ReadOnlySpan<float> queries, Span<float> standardErrors, Span<float> logPartitionErrors = default)
    {
        using var use = _gate.Share();
        var rows = CheckRows(queries.Length, TKernel.HeadDim, nameof(queries));
        CheckLength(standardErrors.Length, rows, TKernel.ValueDim, nameof(standardErrors));
        if (!logPartitionErrors.IsEmpty)
        {
            CheckLength(logPartitionErrors.Length, rows, 1, nameof(logPartitionErrors));
        }

        var state = new float[TKernel.ExportedStateFloats];
        TKernel.ExportState(ref *Merged().Pointer, state);
        new StateErrors(FeatureMap, Projection, state, TKernel.ValueDim, _normalize).Compute(queries, standardErrors, logPartitionErrors);
        GC.KeepAlive(this);
    }

    /// <summary>The state of all items. The first query after items were added makes it, others at the same time wait for that.</summary>
    private AlignedBuffer Merged()
    {
        if (_isMerged)
        {
            return _merged;
        }

        lock (_merging)
        {
            if (!_isMerged)
            {
                Copy(_closed, _merged);
                TKernel.Merge(ref *_merged.Pointer, ref *_open.Pointer);
                _isMerged = true;
            }
        }

        return _merged;
    }

    private static void Copy(AlignedBuffer from, AlignedBuffer to)
    {
        if (!ReferenceEquals(from, to))
        {
            new ReadOnlySpan<float>(from.Pointer, TKernel.StateFloats).CopyTo(new Span<float>(to.Pointer, TKernel.StateFloats));
        }
    }

    private static int CheckRows(int length, int dim, string name) => length % dim == 0
        ? length / dim
        : throw new ArgumentException($"{name} holds {length} numbers, which is no multiple of {dim}.", name);

    private static void CheckLength(int length, int rows, int dim, string name)
    {
        if (length != (long)rows * dim)
        {
            throw new ArgumentException($"{name} holds {length} numbers, but {rows} rows × {dim} = {(long)rows * dim} are needed.", name);
        }
    }
}
