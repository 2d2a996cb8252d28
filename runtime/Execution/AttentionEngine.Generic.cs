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
    private readonly GradientPass[] _gradientPasses;
    private readonly CallPool<AttentionCall<TKernel>> _calls = new();
    private readonly CallPool<ScratchMemory<TKernel>> _itemScratch = new();
    private volatile PackedProjection _packed;

    internal AttentionEngine(Projection? projection, ReadOnlySpan<float> hyperparameters, GradientPass[] gradientPasses)
    {
        _hyperparameters = hyperparameters.ToArray();
        _gradientPasses = gradientPasses;
        _packed = PackedProjection.Of<TKernel>(this, projection, gradientPasses);
    }

    public override Projection? Projection => _packed.Source;

    /// <summary>Those in force.</summary>
    private protected PackedProjection Packed => _packed;

    public override ReadOnlySpan<float> Hyperparameters => _hyperparameters;

    public override int StateLength => TKernel.ExportedStateFloats;

    public override int Lanes => TKernel.Lanes;

    // Kernels are members of the type that was declared.
    internal override string LayerName => typeof(TKernel).DeclaringType?.FullName ?? typeof(TKernel).Name;

    public override void Redraw(Projection projection)
    {
        ArgumentNullException.ThrowIfNull(projection);
        _packed = PackedProjection.Of<TKernel>(this, projection, _gradientPasses);
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
            : new ItemSet<TKernel>(featureMap, packed, packed.Source, normalize, _itemScratch);
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
        using CallGate.Use use = result is null ? default : result.Gate.Enter();
        PackedProjection packed = _packed;
        result?.Begin(keyLengths);
        if (checkedShape.Batch == 0 || checkedShape.Heads == 0 || (checkedShape.QueryLength == 0 && result is null))
        {
            result?.End(packed);
            return;
        }

        AttentionCall<TKernel> call = _calls.Rent();
        try
        {
            fixed (float* queryPointer = query, keyPointer = key, valuePointer = value, destinationPointer = destination)
            fixed (float* logSumExp = result is null ? default : result.LogSumExpMemory)
            fixed (float* logSumExpRest = result is null ? default : result.SecondMemory)
            fixed (float* state = result is null ? default : result.StateMemory)
            fixed (int* lengths = keyLengths)
            {
                CallTensors tensors = new()
                {
                    Query = queryPointer,
                    Key = keyPointer,
                    Value = valuePointer,
                    Destination = destinationPointer,
                    LogSumExp = logSumExp,
                    LogSumExpRest = logSumExpRest,
                    State = state,
                    KeyLengths = lengths,
                };
                call.Run(tensors, packed.Parameters.Pointer, checkedShape, DegreeOfParallelism);
            }
        }
        finally
        {
            _calls.Return(call);
        }

        result?.End(packed);
        GC.KeepAlive(packed);
    }

    public override long BackwardScratchBytes(in AttentionShape shape)
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        long most = 0;
        foreach (GradientPass pass in _gradientPasses)
        {
            most = Math.Max(most, pass.ScratchBytes(shape, DegreeOfParallelism));
        }

        return most;
    }

    public override unsafe void Backward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> output, AttentionResult result,
        ReadOnlySpan<float> outputGradient, Span<float> queryGradient, Span<float> keyGradient, Span<float> valueGradient,
        in AttentionShape shape, ReadOnlySpan<int> keyLengths, bool accumulate)
    {
        if (_gradientPasses.Length == 0)
        {
            throw new NotSupportedException("This layer has no backward pass: the derivative of its kernel function is too large to compute with.");
        }

        AttentionShape checkedShape = shape;
        ArgumentNullException.ThrowIfNull(result);
        Check(query, key, value, output, checkedShape, result, keyLengths, "output");
        BackwardChecks.Check(
            query, key, value, output, outputGradient, queryGradient, keyGradient, valueGradient, checkedShape, TKernel.HeadDim, TKernel.ValueDim);
        using CallGate.Use use = result.Gate.Share();
        PackedProjection packed = BackwardChecks.CheckFilled(result, this, keyLengths);
        if (checkedShape.Batch == 0 || checkedShape.Heads == 0)
        {
            return;
        }

        fixed (float* queryPointer = query, keyPointer = key, valuePointer = value, outputPointer = output, outputGradientPointer = outputGradient)
        fixed (float* queryGradientPointer = queryGradient, keyGradientPointer = keyGradient, valueGradientPointer = valueGradient)
        fixed (float* logSumExp = result.LogSumExpMemory, second = result.SecondMemory, state = result.StateMemory)
        fixed (int* lengths = keyLengths)
        {
            CallTensors tensors = new()
            {
                Query = queryPointer,
                Key = keyPointer,
                Value = valuePointer,
                Destination = outputPointer,
                LogSumExp = logSumExp,
                LogSumExpRest = second,
                KeyLengths = lengths,
                KeptStateLength = TKernel.ExportedStateFloats,
                Gradients = new GradientTensors
                {
                    IsSet = true,
                    Output = outputGradientPointer,
                    Query = queryGradientPointer,
                    Key = keyGradientPointer,
                    Value = valueGradientPointer,
                    Reciprocal = second,
                    KeptState = state,
                    Adds = accumulate,
                },
            };
            for (int pass = 0; pass < _gradientPasses.Length; pass++)
            {
                _gradientPasses[pass].Run(tensors, checkedShape, DegreeOfParallelism, packed.OfPass(pass));
            }
        }

        if (!accumulate)
        {
            BackwardChecks.ClearUnseenKeys(keyGradient, checkedShape, keyLengths, TKernel.HeadDim);
            BackwardChecks.ClearUnseenKeys(valueGradient, checkedShape, keyLengths, TKernel.ValueDim);
        }
    }

    private static void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> destination,
        in AttentionShape shape, AttentionResult? result, ReadOnlySpan<int> keyLengths, string destinationName = "destination")
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        ShapeChecks.CheckTensor(query.Length, shape, shape.QueryLength, TKernel.HeadDim, nameof(query));
        ShapeChecks.CheckTensor(key.Length, shape, shape.KeyLength, TKernel.HeadDim, nameof(key));
        ShapeChecks.CheckTensor(value.Length, shape, shape.KeyLength, TKernel.ValueDim, nameof(value));
        ShapeChecks.CheckTensor(destination.Length, shape, shape.QueryLength, TKernel.ValueDim, destinationName);
        ShapeChecks.CheckOverlap(destination, query, nameof(query), destinationName);
        ShapeChecks.CheckOverlap(destination, key, nameof(key), destinationName);
        ShapeChecks.CheckOverlap(destination, value, nameof(value), destinationName);
        ShapeChecks.CheckKeyLengths(keyLengths, shape);
        if (result is not null)
        {
            ShapeChecks.CheckResult(result, shape, TKernel.ExportedStateFloats);
        }
    }
}
