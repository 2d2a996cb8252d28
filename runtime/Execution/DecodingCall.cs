namespace KernelGen.CompilerServices;

/// <summary>
/// One step or prefill while it runs: a unit is a stream. Reused by later calls; all that pointers point to is held still by
/// <see cref="DecodingState{TKernel}"/>.
/// </summary>
internal sealed unsafe class DecodingCall<TKernel> : TeamJob
    where TKernel : struct, IDecodingKernel
{
    // A step takes a few microseconds and waking a team one, so each worker needs some to do.
    private const int LeastStreamsPerWorker = 2;

    public float* Query, Key, Value, Destination, Parameters;

    private AlignedBuffer? _scratch;
    private DecodingState<TKernel>? _state;
    private int _length;
    private bool _isPrefill;

    // What kernels work in, and then the places of their operands.
    private static long WorkFloats => AlignedBuffer.Aligned(Math.Max(TKernel.ScratchFloats, TKernel.StepScratchFloats));

    private static long ScratchStride => WorkFloats + AlignedBuffer.Aligned(HeadOperands.Most * sizeof(OperandPlace) / sizeof(float));

    /// <summary>Runs all streams of a state; the tensor fields are set.</summary>
    public void Run(DecodingState<TKernel> state, int length, bool isPrefill, int degree)
    {
        (_state, _length, _isPrefill) = (state, length, isPrefill);
        var least = isPrefill ? 1 : LeastStreamsPerWorker;
        var workers = Math.Max(1, Math.Min(Math.Min(degree, WorkerTeam.Shared.Size), state.Streams / least));
        if (_scratch is null || _scratch.Length < workers * ScratchStride)
        {
            _scratch?.Dispose();
            _scratch = null; // in case there is not enough for the larger one
            _scratch = new AlignedBuffer(workers * ScratchStride);
            for (var worker = 0; worker < workers; worker++)
            {
                KernelOperands<TKernel>.Prepare(PlacesIn(_scratch.Pointer + worker * ScratchStride));
            }
        }

        try
        {
            var team = WorkerTeam.Shared;
            if (!team.TryEnter(workers))
            {
                WorkerTeam.RunAlone(this, state.Streams);
                return;
            }

            try
            {
                team.Run(this, state.Streams, workers);
            }
            finally
            {
                team.Exit();
            }
        }
        finally
        {
            _state = null;
        }
    }

    public override void Run(int unit, int worker)
    {
        var scratch = _scratch!.Pointer + worker * ScratchStride;
        var places = PlacesIn(scratch);
        if (_isPrefill)
        {
            Prefill(unit, places, scratch);
        }
        else
        {
            _state!.Count(unit) = Step(unit, unit, _state.Count(unit), places, scratch);
        }
    }

    private static OperandPlace* PlacesIn(float* scratch) => (OperandPlace*)(scratch + WorkFloats);

    private HeadOperands Head(nint firstToken, int tokens, OperandPlace* places) => KernelOperands<TKernel>.Head(
        places, Query + firstToken * TKernel.HeadDim, Key + firstToken * TKernel.HeadDim, Value + firstToken * TKernel.ValueDim,
        Destination + firstToken * TKernel.ValueDim, logSumExp: null, Parameters, tokens, tokens);

    private int Step(int stream, nint token, int count, OperandPlace* places, float* scratch)
    {
        var head = Head(token, 1, places);
        return TKernel.Step(head, count, ref *_state!.StateOf(stream), ref *_state.RowsOf(stream), ref *scratch);
    }

    private void Prefill(int stream, OperandPlace* places, float* scratch)
    {
        ref var count = ref _state!.Count(stream);
        var first = (nint)stream * _length;
        var head = Head(first, _length, places) with { KeepsState = true };
        ref var state = ref *_state.StateOf(stream);
        ref var rows = ref *_state.RowsOf(stream);
        if (TKernel.BlockRows > 0)
        {
            if (count > 0)
            {
                TKernel.CloseBlock(count, ref state, ref rows, ref *scratch);
                count = 0;
            }

            if (Destination is null)
            {
                TKernel.Accumulate(head, 0, _length, ref state, ref *scratch);
            }
            else
            {
                TKernel.Output(head, 0, _length, ref state, ref *scratch);
            }

            return;
        }

        if (Destination is not null && count > 0)
        {
            // The kernel of whole sequences counts queries from the first key, so it cannot go on from some.
            for (var token = 0; token < _length; token++)
            {
                count = Step(stream, first + token, count, places, scratch);
            }

            return;
        }

        TKernel.Keep(head, _length, ref *(_state.RowsOf(stream) + (nint)count * TKernel.RowFloats));
        count += _length;
        if (Destination is not null)
        {
            TKernel.Output(head, 0, _length, ref *scratch, ref *scratch);
        }
    }
}
