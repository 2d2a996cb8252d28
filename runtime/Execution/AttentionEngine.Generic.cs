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

    // What callers say of the fading of states, and of its gradient; −1 where they say nothing.
    private readonly int _logDecay, _logDecayGradient;
    private readonly CallPool<StateClock> _clocks = new();

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
        _logDecay = Array.FindIndex(_given, operand => operand.Name == KernelOperands<TKernel>.Clock?.SumOf);
        _logDecayGradient = Array.FindIndex(
            _givenBackward,
            operand => gradientPasses.Any(pass => pass.Operands.ToArray().Any(sum => sum.IsWritten && sum.SumOf == operand.Name)));
        _zeros = _givenBackward.Concat(_given)
            .Where(operand => operand is { IsOptional: true, Access: OperandAccess.Read })
            .Select(operand => operand.Columns)
            .DefaultIfEmpty().Max() is > 0 and int columns ? new AlignedBuffer(columns) : null;
        _packed = PackedProjection.Of<TKernel>(this, projection, gradientPasses);
    }

    public override Projection? Projection => _packed.Source;

    /// <summary>Where packed sequences of calls are.</summary>
    internal CallPool<PackedSequences> Sequences { get; } = new();

    /// <summary>Those in force.</summary>
    private protected PackedProjection Packed => _packed;

    public override ReadOnlySpan<float> Hyperparameters => _hyperparameters;

    public override int StateLength => TKernel.ExportedStateFloats;

    public override int Lanes => TKernel.Lanes;

    public override ReadOnlySpan<Operand> ForwardTensors => _given;

    public override ReadOnlySpan<Operand> BackwardTensors => _gradientPasses.Length == 0 ? default : _givenBackward;

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
        return new ItemSet<TKernel>(featureMap, packed, packed.Source!, normalize, _itemScratch);
    }

    public override long ScratchBytes(in AttentionShape shape)
    {
        ShapeChecks.Check(shape, TKernel.Causal, TKernel.ComparesPositions, takesPacked: true, TKernel.Limits);
        return AttentionCall<TKernel>.MemoryBytes(shape, DegreeOfParallelism) + ClockBytes(shape);
    }

    public override void Forward(in CallTensors tensors, in AttentionShape shape, in ForwardOptions options)
    {
        ShapeChecks.Check(shape, TKernel.Causal, TKernel.ComparesPositions, takesPacked: true, TKernel.Limits);
        OperandChecks.Check(_given, tensors, shape, default);
        PackedSequences? sequences = null;
        if (shape.PacksSequences || !options.Offsets.IsEmpty || !options.KeyOffsets.IsEmpty)
        {
            sequences = Read(shape, options.Offsets, options.KeyOffsets, options.QueryLengths, options.KeyLengths);
        }
        else if (!options.KeyLengths.IsEmpty || !options.QueryLengths.IsEmpty)
        {
            ShapeChecks.CheckKeyLengths(options.KeyLengths, shape);
            ShapeChecks.CheckQueryLengths(options.QueryLengths, shape);
            if (TKernel.ComparesPositions && shape.QueryLength != shape.KeyLength)
            {
                ShapeChecks.CheckPositions(options.KeyLengths, options.QueryLengths);
            }
        }

        var clock = ClockOf(tensors, shape, sequences, options.QueryLengths);
        var context = options.Context;
        using var use = context is null ? default : context.Gate.Enter();
        var packed = _packed;
        context?.Begin(shape, TKernel.Causal && !context.KeepsState ? 0 : TKernel.ExportedStateFloats, options);
        if (shape.Batch > 0 && shape.Heads > 0 && (shape.QueryLength > 0 || context is not null))
        {
            Run(tensors, context, options.KeyLengths, options.QueryLengths, sequences, clock, shape, packed, isBackward: false, default);
        }

        Return(sequences, clock);
        context?.End(packed);
    }

    public override long BackwardScratchBytes(in AttentionShape shape)
    {
        ShapeChecks.Check(shape, TKernel.Causal, TKernel.ComparesPositions, takesPacked: true, TKernel.Limits);
        long most = 0;
        foreach (var pass in _gradientPasses)
        {
            most = Math.Max(most, pass.ScratchBytes(shape, DegreeOfParallelism));
        }

        return most + ClockBytes(shape);
    }

    private static long ClockBytes(in AttentionShape shape) =>
        KernelOperands<TKernel>.Clock is null ? 0 : StateClock.BytesFor(shape);

    public override void Backward(in CallTensors tensors, in AttentionShape shape, BackwardContext context, BackwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ShapeChecks.Check(shape, TKernel.Causal, TKernel.ComparesPositions, takesPacked: true, TKernel.Limits);
        OperandChecks.CheckGradients(options.Unwanted);
        OperandChecks.Check(_givenBackward, tensors, shape, options.Unwanted);
        using var use = context.Gate.Share();
        var packed = BackwardChecks.CheckFilled(context, this, shape);
        if (!options.Accumulate && (shape.Batch == 0 || shape.Heads == 0))
        {
            ClearShared(tensors, shape);
        }

        var sequences = shape.PacksSequences
            ? Read(shape, context.Offsets, context.KeyOffsets, context.QueryLengths, context.KeyLengths)
            : null;
        var clock = ClockOf(tensors, shape, sequences, context.QueryLengths);
        if (shape.Batch > 0 && shape.Heads > 0)
        {
            Run(tensors, context, context.KeyLengths, context.QueryLengths, sequences, clock, shape, packed, isBackward: true, options);
        }

        Return(sequences, clock);
    }

    /// <summary>The clock of each token of a call; null where states do not fade. A call that fails leaves it to the collector.</summary>
    private unsafe StateClock? ClockOf(
        in CallTensors tensors, in AttentionShape shape, PackedSequences? sequences, ReadOnlySpan<int> queryLengths)
    {
        if (KernelOperands<TKernel>.Clock is not { } clock)
        {
            return null;
        }

        var read = _clocks.Rent();
        if (_logDecay < 0)
        {
            read.Read(default, default, clock.SumOfConstants, sequences, queryLengths, shape);
            return read;
        }

        fixed (float* start = tensors[_logDecay])
        {
            var memory = OperandMemory.Of(_given[_logDecay], start, tensors.StridesOf(_logDecay), shape);
            read.Read(tensors[_logDecay], memory, default, sequences, queryLengths, shape);
        }

        return read;
    }

    /// <summary>Where the packed sequences of a call are. A call that fails leaves it to the collector.</summary>
    private PackedSequences Read(
        in AttentionShape shape, ReadOnlySpan<int> offsets, ReadOnlySpan<int> keyOffsets, ReadOnlySpan<int> queryLengths,
        ReadOnlySpan<int> keyLengths)
    {
        var sequences = Sequences.Rent();
        sequences.Read(
            shape, TKernel.Causal, TKernel.ComparesPositions, offsets, keyOffsets, queryLengths, keyLengths, PackedNames.OfForward);
        foreach (ref readonly var sequence in sequences.All)
        {
            ShapeChecks.CheckMostPositions(sequence.KeyEnd - sequence.FirstKey, TKernel.Limits, "options");
        }

        if (DegreeOfParallelism > 1 && shape.Batch > 1)
        {
            sequences.Order(ofPairs: TKernel.StateFloats == 0); // of the backward pass too: its kernels go through the same pairs
        }

        return sequences;
    }

    private void Return(PackedSequences? sequences, StateClock? clock)
    {
        if (sequences is not null)
        {
            Sequences.Return(sequences);
        }

        if (clock is not null)
        {
            _clocks.Return(clock);
        }
    }

    /// <summary>Holds all memory of a call still and runs its kernels.</summary>
    [SkipLocalsInit]
    private unsafe void Run(
        in CallTensors tensors, BackwardContext? context, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths,
        PackedSequences? sequences, StateClock? clock, in AttentionShape shape, PackedProjection packed, bool isBackward,
        BackwardOptions options)
    {
        fixed (float* t0 = tensors.T0, t1 = tensors.T1, t2 = tensors.T2, t3 = tensors.T3)
        fixed (float* logSumExp = context is null ? default : context.LogSumExpMemory)
        fixed (float* second = context is null ? default : context.SecondMemory)
        fixed (float* state = context is null ? default : context.StateMemory)
        fixed (int* keys = keyLengths, queries = queryLengths)
        {
            var starts = stackalloc float*[CallMemory.Slots]
            {
                t0, t1, t2, t3, null, null, null, null, null, null, null, null, logSumExp, second, state, null, null, null,
            };
            if (clock is not null)
            {
                starts[CallMemory.ClockSlot] = clock.Sums;
                starts[CallMemory.ClockRestSlot] = clock.Rests;
            }

            CallMemory memory = new()
            {
                Starts = starts,
                KeyLengths = keys,
                QueryLengths = queries,
                AddsGradients = options.Accumulate,
                State = isBackward ? null : state,
            };
            if (isBackward || _given.Length > 4 || !tensors.IsPacked || sequences is not null)
            {
                RunWithMore(tensors, memory, sequences, clock, shape, packed, isBackward);
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
        in CallTensors tensors, CallMemory memory, PackedSequences? sequences, StateClock? clock, in AttentionShape shape,
        PackedProjection packed, bool isBackward)
    {
        fixed (float* t4 = tensors.T4, t5 = tensors.T5, t6 = tensors.T6, t7 = tensors.T7, t8 = tensors.T8, t9 = tensors.T9,
            t10 = tensors.T10, t11 = tensors.T11)
        fixed (PackedSequence* all = sequences is null ? default : sequences.All)
        fixed (int* longestFirst = sequences is null ? default : sequences.LongestFirst)
        {
            var more = stackalloc float*[] { t4, t5, t6, t7, t8, t9, t10, t11 };
            for (var i = 0; i < 8; i++)
            {
                memory.Starts[4 + i] = more[i];
            }

            if (sequences is not null)
            {
                // Their lengths are in what was read and checked.
                memory.Sequences = all;
                memory.LongestFirst = longestFirst;
                memory.KeyLengths = memory.QueryLengths = null;
            }

            var strides = stackalloc TensorStrides[CallTensors.Most];
            if (!tensors.IsPacked)
            {
                for (var i = 0; i < CallTensors.Most; i++)
                {
                    strides[i] = tensors.StridesOf(i);
                }

                memory.Strides = strides;
            }

            if (!isBackward)
            {
                RunForward(memory, shape, packed);
                return;
            }

            var wantsDecay = clock is not null && _logDecayGradient >= 0 && memory.Starts[_logDecayGradient] is not null;
            if (wantsDecay)
            {
                memory.Starts[CallMemory.ClockGradientSlot] = clock!.Gradient;
            }

            RunBackward(memory, shape, packed);
            if (wantsDecay)
            {
                var gradient = memory.Of(_givenBackward[_logDecayGradient], _logDecayGradient, shape);
                clock!.WriteGradient(gradient, memory.AddsGradients, memory.Sequences, memory.QueryLengths, shape);
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

    /// <summary>A row of zeros, in place of what is read and missing; null where nothing can be.</summary>
    internal unsafe float* Zeros => _zeros is null ? null : _zeros.Pointer;

    private unsafe void RunBackward(in CallMemory memory, in AttentionShape shape, PackedProjection packed)
    {
        for (var pass = 0; pass < _gradientPasses.Length; pass++)
        {
            if (IsWanted(pass, memory))
            {
                _gradientPasses[pass].Run(memory, _slotsBackward[pass], Zeros, shape, DegreeOfParallelism, packed.OfPass(pass));
            }
        }

        if (!memory.AddsGradients && (memory.KeyLengths is not null || memory.QueryLengths is not null
            || memory.Sequences is not null))
        {
            ClearRest(memory, shape);
        }
    }

    /// <summary>Whether anyone wants what a kernel of the backward pass writes: the caller, or a kernel after it.</summary>
    private unsafe bool IsWanted(int pass, in CallMemory memory)
    {
        var operands = _gradientPasses[pass].Operands;
        for (var i = 0; i < operands.Length; i++)
        {
            if (operands[i].IsWritten && (operands[i].Source == OperandSource.Kept || memory.Starts[_slotsBackward[pass][i]] is not null))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Zeros in the gradients of what all sequences share, of a call without a sequence or a head.</summary>
    private unsafe void ClearShared(in CallTensors tensors, in AttentionShape shape)
    {
        for (var i = 0; i < _givenBackward.Length; i++)
        {
            var gradient = _givenBackward[i];
            if (gradient.Access == OperandAccess.Accumulate && gradient.IsSharedBySequences && gradient.HeadsOf(shape) > 0)
            {
                fixed (float* start = tensors[i])
                {
                    OperandMemory.Of(gradient, start, tensors.StridesOf(i), shape).Clear(gradient, null, shape);
                }
            }
        }
    }

    /// <summary>Zeros in the gradients of tokens that no kernel went to.</summary>
    private unsafe void ClearRest(in CallMemory memory, in AttentionShape shape)
    {
        for (var i = 0; i < _givenBackward.Length; i++)
        {
            var gradient = _givenBackward[i];

            // What heads share was all zeros before they added to it.
            if (gradient.Access != OperandAccess.Accumulate || gradient.IsTableGradient || gradient.Sharers(shape) > 1)
            {
                continue;
            }

            if (memory.Sequences is not null)
            {
                memory.Of(gradient, i, shape).ClearRest(gradient, memory.Sequences, TKernel.Causal, shape);
                continue;
            }

            var isOfKeys = gradient.Rows == OperandRows.Keys;
            if (isOfKeys && memory.KeyLengths is not null)
            {
                memory.Of(gradient, i, shape).Clear(gradient, memory.KeyLengths, shape);
            }

            // A causal kernel goes through the keys of the queries that count.
            if ((!isOfKeys || TKernel.Causal) && memory.QueryLengths is not null)
            {
                memory.Of(gradient, i, shape).Clear(gradient, memory.QueryLengths, shape);
            }
        }
    }
}
