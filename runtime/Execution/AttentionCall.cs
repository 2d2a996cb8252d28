namespace KernelGen.CompilerServices;

/// <summary>
/// One call while it runs: where its tensors are, how it is cut, and the scratch memory of its workers. Reused by later calls; all that
/// pointers point to is held still by <see cref="AttentionEngine{TKernel}.Forward"/>.
/// </summary>
/// <remarks>
/// Phase 1 computes whole heads and the states of the key spans of cut heads; phase 2 merges those states, in the order of the spans; phase 3
/// computes the query spans. A causal query span starts from the merged states of the spans before it, and brings its own copy up to its end.
/// Memory: [workers] scratch, [workers] state for whole heads, then for each cut head its states: not causal [key spans], of which the
/// first receives the merged one; causal [query spans] start states, then [key spans × pieces].
/// </remarks>
internal sealed unsafe class AttentionCall<TKernel> : TeamJob
    where TKernel : struct, IAttentionKernel
{
    private CallTensors _tensors;
    private float* _parameters;
    private AlignedBuffer? _memory;
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

    private static long StateStride => AlignedBuffer.Aligned(TKernel.StateFloats);

    /// <summary>The bytes that a call uses.</summary>
    public static long MemoryBytes(in AttentionShape shape, int degree)
    {
        SplitPlan plan = Plan(shape, degree);
        return MemoryFloats(plan, Workers(plan, degree)) * sizeof(float);
    }

    /// <summary>Computes all heads.</summary>
    public void Run(in CallTensors tensors, float* parameters, in AttentionShape shape, int degree)
    {
        _tensors = tensors;
        _parameters = parameters;
        _shape = shape;
        _plan = Plan(shape, degree);
        int workers = Workers(_plan, degree);
        ReserveMemory(workers);

        WorkerTeam team = WorkerTeam.Shared;
        bool together = team.TryEnter(workers);
        try
        {
            if (Stateless)
            {
                RunPhase(Phase.Stateless, _plan.Heads * _plan.QuerySpans);
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

    public override void Run(int unit, int worker)
    {
        float* scratch = _scratch + worker * ScratchStride;
        switch (_phase)
        {
            case Phase.Stateless:
                RunStateless(unit, scratch);
                break;
            case Phase.HeadsAndKeySpans when unit < _plan.WholeHeads:
                RunWholeHead(unit, _workerStates + worker * StateStride, scratch);
                break;
            case Phase.HeadsAndKeySpans:
                RunKeyPiece(unit - _plan.WholeHeads, scratch);
                break;
            case Phase.Merge:
                MergeStates(unit);
                break;
            case Phase.QuerySpans:
                RunQuerySpan(unit, scratch);
                break;
        }
    }

    private static SplitPlan Plan(in AttentionShape shape, int degree) =>
        SplitPlan.Create(
            TKernel.OutputsKeys ? shape with { QueryLength = shape.KeyLength, KeyLength = shape.QueryLength } : shape,
            degree, TKernel.TileRows, TKernel.Causal, Stateless);

    private static int Workers(in SplitPlan plan, int degree) => (int)Math.Max(1, Math.Min(Math.Min(degree, WorkerTeam.Shared.Size), plan.Width));

    private static long WorkerStates(in SplitPlan plan, int workers) => plan.WholeHeads == 0 ? 0 : workers;

    private static long MemoryFloats(in SplitPlan plan, int workers) =>
        workers * ScratchStride + (WorkerStates(plan, workers) + (long)plan.CutHeads * plan.StatesPerCutHead(TKernel.Causal)) * StateStride;

    private void ReserveMemory(int workers)
    {
        long floats = MemoryFloats(_plan, workers);
        if (_memory is null || _memory.Length < floats)
        {
            _memory?.Dispose();
            _memory = null; // in case there is not enough for the larger one
            _memory = new AlignedBuffer(floats);
        }

        _scratch = _memory.Pointer;
        _workerStates = _scratch + workers * ScratchStride;
        _cutStates = _workerStates + WorkerStates(_plan, workers) * StateStride;
    }

    private void RunStateless(int unit, float* scratch)
    {
        (int headIndex, int piece) = Math.DivRem(unit, _plan.QuerySpans);
        HeadTensors head = Head(headIndex);
        if (TKernel.Causal)
        {
            piece = _plan.QuerySpans - 1 - piece; // later queries see more keys: the long pieces first, so that the short ones fill the gaps
        }

        Output(head, piece, scratch, scratch);
    }

    private void RunWholeHead(int headIndex, float* state, float* scratch)
    {
        HeadTensors head = Head(headIndex);
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
            HeadTensors outputs = head with { StartsEmpty = TKernel.Causal, KeepsState = _tensors.State is not null };
            TKernel.Output(outputs, 0, OutputLength(head), ref *state, ref *scratch);
        }

        Export(headIndex, state);
    }

    /// <summary>Whether the kernel may take its way for few tokens: nobody wants the state.</summary>
    private bool IsShort(in HeadTensors head) =>
        _tensors.State is null && head.KeyLength > 0 && head.KeyLength <= TKernel.ShortTokens && head.QueryLength <= TKernel.ShortTokens;

    private void RunKeyPiece(int unit, float* scratch)
    {
        int pieces = _plan.PiecesPerSpan;
        (int cutHead, int piece) = Math.DivRem(unit, _plan.KeySpans * pieces);
        HeadTensors head = Head(_plan.WholeHeads + cutHead);
        int from, to;
        if (TKernel.Causal)
        {
            // Pieces end where query spans end, so the last span is left out of the deal.
            (int span, int part) = Math.DivRem(piece, pieces);
            int spanFrom = Boundary(OutputLength(head), span, _plan.QuerySpans);
            int spanLength = Boundary(OutputLength(head), span + 1, _plan.QuerySpans) - spanFrom;
            from = Math.Min(SummedLength(head), spanFrom + Boundary(spanLength, part, pieces));
            to = Math.Min(SummedLength(head), spanFrom + Boundary(spanLength, part + 1, pieces));
        }
        else
        {
            from = Boundary(SummedLength(head), piece, _plan.KeySpans);
            to = Boundary(SummedLength(head), piece + 1, _plan.KeySpans);
        }

        float* state = PieceState(cutHead, piece);
        Sum(head with { StartsEmpty = true, KeepsState = true }, from, to, state, scratch);
    }

    /// <summary>The state of the tokens [from, to) and no others.</summary>
    private static void Sum(in HeadTensors head, int from, int to, float* state, float* scratch)
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
            float* merged = CutHeadState(cutHead, 0);
            for (int span = 1; span < _plan.KeySpans; span++)
            {
                TKernel.Merge(ref *merged, ref *CutHeadState(cutHead, span));
            }

            Export(_plan.WholeHeads + cutHead, merged);
            return;
        }

        TKernel.InitState(ref *CutHeadState(cutHead, 0));
        for (int span = 0; span < _plan.KeySpans; span++)
        {
            float* next = CutHeadState(cutHead, span + 1);
            int firstPiece = span * _plan.PiecesPerSpan;
            int merged = 0;
            if (span == 0)
            {
                Copy(PieceState(cutHead, firstPiece), next); // rather than merging it into the state of no key
                merged = 1;
            }
            else
            {
                Copy(CutHeadState(cutHead, span), next);
            }

            for (int piece = merged; piece < _plan.PiecesPerSpan; piece++)
            {
                TKernel.Merge(ref *next, ref *PieceState(cutHead, firstPiece + piece));
            }
        }
    }

    private void RunQuerySpan(int unit, float* scratch)
    {
        (int cutHead, int span) = Math.DivRem(unit, _plan.QuerySpans);
        int headIndex = _plan.WholeHeads + cutHead;
        float* state = CutHeadState(cutHead, TKernel.Causal ? span : 0);
        bool isExported = TKernel.Causal && span == _plan.QuerySpans - 1 && _tensors.State is not null;
        Output(Head(headIndex) with { KeepsState = isExported }, span, state, scratch);
        if (isExported)
        {
            Export(headIndex, state);
        }
    }

    private void Output(in HeadTensors head, int span, float* state, float* scratch)
    {
        int from = Boundary(OutputLength(head), span, _plan.QuerySpans);
        int to = Boundary(OutputLength(head), span + 1, _plan.QuerySpans);
        if (from < to)
        {
            TKernel.Output(head, from, to, ref *state, ref *scratch);
        }
    }

    private void Export(int headIndex, float* state)
    {
        if (_tensors.State is not null)
        {
            int length = TKernel.ExportedStateFloats;
            TKernel.ExportState(ref *state, new Span<float>(_tensors.State + (long)headIndex * length, length));
        }
    }

    private float* CutHeadState(int cutHead, int state) =>
        _cutStates + ((long)cutHead * _plan.StatesPerCutHead(TKernel.Causal) + state) * StateStride;

    private float* PieceState(int cutHead, int piece) => CutHeadState(cutHead, TKernel.Causal ? _plan.QuerySpans + piece : piece);

    private static void Copy(float* from, float* to) =>
        new ReadOnlySpan<float>(from, TKernel.StateFloats).CopyTo(new Span<float>(to, TKernel.StateFloats));

    /// <summary>The tokens that the state sums over.</summary>
    private static int SummedLength(in HeadTensors head) => TKernel.OutputsKeys ? head.QueryLength : head.KeyLength;

    /// <summary>The tokens that have outputs: of a causal kernel all, since it walks queries and keys together.</summary>
    private static int OutputLength(in HeadTensors head) => TKernel.OutputsKeys && !TKernel.Causal ? head.KeyLength : head.QueryLength;

    private static int Boundary(int length, int part, int parts) => SplitPlan.Boundary(length, part, parts, TKernel.TileRows);

    private HeadTensors Head(int index)
    {
        (int batch, int head) = Math.DivRem(index, _shape.Heads);
        bool headsOuter = _shape.Layout == TensorLayout.BatchHeadLengthDim;
        nint tokenStep = headsOuter ? 1 : _shape.Heads; // tokens of one head are so many tokens apart
        nint firstQuery = headsOuter ? (nint)index * _shape.QueryLength : (nint)batch * _shape.QueryLength * _shape.Heads + head;
        nint firstKey = headsOuter ? (nint)index * _shape.KeyLength : (nint)batch * _shape.KeyLength * _shape.Heads + head;
        GradientTensors gradients = _tensors.Gradients;
        return new HeadTensors(
            _tensors.Query + firstQuery * TKernel.HeadDim,
            _tensors.Key + firstKey * TKernel.HeadDim,
            _tensors.Value + firstKey * TKernel.ValueDim,
            _tensors.Destination + firstQuery * TKernel.ValueDim,
            _tensors.LogSumExp is null ? null : _tensors.LogSumExp + (nint)index * _shape.QueryLength,
            _parameters,
            tokenStep * TKernel.HeadDim,
            tokenStep * TKernel.HeadDim,
            tokenStep * TKernel.ValueDim,
            tokenStep * TKernel.ValueDim,
            _shape.QueryLength,
            _tensors.KeyLengths is null
                ? _shape.KeyLength
                : Math.Clamp(_tensors.KeyLengths[batch], 0, _shape.KeyLength)) // another thread may have changed it since it was checked
        {
            LogSumExpRests = _tensors.LogSumExpRest is null ? null : _tensors.LogSumExpRest + (nint)index * _shape.QueryLength,
            Gradients = !gradients.IsSet ? default : new GradientTensors
            {
                IsSet = true,
                Output = gradients.Output + firstQuery * TKernel.ValueDim,
                Query = gradients.Query + firstQuery * TKernel.HeadDim,
                Key = gradients.Key + firstKey * TKernel.HeadDim,
                Value = gradients.Value + firstKey * TKernel.ValueDim,
                Reciprocal = gradients.Reciprocal is null ? null : gradients.Reciprocal + (nint)index * _shape.QueryLength,
                KeptState = gradients.KeptState is null ? null : gradients.KeptState + (nint)index * _tensors.KeptStateLength,
                Adds = gradients.Adds,
            },
        };
    }
}
