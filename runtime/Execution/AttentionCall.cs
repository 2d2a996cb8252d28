using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// One call while it runs: where its tensors are, how it is cut, and the scratch memory of its workers. Reused by later calls; all that
/// pointers point to is held still by <see cref="AttentionEngine{TKernel}.Forward"/>.
/// </summary>
/// <remarks>
/// Phase 1 computes whole heads and the states of the key spans of cut heads; phase 2 merges those states, in the order of the spans; phase
/// 3 computes the query spans. A causal query span starts from the merged states of the spans before it, and brings its own copy up to its
/// end. Memory: [workers] scratch and a spare row, [workers] state for whole heads, then for each cut head its states: not causal [key
/// spans], of which the first receives the merged one; causal [query spans] start states, then [key spans × pieces].
/// </remarks>
internal sealed unsafe class AttentionCall<TKernel> : TeamJob
    where TKernel : struct, IAttentionKernel
{
    private readonly OperandMemory[] _operands = new OperandMemory[KernelOperands<TKernel>.Count];

    // The shape that strides were last found for, which the next call often has too.
    private AttentionShape _shapeOfStrides;
    private bool _hasStrides;
    private CallMemory _call;
    private AlignedBuffer? _memory;

    // Of tables that heads add to, those of one head after the other.
    private AlignedBuffer? _sums;

    // The query heads that run side by side: the first, and how far apart they are.
    private int _firstHead, _headStep = 1;
    private AttentionShape _shape;
    private SplitPlan _plan;
    private Phase _phase;
    private float* _scratch, _workerStates, _cutStates;

    private enum Phase
    {
        HeadsAndKeySpans,
        Merge,
        QuerySpans,
        Stateless,
    }

    private static bool Stateless => TKernel.StateFloats == 0;

    private static long ScratchStride => AlignedBuffer.Aligned(TKernel.ScratchFloats);

    /// <summary>A row that takes what nobody wants of each gradient.</summary>
    private static long SpareStride { get; } = AlignedBuffer.Aligned(KernelOperands<TKernel>.All.ToArray()
        .Where(operand => operand is { Access: OperandAccess.Accumulate, IsTableGradient: false }).Select(operand => operand.Columns)
        .DefaultIfEmpty().Max());

    private static long WorkerStride => ScratchStride + SpareStride;

    private static long StateStride => AlignedBuffer.Aligned(TKernel.StateFloats);

    /// <summary>The bytes that a call uses; of packed sequences those of equal ones.</summary>
    public static long MemoryBytes(in AttentionShape shape, int degree)
    {
        var heads = HeadsAtOnce(shape);
        var plan = Plan(
            shape.PacksSequences && shape.Batch > 0
                ? heads with { QueryLength = shape.QueryLength / shape.Batch, KeyLength = shape.KeyLength / shape.Batch }
                : heads,
            degree);
        return (MemoryFloats(plan, Workers(plan, degree)) + SumsFloats(shape)) * sizeof(float);
    }

    private static bool AddsToTables => KernelOperands<TKernel>.TableGradients.Count > 0;

    /// <summary>The floats that the sums of tables are for all heads.</summary>
    private static long SumsFloats(in AttentionShape shape) =>
        (long)shape.Batch * shape.Heads * KernelOperands<TKernel>.TableFloatsOfHead;

    /// <summary>Computes all heads.</summary>
    /// <param name="memory">Where all is that the call is handed.</param>
    /// <param name="slots">The slot of each operand of the kernel.</param>
    /// <param name="parameters">As the kernel packed them.</param>
    /// <param name="zeros">A row of zeros, in place of what is read and missing; null where nothing can be.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="degree">The threads that it may use.</param>
    public void Run(in CallMemory memory, ReadOnlySpan<int> slots, float* parameters, float* zeros, in AttentionShape shape, int degree)
    {
        _call = memory;
        if (memory.Strides is not null || !_hasStrides || !_shapeOfStrides.Equals(shape))
        {
            FindStrides(memory, slots, shape);
        }

        for (var i = 0; i < slots.Length; i++)
        {
            _operands[i].Start = slots[i] == CallMemory.ParametersSlot ? parameters : memory.Starts[slots[i]];
        }

        if (KernelOperands<TKernel>.ReadsMissing)
        {
            ReadZeros(zeros);
        }

        (_firstHead, _headStep) = (0, 1);
        if (AddsToTables)
        {
            RunAndAddUp(shape, degree);
        }
        else if (!KernelOperands<TKernel>.WritesPositions
            && (KernelOperands<TKernel>.WrittenBy == OperandSharing.None || HeadsAtOnce(shape) == shape))
        {
            Run(shape, degree);
        }
        else
        {
            RunThoseThatShare(shape, degree);
        }
    }

    private void FindStrides(in CallMemory memory, ReadOnlySpan<int> slots, in AttentionShape shape)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            _operands[i] = slots[i] == CallMemory.ParametersSlot
                ? new OperandMemory { QueryHeads = 1 }
                : memory.Of(KernelOperands<TKernel>.All[i], slots[i], shape);
        }

        _shapeOfStrides = shape;
        _hasStrides = memory.Strides is null;
    }

    /// <summary>Puts a row of zeros in the place of every row of what is read and missing.</summary>
    private void ReadZeros(float* zeros)
    {
        for (var i = 0; i < _operands.Length; i++)
        {
            if (_operands[i].Start is null && KernelOperands<TKernel>.All[i] is { IsOptional: true, Access: OperandAccess.Read })
            {
                _operands[i] = new OperandMemory { Start = zeros, QueryHeads = 1 };
                _hasStrides = false;
            }
        }
    }

    /// <summary>
    /// Computes heads that add to tables: each, whole, to sums of its own. Then these are added up in the order of the heads, so that the
    /// result is the same for any number of threads.
    /// </summary>
    private void RunAndAddUp(in AttentionShape shape, int degree)
    {
        var floats = SumsFloats(shape);
        if (_sums is null || _sums.Length < floats)
        {
            _sums?.Dispose();
            _sums = null; // in case there is not enough for the larger one
            _sums = new AlignedBuffer(floats);
        }

        var clear = _sums.Pointer;
        for (long done = 0; done < floats; done += int.MaxValue)
        {
            new Span<float>(clear + done, (int)Math.Min(int.MaxValue, floats - done)).Clear();
        }

        Run(shape, degree);
        foreach (var (index, before) in KernelOperands<TKernel>.TableGradients)
        {
            var gradient = _operands[index].Start;
            for (var number = 0; gradient is not null && number < KernelOperands<TKernel>.All[index].Columns; number++)
            {
                var sum = 0d;
                for (long head = 0; head < (long)shape.Batch * shape.Heads; head++)
                {
                    sum += ((double*)(_sums.Pointer + head * KernelOperands<TKernel>.TableFloatsOfHead + before))[number];
                }

                gradient[number] = (float)(_call.AddsGradients ? gradient[number] + sum : sum);
            }
        }
    }

    /// <summary>Computes heads that write the same memory one after the other, those that do not side by side.</summary>
    private void RunThoseThatShare(in AttentionShape shape, int degree)
    {
        var atOnce = HeadsAtOnce(shape);
        if (atOnce.Batch < shape.Batch)
        {
            _call.LongestFirst = null; // they come one by one
        }

        if (!_call.AddsGradients)
        {
            ClearGradients(shape);
            _call.AddsGradients = true;
        }

        _hasStrides = false;
        Span<OperandMemory> all = stackalloc OperandMemory[_operands.Length];
        _operands.CopyTo(all);
        for (var batch = 0; batch < shape.Batch; batch += atOnce.Batch)
        {
            var step = shape.Heads / atOnce.Heads;
            for (var head = 0; head < step; head++)
            {
                for (var i = 0; i < all.Length; i++)
                {
                    _operands[i] = all[i].From(batch, head, step);
                }

                (_firstHead, _headStep) = (head, step);
                Run(atOnce, degree);
            }

            _call.KeyLengths += _call.KeyLengths is null ? 0 : atOnce.Batch;
            _call.QueryLengths += _call.QueryLengths is null ? 0 : atOnce.Batch;
            _call.Sequences += _call.Sequences is null ? 0 : atOnce.Batch;
        }
    }

    /// <summary>Computes heads, none of which writes what another writes.</summary>
    private void Run(in AttentionShape shape, int degree)
    {
        _shape = shape;
        _plan = AddsToTables ? SplitPlan.Whole(shape.Batch * shape.Heads)
            : _call.Sequences is null ? Plan(shape, degree)
            : PlanPacked(shape, degree);
        var workers = Workers(_plan, degree);
        ReserveMemory(workers);

        var team = WorkerTeam.Shared;
        var together = team.TryEnter(workers);
        try
        {
            if (Stateless)
            {
                RunPhase(Phase.Stateless, _plan.CutHeads * _plan.QuerySpans + _plan.WholeHeads);
                return;
            }

            RunPhase(Phase.HeadsAndKeySpans, _plan.WholeHeads + _plan.CutHeads * _plan.KeySpans * _plan.PiecesPerSpan);
            RunPhase(Phase.Merge, _plan.CutHeads);
            RunPhase(Phase.QuerySpans, _plan.CutHeads * _plan.QuerySpans);
        }
        finally
        {
            if (together)
            {
                team.Exit();
            }
        }

        void RunPhase(Phase phase, int unitCount)
        {
            _phase = phase;
            if (together)
            {
                team.Run(this, unitCount, workers);
            }
            else
            {
                WorkerTeam.RunAlone(this, unitCount);
            }
        }
    }

    [SkipLocalsInit]
    public override void Run(int unit, int worker)
    {
        var places = stackalloc OperandPlace[HeadOperands.Most];
        var scratch = _scratch + worker * WorkerStride;
        switch (_phase)
        {
            case Phase.Stateless:
                RunStateless(unit, places, scratch);
                break;
            case Phase.HeadsAndKeySpans when unit < _plan.WholeHeads:
                RunWholeHead(unit, places, _workerStates + worker * StateStride, scratch);
                break;
            case Phase.HeadsAndKeySpans:
                RunKeyPiece(unit - _plan.WholeHeads, places, scratch);
                break;
            case Phase.Merge:
                MergeStates(unit);
                break;
            case Phase.QuerySpans:
                RunQuerySpan(unit, places, scratch);
                break;
        }
    }

    private static SplitPlan Plan(in AttentionShape shape, int degree) =>
        SplitPlan.Create(
            TKernel.OutputPositions > 0 ? shape with { QueryLength = TKernel.OutputPositions }
                : TKernel.OutputsKeys ? shape with { QueryLength = shape.KeyLength, KeyLength = shape.QueryLength }
                : shape,
            degree, TKernel.TileRows, TKernel.Causal, Stateless);

    private SplitPlan PlanPacked(in AttentionShape shape, int degree) => SplitPlan.CreatePacked(
        _call.Sequences, _call.LongestFirst, shape, degree, TKernel.TileRows, TKernel.Causal, Stateless, TKernel.OutputsKeys);

    /// <summary>The head that has a place in the plan: of packed sequences the longest are cut.</summary>
    private int HeadAt(int place) => _call.LongestFirst is null ? place : OrderedHeadAt(place);

    private int OrderedHeadAt(int place)
    {
        var (sequence, head) = Math.DivRem(
            place < _plan.WholeHeads ? _plan.CutHeads + place : place - _plan.WholeHeads, _shape.Heads);
        return _call.LongestFirst[sequence] * _shape.Heads + head;
    }

    /// <summary>The heads of a call that can run side by side, since none writes what another writes.</summary>
    private static AttentionShape HeadsAtOnce(in AttentionShape shape) =>
        SharedHeads.AtOnce(shape, KernelOperands<TKernel>.WrittenBy);

    private void ClearGradients(in AttentionShape shape)
    {
        for (var i = 0; i < _operands.Length; i++)
        {
            if (KernelOperands<TKernel>.All[i] is { Access: OperandAccess.Accumulate } gradient)
            {
                _operands[i].Clear(gradient, null, shape);
            }
        }
    }

    private static int Workers(in SplitPlan plan, int degree) =>
        (int)Math.Max(1, Math.Min(Math.Min(degree, WorkerTeam.Shared.Size), plan.Width));

    private static long WorkerStates(in SplitPlan plan, int workers) => plan.WholeHeads == 0 ? 0 : workers;

    private static long MemoryFloats(in SplitPlan plan, int workers) =>
        workers * WorkerStride + (WorkerStates(plan, workers) + (long)plan.CutHeads * plan.StatesPerCutHead(TKernel.Causal)) * StateStride;

    private void ReserveMemory(int workers)
    {
        var floats = MemoryFloats(_plan, workers);
        if (_memory is null || _memory.Length < floats)
        {
            _memory?.Dispose();
            _memory = null; // in case there is not enough for the larger one
            _memory = new AlignedBuffer(floats);
        }

        _scratch = _memory.Pointer;
        _workerStates = _scratch + workers * WorkerStride;
        _cutStates = _workerStates + WorkerStates(_plan, workers) * StateStride;
    }

    private void RunStateless(int unit, OperandPlace* places, float* scratch)
    {
        var pieces = _plan.CutHeads * _plan.QuerySpans;
        if (unit >= pieces)
        {
            var whole = Head(HeadAt(unit - pieces), places, scratch);
            if (OutputLength(whole) > 0)
            {
                TKernel.Output(whole, 0, OutputLength(whole), ref *scratch, ref *scratch);
            }

            return;
        }

        var (cutHead, piece) = Math.DivRem(unit, _plan.QuerySpans);
        var head = Head(HeadAt(_plan.WholeHeads + cutHead), places, scratch);
        if (TKernel.ComparesPositions && !TKernel.OutputsKeys)
        {
            // later queries may see more keys: the long pieces first, so that the short ones fill the gaps
            piece = _plan.QuerySpans - 1 - piece;
        }

        Output(head, piece, scratch, scratch);
    }

    private void RunWholeHead(int place, OperandPlace* places, float* state, float* scratch)
    {
        var headIndex = HeadAt(place);
        var head = Head(headIndex, places, scratch);
        head = head with { IsShort = IsShort(head) };
        if (!TKernel.Causal)
        {
            Sum(head with { StartsEmpty = true }, 0, SummedLength(head), state, scratch);
        }
        else if (OutputLength(head) == 0)
        {
            TKernel.InitState(ref *state);
        }

        if (OutputLength(head) > 0)
        {
            var outputs = head with { StartsEmpty = TKernel.Causal, KeepsState = _call.State is not null };
            TKernel.Output(outputs, 0, OutputLength(head), ref *state, ref *scratch);
        }

        Export(headIndex, state);
    }

    /// <summary>Whether the kernel may take its way for few tokens: nobody wants the state.</summary>
    private bool IsShort(in HeadOperands head) =>
        _call.State is null && head.KeyLength > 0 && head.KeyLength <= TKernel.ShortTokens && head.QueryLength <= TKernel.ShortTokens;

    private void RunKeyPiece(int unit, OperandPlace* places, float* scratch)
    {
        var pieces = _plan.PiecesPerSpan;
        var (cutHead, piece) = Math.DivRem(unit, _plan.KeySpans * pieces);
        var head = Head(HeadAt(_plan.WholeHeads + cutHead), places, scratch);
        int from, to;
        if (TKernel.Causal)
        {
            // Pieces end where query spans end, so the last span is left out of the deal.
            var (span, part) = Math.DivRem(piece, pieces);
            var spanFrom = Boundary(OutputLength(head), span, _plan.QuerySpans);
            var spanLength = Boundary(OutputLength(head), span + 1, _plan.QuerySpans) - spanFrom;
            from = Math.Min(SummedLength(head), spanFrom + Boundary(spanLength, part, pieces));
            to = Math.Min(SummedLength(head), spanFrom + Boundary(spanLength, part + 1, pieces));
        }
        else
        {
            from = Boundary(SummedLength(head), piece, _plan.KeySpans);
            to = Boundary(SummedLength(head), piece + 1, _plan.KeySpans);
        }

        var state = PieceState(cutHead, piece);
        Sum(head with { StartsEmpty = true, KeepsState = true }, from, to, state, scratch);
    }

    /// <summary>The state of the tokens [from, to) and no others.</summary>
    private static void Sum(in HeadOperands head, int from, int to, float* state, float* scratch)
    {
        if (from < to)
        {
            TKernel.Accumulate(head, from, to, ref *state, ref *scratch);
        }
        else
        {
            TKernel.InitState(ref *state);
        }
    }

    private void MergeStates(int cutHead)
    {
        if (!TKernel.Causal)
        {
            var merged = CutHeadState(cutHead, 0);
            for (var span = 1; span < _plan.KeySpans; span++)
            {
                TKernel.Merge(ref *merged, ref *CutHeadState(cutHead, span));
            }

            Export(HeadAt(_plan.WholeHeads + cutHead), merged);
            return;
        }

        TKernel.InitState(ref *CutHeadState(cutHead, 0));
        for (var span = 0; span < _plan.KeySpans; span++)
        {
            var next = CutHeadState(cutHead, span + 1);
            var firstPiece = span * _plan.PiecesPerSpan;
            var merged = 0;
            if (span == 0)
            {
                Copy(PieceState(cutHead, firstPiece), next); // rather than merging it into the state of no key
                merged = 1;
            }
            else
            {
                Copy(CutHeadState(cutHead, span), next);
            }

            for (var piece = merged; piece < _plan.PiecesPerSpan; piece++)
            {
                TKernel.Merge(ref *next, ref *PieceState(cutHead, firstPiece + piece));
            }
        }
    }

    private void RunQuerySpan(int unit, OperandPlace* places, float* scratch)
    {
        var (cutHead, span) = Math.DivRem(unit, _plan.QuerySpans);
        var headIndex = HeadAt(_plan.WholeHeads + cutHead);
        var state = CutHeadState(cutHead, TKernel.Causal ? span : 0);
        var isExported = TKernel.Causal && span == _plan.QuerySpans - 1 && _call.State is not null;
        Output(Head(headIndex, places, scratch) with { KeepsState = isExported }, span, state, scratch);
        if (isExported)
        {
            Export(headIndex, state);
        }
    }

    private void Output(in HeadOperands head, int span, float* state, float* scratch)
    {
        var from = Boundary(OutputLength(head), span, _plan.QuerySpans);
        var to = Boundary(OutputLength(head), span + 1, _plan.QuerySpans);
        if (from < to)
        {
            TKernel.Output(head, from, to, ref *state, ref *scratch);
        }
    }

    private void Export(int headIndex, float* state)
    {
        if (_call.State is not null)
        {
            var length = TKernel.ExportedStateFloats;
            TKernel.ExportState(ref *state, new Span<float>(_call.State + (long)headIndex * length, length));
        }
    }

    private float* CutHeadState(int cutHead, int state) =>
        _cutStates + ((long)cutHead * _plan.StatesPerCutHead(TKernel.Causal) + state) * StateStride;

    private float* PieceState(int cutHead, int piece) => CutHeadState(cutHead, TKernel.Causal ? _plan.QuerySpans + piece : piece);

    private static void Copy(float* from, float* to) =>
        new ReadOnlySpan<float>(from, TKernel.StateFloats).CopyTo(new Span<float>(to, TKernel.StateFloats));

    /// <summary>The tokens that the state sums over.</summary>
    private static int SummedLength(in HeadOperands head) => TKernel.OutputsKeys ? head.QueryLength : head.KeyLength;

    /// <summary>The tokens that have outputs: of a causal kernel all, since it walks queries and keys together.</summary>
    private static int OutputLength(in HeadOperands head) =>
        TKernel.OutputPositions > 0 ? TKernel.OutputPositions
        : TKernel.OutputsKeys && !TKernel.Causal ? head.KeyLength
        : head.QueryLength;

    private static int Boundary(int length, int part, int parts) => SplitPlan.Boundary(length, part, parts, TKernel.TileRows);

    /// <summary>One head of the call.</summary>
    /// <param name="index">Of all heads of all sequences.</param>
    /// <param name="places">Takes the places of its operands.</param>
    /// <param name="scratch">Of the worker, with its spare row behind it.</param>
    private HeadOperands Head(int index, OperandPlace* places, float* scratch)
    {
        var (batch, head) = Math.DivRem(index, _shape.Heads);
        for (var i = 0; i < _operands.Length; i++)
        {
            places[i] = _operands[i].Of(batch, head);
        }

        var queries = Length(_call.QueryLengths, batch, _shape.QueryLength);
        var keys = Length(_call.KeyLengths, batch, _shape.KeyLength);

        // Lengths that were changed since they were checked put no query before all keys.
        var first = _shape.KeyLength - _shape.QueryLength;
        if (first != 0 && _call.QueryLengths is not null && _call.KeyLengths is not null)
        {
            first = Math.Max(0, keys - queries);
        }

        if (_call.Sequences is not null)
        {
            ref var sequence = ref _call.Sequences[batch];
            MoveTo(sequence, places);
            (queries, keys, first) = (sequence.Queries, sequence.Keys, sequence.FirstPosition);
        }

        if (SpareStride > 0)
        {
            ThrowAway(places, scratch + ScratchStride);
        }

        foreach (var (table, before) in KernelOperands<TKernel>.TableGradients)
        {
            places[table].Start = _sums!.Pointer + index * KernelOperands<TKernel>.TableFloatsOfHead + before;
        }

        return new HeadOperands(places, queries, keys)
        {
            AddsGradients = _call.AddsGradients,
            FirstPosition = first,
            Head = _firstHead + (head * _headStep),
        };
    }

    /// <summary>
    /// Moves the places of a head from the first of all tokens to the first of a sequence. What all sequences share has rows for their
    /// positions.
    /// </summary>
    private static void MoveTo(in PackedSequence sequence, OperandPlace* places)
    {
        for (var i = 0; i < KernelOperands<TKernel>.Count; i++)
        {
            var operand = KernelOperands<TKernel>.All[i];
            if (operand.Rows != OperandRows.None && !operand.IsSharedBySequences && places[i].Start is not null)
            {
                places[i].Start += (operand.Rows == OperandRows.Queries ? sequence.FirstQuery : sequence.FirstKey) * places[i].Stride;
            }
        }
    }

    /// <summary>Puts one row in the place of every row of the gradients that are missing.</summary>
    private static void ThrowAway(OperandPlace* places, float* row)
    {
        for (var i = 0; i < KernelOperands<TKernel>.Count; i++)
        {
            if (places[i].Start is null && KernelOperands<TKernel>.All[i] is { Access: OperandAccess.Accumulate, IsOptional: false })
            {
                places[i] = new OperandPlace { Start = row, Stride = 0 };
            }
        }
    }

    /// <summary>The tokens of a sequence that count. Another thread may have changed their number since it was checked.</summary>
    private static int Length(int* lengths, int batch, int all) => lengths is null ? all : Math.Clamp(lengths[batch], 0, all);
}
