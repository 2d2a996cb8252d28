using System.Runtime.CompilerServices;

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

    // What callers of the two passes hand in, and where the kernels find it.
    private readonly Operand[] _given = CallMemory.Given(KernelOperands<TKernel>.All.ToArray(), isBackward: false);
    private readonly Operand[] _givenBackward;
    private readonly int[] _slots;
    private readonly int[][] _slotsBackward;

    // In place of operands that are read and missing.
    private readonly AlignedBuffer? _zeros;
    private readonly CallPool<AttentionCall<TKernel>> _calls = new();
    private readonly CallPool<ScratchMemory<TKernel>> _itemScratch = new();
    private volatile PackedProjection _packed;

    internal AttentionEngine(Projection? projection, ReadOnlySpan<float> hyperparameters, GradientPass[] gradientPasses)
    {
        _hyperparameters = hyperparameters.ToArray();
        _gradientPasses = gradientPasses;
        _slots = CallMemory.SlotsOf(KernelOperands<TKernel>.All, _given);
        _givenBackward = CallMemory.Given([.. _given, .. gradientPasses.SelectMany(pass => pass.Operands.ToArray())], isBackward: true);
        _slotsBackward = [.. gradientPasses.Select(pass => CallMemory.SlotsOf(pass.Operands, _givenBackward))];
        _zeros = _givenBackward.Concat(_given)
            .Where(operand => operand is { IsOptional: true, Access: OperandAccess.Read })
            .Select(operand => operand.Columns)
            .DefaultIfEmpty().Max() is > 0 and int columns ? new AlignedBuffer(columns) : null;
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
        var packed = _packed;
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

    public override void Forward(in CallTensors tensors, in AttentionShape shape, AttentionResult? result, ReadOnlySpan<int> keyLengths)
    {
        var checkedShape = shape; // a copy that nobody can change between the checks and the work
        Check(_given, tensors, checkedShape, result, keyLengths);
        using var use = result is null ? default : result.Gate.Enter();
        var packed = _packed;
        result?.Begin(keyLengths);
        if (checkedShape.Batch > 0 && checkedShape.Heads > 0 && (checkedShape.QueryLength > 0 || result is not null))
        {
            Run(tensors, result, keyLengths, checkedShape, packed, isBackward: false, accumulate: false);
        }

        result?.End(packed);
    }

    public override long BackwardScratchBytes(in AttentionShape shape)
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        long most = 0;
        foreach (var pass in _gradientPasses)
        {
            most = Math.Max(most, pass.ScratchBytes(shape, DegreeOfParallelism));
        }

        return most;
    }

    public override void Backward(
        in CallTensors tensors, in AttentionShape shape, AttentionResult result, ReadOnlySpan<int> keyLengths, bool accumulate)
    {
        if (_gradientPasses.Length == 0)
        {
            throw new NotSupportedException(
                "This layer has no backward pass: the derivative of its kernel function is too large to compute with.");
        }

        var checkedShape = shape;
        ArgumentNullException.ThrowIfNull(result);
        Check(_givenBackward, tensors, checkedShape, result, keyLengths);
        using var use = result.Gate.Share();
        var packed = BackwardChecks.CheckFilled(result, this, keyLengths);
        if (checkedShape.Batch > 0 && checkedShape.Heads > 0)
        {
            Run(tensors, result, keyLengths, checkedShape, packed, isBackward: true, accumulate);
        }
    }

    /// <summary>Holds all memory of a call still and runs its kernels.</summary>
    [SkipLocalsInit]
    private unsafe void Run(
        in CallTensors tensors, AttentionResult? result, ReadOnlySpan<int> keyLengths, in AttentionShape shape, PackedProjection packed,
        bool isBackward, bool accumulate)
    {
        fixed (float* t0 = tensors.T0, t1 = tensors.T1, t2 = tensors.T2, t3 = tensors.T3)
        fixed (float* logSumExp = result is null ? default : result.LogSumExpMemory)
        fixed (float* second = result is null ? default : result.SecondMemory)
        fixed (float* state = result is null ? default : result.StateMemory)
        fixed (int* lengths = keyLengths)
        {
            var starts = stackalloc float*[CallMemory.Slots]
            {
                t0, t1, t2, t3, null, null, null, null, null, null, null, null, logSumExp, second, state,
            };
            CallMemory memory = new()
            {
                Starts = starts,
                KeyLengths = lengths,
                AddsGradients = accumulate,
                State = isBackward ? null : state,
            };
            if (isBackward || _given.Length > 4 || !tensors.Strides.IsEmpty)
            {
                RunWithMore(tensors, memory, shape, packed, isBackward);
            }
            else
            {
                RunForward(memory, shape, packed);
            }
        }

        GC.KeepAlive(packed);
        GC.KeepAlive(this);
    }

    /// <summary>Holds still what calls of four packed tensors, the common ones, have not.</summary>
    private unsafe void RunWithMore(
        in CallTensors tensors, CallMemory memory, in AttentionShape shape, PackedProjection packed, bool isBackward)
    {
        fixed (float* t4 = tensors.T4, t5 = tensors.T5, t6 = tensors.T6, t7 = tensors.T7, t8 = tensors.T8, t9 = tensors.T9,
            t10 = tensors.T10, t11 = tensors.T11)
        {
            var more = stackalloc float*[] { t4, t5, t6, t7, t8, t9, t10, t11 };
            for (var i = 0; i < 8; i++)
            {
                memory.Starts[4 + i] = more[i];
            }

            var strides = stackalloc TensorStrides[CallTensors.Most];
            if (!tensors.Strides.IsEmpty)
            {
                for (var i = 0; i < CallTensors.Most; i++)
                {
                    strides[i] = tensors.StridesOf(i);
                }

                memory.Strides = strides;
            }

            if (isBackward)
            {
                RunBackward(memory, shape, packed);
            }
            else
            {
                RunForward(memory, shape, packed);
            }
        }
    }

    private unsafe void RunForward(in CallMemory memory, in AttentionShape shape, PackedProjection packed)
    {
        var call = _calls.Rent();
        try
        {
            call.Run(memory, _slots, packed.Parameters.Pointer, Zeros, shape, DegreeOfParallelism);
        }
        finally
        {
            _calls.Return(call);
        }
    }

    private unsafe float* Zeros => _zeros is null ? null : _zeros.Pointer;

    private unsafe void RunBackward(in CallMemory memory, in AttentionShape shape, PackedProjection packed)
    {
        for (var pass = 0; pass < _gradientPasses.Length; pass++)
        {
            _gradientPasses[pass].Run(memory, _slotsBackward[pass], Zeros, shape, DegreeOfParallelism, packed.OfPass(pass));
        }

        if (memory.KeyLengths is null || memory.AddsGradients)
        {
            return;
        }

        for (var i = 0; i < _givenBackward.Length; i++)
        {
            // What heads share was all zeros before they added to it.
            if (_givenBackward[i] is { Access: OperandAccess.Accumulate, Rows: OperandRows.Keys } gradient && gradient.Sharers(shape) == 1)
            {
                memory.Of(gradient, i, shape).Clear(gradient, memory.KeyLengths, shape);
            }
        }
    }

    private static void Check(
        ReadOnlySpan<Operand> given, in CallTensors tensors, in AttentionShape shape, AttentionResult? result, ReadOnlySpan<int> keyLengths)
    {
        ShapeChecks.Check(shape, TKernel.Causal);
        OperandChecks.Check(given, tensors, shape);
        ShapeChecks.CheckKeyLengths(keyLengths, shape);
        if (result is not null)
        {
            ShapeChecks.CheckResult(result, shape, TKernel.ExportedStateFloats);
        }
    }
}
