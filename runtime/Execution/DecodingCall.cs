using System.Runtime.CompilerServices;

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

    private OperandMemory _query, _key, _value, _destination;
    private readonly OperandMemory[] _others = new OperandMemory[KernelOperands<TKernel>.Others.Length];
    private float* _parameters;
    private AlignedBuffer? _scratch;
    private DecodingState<TKernel>? _state;
    private int _first;
    private bool _isPrefill;

    // Of each stream its clock after each token that it takes, then what those have lost as floats; and its clock after all.
    private AlignedBuffer? _clocks;
    private double[] _clocksAfter = [];

    // The shape that strides were last found for, which the next call often has too.
    private AttentionShape _shape;
    private bool _hasStrides;

    // What kernels work in, and then the places of their operands.
    private static long WorkFloats => AlignedBuffer.Aligned(Math.Max(TKernel.ScratchFloats, TKernel.StepScratchFloats));

    private static long ScratchStride => WorkFloats + AlignedBuffer.Aligned(HeadOperands.Most * sizeof(OperandPlace) / sizeof(float));

    /// <summary>Sets where the tensors are, packed as the shape says; null: missing.</summary>
    /// <param name="query">The queries.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="destination">The outputs.</param>
    /// <param name="others">What else the kernel is handed, <see cref="OtherOperand.Most"/> of them at most.</param>
    /// <param name="parameters">As the kernel packed them.</param>
    /// <param name="zeros">A row of zeros, in place of what is read and missing; null where nothing can be.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="ofHeads">Those of the heads of one sequence, for tensors that have rows for positions.</param>
    /// <param name="isPrefill">Whether it is of whole sequences.</param>
    public void Place(
        float* query, float* key, float* value, float* destination, float** others, float* parameters, float* zeros,
        in AttentionShape shape, in AttentionShape ofHeads, bool isPrefill)
    {
        for (var i = 0; i < KernelOperands<TKernel>.Others.Length; i++)
        {
            var other = KernelOperands<TKernel>.Others[i];
            _others[i] = others[i] is not null
                ? OperandMemory.Of(
                    isPrefill ? other.Operand : other.OfStep, others[i], default, other.IsOfHeads ? ofHeads : shape)
                : new OperandMemory { Start = zeros, QueryHeads = 1 };
        }

        if (!_hasStrides || !_shape.Equals(shape))
        {
            _query = OperandMemory.Of(KernelOperands<TKernel>.Query, null, default, shape);
            _key = OperandMemory.Of(KernelOperands<TKernel>.Key, null, default, shape);
            _value = OperandMemory.Of(KernelOperands<TKernel>.Value, null, default, shape);
            _destination = OperandMemory.Of(KernelOperands<TKernel>.Output, null, default, shape);
            (_shape, _hasStrides) = (shape, true);
        }

        _query.Start = query;
        _key.Start = key;
        _value.Start = value;
        _destination.Start = destination;
        _parameters = parameters;
    }

    /// <summary>Moves the clocks of streams on, past the tokens that they take.</summary>
    /// <param name="streams">That are heads of the tensors, which <see cref="Place"/> has been told of.</param>
    /// <param name="others">
    /// As for <see cref="Place"/>: what fades is among them, [batch, heads, tokens] as the shape says, unless each head has a constant.
    /// </param>
    /// <exception cref="ArgumentException">A factor would be above 1.</exception>
    public void ReadClocks(ReadOnlySpan<DecodingStream> streams, float** others)
    {
        var clock = KernelOperands<TKernel>.Clock!;
        var floats = 2L * streams.Length * _shape.QueryLength;
        if (_clocks is null || _clocks.Length < floats)
        {
            _clocks?.Dispose();
            _clocks = null;
            _clocks = new AlignedBuffer(floats);
        }

        if (_clocksAfter.Length < streams.Length)
        {
            _clocksAfter = new double[streams.Length];
        }

        var decays = DecayPlace < 0 ? default
            : OperandMemory.Of(KernelOperands<TKernel>.Others[DecayPlace].Operand, others[DecayPlace], default, _shape);
        for (var i = 0; i < streams.Length; i++)
        {
            ref readonly var stream = ref streams[i];
            var (batch, head) = Math.DivRem(i, _shape.Heads);
            var place = decays.Of(batch, head, stream.FirstToken);
            var sums = ClockOf(i);
            var sum = stream.Clock;
            for (var token = 0; token < stream.Tokens; token++)
            {
                var log = clock.SumOfConstants is { } constants ? constants[stream.Head] : place.Start[token * place.Stride];
                StateClock.Check(log, batch, head, token);
                sum += StateClock.Step(log);
                (sums[token], sums[_shape.QueryLength + token]) = StateClock.Split(sum);
            }

            _clocksAfter[i] = sum;
        }
    }

    // What tokens say of the fading of the state; −1 where each head has a constant.
    private static int DecayPlace { get; } =
        Array.FindIndex(KernelOperands<TKernel>.Others, other => other.Operand.Name == KernelOperands<TKernel>.Clock?.SumOf);

    private float* ClockOf(int unit) => _clocks!.Pointer + (2L * unit * _shape.QueryLength);

    /// <summary>Runs streams of a state, which says how many tokens each takes.</summary>
    /// <param name="state">The state.</param>
    /// <param name="first">The stream that is the first head of the tensors.</param>
    /// <param name="streams">The streams that are heads of the tensors.</param>
    /// <param name="taking">Those that take any token.</param>
    /// <param name="isPrefill">Whether the kernel of whole sequences runs.</param>
    /// <param name="degree">The threads that it may use.</param>
    public void Run(DecodingState<TKernel> state, int first, int streams, int taking, bool isPrefill, int degree)
    {
        (_state, _first, _isPrefill) = (state, first, isPrefill);
        var least = isPrefill ? 1 : LeastStreamsPerWorker;
        var workers = Math.Max(1, Math.Min(Math.Min(degree, WorkerTeam.Shared.Size), taking / least));
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
                WorkerTeam.RunAlone(this, streams);
                return;
            }

            try
            {
                team.Run(this, streams, workers);
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
        ref var stream = ref _state![_first + unit];
        if (stream.Tokens == 0)
        {
            return; // its rows are neither read nor written
        }

        var scratch = _scratch!.Pointer + worker * ScratchStride;
        var places = PlacesIn(scratch);
        if (KernelOperands<TKernel>.Clock is not null)
        {
            KernelOperands<TKernel>.PutClock(places, ClockOf(unit), ClockOf(unit) + _shape.QueryLength);
            stream.Clock = _clocksAfter[unit];
        }

        if (_isPrefill)
        {
            var (batch, head) = Math.DivRem(unit, _shape.Heads);
            Prefill(ref stream, batch, head, places, scratch);
        }
        else
        {
            Step(ref stream, 0, unit, 0, places, scratch);
        }

        stream.Position += stream.Tokens;
    }

    private static OperandPlace* PlacesIn(float* scratch) => (OperandPlace*)(scratch + WorkFloats);

    private HeadOperands Head(in DecodingStream stream, int batch, int head, int token, int tokens, OperandPlace* places)
    {
        // A step's tensors have a head for each stream; those of a prefill are of the heads of its shape.
        var ofSequence = _isPrefill ? head : stream.Head;
        for (var i = 0; i < KernelOperands<TKernel>.Others.Length; i++)
        {
            // What is no row a token is the same for all.
            var other = KernelOperands<TKernel>.Others[i];
            places[other.Index] = other.IsOfHeads
                ? _others[i].Of(0, ofSequence)
                : _others[i].Of(batch, head, other.Operand.Rows == OperandRows.None ? 0 : token);
        }

        return KernelOperands<TKernel>.Head(
            places, _query.Of(batch, head, token), _key.Of(batch, head, token), _value.Of(batch, head, token),
            _destination.Of(batch, head, token), _parameters, tokens);
    }

    private void Step(ref DecodingStream stream, int batch, int head, int token, OperandPlace* places, float* scratch)
    {
        if (TKernel.WindowRows > 0 && stream.Rows == DecodingState<TKernel>.Capacity)
        {
            DecodingState<TKernel>.Forget(ref stream);
        }

        // Only kernels that keep rows ask for the position, and those take no more tokens than an int counts.
        var operands = Head(stream, batch, head, token, 1, places) with
        {
            FirstPosition = (int)(stream.Position + token - stream.FirstToken),
            KeyPosition = stream.Position + token - stream.FirstToken,
            Head = stream.Head,
        };
        ref var state = ref *DecodingState<TKernel>.StateOf(stream);
        ref var rows = ref *DecodingState<TKernel>.RowsOf(stream);
        stream.Rows = TKernel.Step(operands, stream.Rows, ref state, ref rows, ref *scratch);
    }

    private void Prefill(ref DecodingStream stream, int batch, int head, OperandPlace* places, float* scratch)
    {
        var tokens = stream.Tokens;
        var operands = Head(stream, batch, head, stream.FirstToken, tokens, places) with
        {
            KeepsState = true,
            Head = stream.Head,
            KeyPosition = stream.Position,
        };
        var wantsOutput = _destination.Start is not null;
        ref var state = ref *DecodingState<TKernel>.StateOf(stream);
        ref var rows = ref *DecodingState<TKernel>.RowsOf(stream);
        if (TKernel.BlockRows > 0)
        {
            if (stream.Rows > 0)
            {
                TKernel.CloseBlock(stream.Rows, ref state, ref rows, ref *scratch);
                stream.Rows = 0;
            }

            if (wantsOutput)
            {
                TKernel.Output(operands, 0, tokens, ref state, ref *scratch);
            }
            else
            {
                TKernel.Accumulate(operands, 0, tokens, ref state, ref *scratch);
            }

            return;
        }

        if (wantsOutput && stream.Rows > 0)
        {
            // The kernel of whole sequences counts queries from the first key, so it cannot go on from some.
            for (var token = 0; token < tokens; token++)
            {
                Step(ref stream, batch, head, stream.FirstToken + token, places, scratch);
            }

            return;
        }

        for (var token = 0; token < tokens;)
        {
            if (stream.Rows == DecodingState<TKernel>.Capacity)
            {
                DecodingState<TKernel>.Forget(ref stream);
            }

            var count = Math.Min(tokens - token, DecodingState<TKernel>.Capacity - stream.Rows);
            TKernel.Keep(
                Head(stream, batch, head, stream.FirstToken + token, count, places) with { KeyPosition = stream.Position + token }, count,
                ref Unsafe.Add(ref rows, (nint)stream.Rows * TKernel.RowFloats));
            stream.Rows += count;
            token += count;
        }

        if (wantsOutput)
        {
            TKernel.Output(operands, 0, tokens, ref *scratch, ref *scratch);
        }
    }
}
