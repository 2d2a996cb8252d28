namespace KernelGen.CompilerServices;

/// <summary>The engine of one kernel; see <see cref="AttentionEngine"/>.</summary>
/// <remarks>
/// Calls keep their working memory in objects that are reused: there are as many as there ever were calls at the same time, each with the
/// memory of its largest call. Nothing managed is allocated once that is so.
/// </remarks>
internal class AttentionEngine<TKernel> : AttentionEngine
    where TKernel : struct, IAttentionKernel
{
    private readonly float[] _hyperparameters;
    private readonly Lock _lock = new();
    private readonly Stack<AttentionCall<TKernel>> _idleCalls = new();
    private volatile PackedProjection _packed;

    internal AttentionEngine(Projection? projection, ReadOnlySpan<float> hyperparameters)
    {
        _hyperparameters = hyperparameters.ToArray();
        _packed = Pack(projection);
    }

    /// <summary>Projections as the kernel reads them. A call holds on to those that it started with.</summary>
    private protected sealed record PackedProjection(Projection? Source, AlignedBuffer Parameters);

    public override Projection? Projection => _packed.Source;

    /// <summary>Those in force.</summary>
    private protected PackedProjection Packed => _packed;

    public override ReadOnlySpan<float> Hyperparameters => _hyperparameters;

    public override int StateLength => TKernel.ExportedStateFloats;

    public override int Lanes => TKernel.Lanes;

    public override void Redraw(Projection projection)
    {
        ArgumentNullException.ThrowIfNull(projection);
        _packed = Pack(projection);
    }

    public override ItemSet CreateItemSet(FeatureMap featureMap, bool normalize)
    {
        ArgumentNullException.ThrowIfNull(featureMap);
        PackedProjection packed = _packed;
        return TKernel.Causal
            ? throw new InvalidOperationException(
                "Items have no order, but this layer is causal: declare one without Causal, and give it the same projections.")
            : packed.Source is null
            ? throw new InvalidOperationException("This layer has no random features, and so no state that could hold items.")
            : new ItemSet<TKernel>(featureMap, packed.Source, packed.Parameters, normalize);
    }

    public override long ScratchBytes(in AttentionShape shape)
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        return AttentionCall<TKernel>.MemoryBytes(shape, DegreeOfParallelism);
    }

    public override unsafe void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination,
        in AttentionShape shape, AttentionResult? result, ReadOnlySpan<int> keyLengths)
    {
        AttentionShape checkedShape = shape; // a copy that nobody can change between the checks and the work
        Check(query, key, value, destination, checkedShape, result, keyLengths);
        if (checkedShape.Batch == 0 || checkedShape.Heads == 0 || (checkedShape.QueryLength == 0 && result is null))
        {
            return;
        }

        PackedProjection packed = _packed;
        AttentionCall<TKernel> call = Rent();
        try
        {
            fixed (float* queryPointer = query, keyPointer = key, valuePointer = value, destinationPointer = destination)
            fixed (float* logSumExp = result is null ? default : result.LogSumExpMemory)
            fixed (float* state = result is null ? default : result.StateMemory)
            fixed (int* lengths = keyLengths)
            {
                call.Query = queryPointer;
                call.Key = keyPointer;
                call.Value = valuePointer;
                call.Destination = destinationPointer;
                call.LogSumExp = logSumExp;
                call.State = state;
                call.KeyLengths = lengths;
                call.Parameters = packed.Parameters.Pointer;
                call.Run(checkedShape, DegreeOfParallelism);
            }
        }
        finally
        {
            Return(call);
        }

        GC.KeepAlive(packed);
    }

    private unsafe PackedProjection Pack(Projection? projection)
    {
        ShapeChecks.CheckProjection(projection, TKernel.ProjectionRows, TKernel.HeadDim, TKernel.NeedsHadamard);
        AlignedBuffer parameters = new(TKernel.ParameterFloats);
        TKernel.PackParameters(projection, _hyperparameters, new Span<float>(parameters.Pointer, TKernel.ParameterFloats));
        return new PackedProjection(projection, parameters);
    }

    private static void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> destination,
        in AttentionShape shape, AttentionResult? result, ReadOnlySpan<int> keyLengths)
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        ShapeChecks.CheckTensor(query.Length, shape, shape.QueryLength, TKernel.HeadDim, nameof(query));
        ShapeChecks.CheckTensor(key.Length, shape, shape.KeyLength, TKernel.HeadDim, nameof(key));
        ShapeChecks.CheckTensor(value.Length, shape, shape.KeyLength, TKernel.ValueDim, nameof(value));
        ShapeChecks.CheckTensor(destination.Length, shape, shape.QueryLength, TKernel.ValueDim, nameof(destination));
        ShapeChecks.CheckOverlap(destination, query, nameof(query));
        ShapeChecks.CheckOverlap(destination, key, nameof(key));
        ShapeChecks.CheckOverlap(destination, value, nameof(value));
        ShapeChecks.CheckKeyLengths(keyLengths, shape);
        if (result is not null)
        {
            ShapeChecks.CheckResult(result, shape, TKernel.ExportedStateFloats);
        }
    }

    private AttentionCall<TKernel> Rent()
    {
        lock (_lock)
        {
            if (_idleCalls.TryPop(out AttentionCall<TKernel>? call))
            {
                return call;
            }
        }

        return new AttentionCall<TKernel>();
    }

    private void Return(AttentionCall<TKernel> call)
    {
        lock (_lock)
        {
            _idleCalls.Push(call);
        }
    }
}
