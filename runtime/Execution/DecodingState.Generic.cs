using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>The streams of one kernel; see <see cref="DecodingState"/>.</summary>
/// <remarks>
/// Each stream has memory of its own, so that what one holds can be given back. A kernel with a state has the state and the open block
/// there; one that keeps all rows has these, in memory that is doubled when it is full.
/// </remarks>
internal sealed unsafe class DecodingState<TKernel> : DecodingState
    where TKernel : struct, IDecodingKernel
{
    private const int KeptRowsMultiple = 64;
    private const int MostRows = int.MaxValue - KeptRowsMultiple;

    // The header of a file names more streams than it may hold, so room is made for so many at first and doubled.
    private const int FirstStreams = 4;

    // Where calls of the layer have them.
    private static readonly int
        QuerySlot = KernelOperands<TKernel>.SlotOf("query"), KeySlot = KernelOperands<TKernel>.SlotOf("key"),
        ValueSlot = KernelOperands<TKernel>.SlotOf("value"), OutputSlot = KernelOperands<TKernel>.SlotOf("output");

    private readonly DecodingEngine<TKernel> _engine;
    private readonly string _declaration;
    private readonly PackedProjection _packed;
    private readonly CallGate _gate;
    private DecodingStream[] _streams = [];

    // Of a sequence; 0 where a file did not say.
    private int _heads;

    private DecodingState(DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, int streams)
        : base(streams, packed.Source)
    {
        _engine = engine;
        _declaration = declaration;
        _packed = packed;
        _gate = new CallGate(
            nameof(DecodingState), "a state takes one token after the other; Fork gives another thread a state of its own.", Free);
    }

    public override long Position
    {
        get
        {
            var first = Array.FindIndex(_streams, stream => !stream.HasEnded);
            if (first < 0)
            {
                throw new InvalidOperationException($"All {Streams} streams have ended: PositionOf gives the tokens of each.");
            }

            var position = _streams[first].Position;
            var other = Array.FindIndex(_streams, stream => !stream.HasEnded && stream.Position != position);
            return other < 0
                ? position
                : throw new InvalidOperationException(
                    $"Stream {first} has taken {position} tokens, but stream {other} has taken {_streams[other].Position}: "
                    + "PositionOf gives those of each.");
        }
    }

    public override long StateBytes => _gate.IsClosed ? 0 : _streams.Sum(stream => stream.Memory?.Length ?? 0) * sizeof(float);

    private static bool KeepsAllRows => TKernel.BlockRows == 0;

    private static long StateFloats => AlignedBuffer.Aligned(TKernel.DecodingStateFloats);

    /// <summary>Whether states fade, and streams have clocks.</summary>
    private static bool Fades => KernelOperands<TKernel>.Clock is not null;

    // Of a stream without a token.
    private static long FirstFloats => MemoryFloats(KeepsAllRows ? KeptRowsMultiple : TKernel.BlockRows);

    /// <summary>A stream.</summary>
    public ref DecodingStream this[int stream] => ref _streams[stream];

    /// <summary>Where the state of a stream is.</summary>
    public static float* StateOf(in DecodingStream stream) => stream.Memory!.Pointer;

    /// <summary>Where the rows of a stream are.</summary>
    public static float* RowsOf(in DecodingStream stream) => stream.Memory!.Pointer + StateFloats;

    /// <summary>
    /// The most rows that are kept of a stream where all tokens have rows. Of a window twice as many as it has, so that each row is moved
    /// about once before it is forgotten.
    /// </summary>
    public static int Capacity => TKernel.WindowRows == 0
        ? MostRows
        : TKernel.FirstRows + 2 * (int)RowsFor(TKernel.WindowRows) + KeptRowsMultiple;

    /// <summary>Forgets rows that no later token reads, in a stream that is full.</summary>
    public static void Forget(ref DecodingStream stream)
    {
        // The window of the next token is its own row and those before it. Rows stay where a multiple of 64 begins.
        var forgotten = (stream.Rows - TKernel.FirstRows - (TKernel.WindowRows - 1)) / KeptRowsMultiple * KeptRowsMultiple;
        var kept = (long)(stream.Rows - TKernel.FirstRows - forgotten) * TKernel.RowFloats * sizeof(float);
        var to = RowsOf(stream) + (nint)TKernel.FirstRows * TKernel.RowFloats;
        Buffer.MemoryCopy(to + (nint)forgotten * TKernel.RowFloats, to, kept, kept);
        stream.Rows -= forgotten;
    }

    /// <summary>Streams without a token.</summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public static DecodingState<TKernel> Create(
        DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, int streams, int heads)
    {
        MemoryChecks.Check(streams, FirstFloats * sizeof(float) + Unsafe.SizeOf<DecodingStream>(), "streams");
        DecodingState<TKernel> state = new(engine, declaration, packed, streams) { _heads = heads };
        try
        {
            MemoryChecks.Resize(ref state._streams, streams, "streams");
            for (var i = 0; i < streams; i++)
            {
                state._streams[i] = new DecodingStream { Memory = FirstMemory(), Head = i % heads };
            }

            return state;
        }
        catch
        {
            state.Dispose(); // at once, not when it is collected: what failed may have been the memory
            throw;
        }
    }

    public override long PositionOf(int stream) => Checked(stream).Position;

    public override bool HasEnded(int stream) => Checked(stream).HasEnded;

    internal override string LayerName => _engine.LayerName;

    public override void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, AttentionShape shape,
        ReadOnlySpan<int> lengths = default, Range? streams = null, ReadOnlySpan<int> offsets = default) =>
        Prefill(query, key, value, destination, default, shape, lengths, streams, offsets);

    internal override void PrefillWith(
        in CallTensors tensors, AttentionShape shape, ReadOnlySpan<int> lengths, Range? streams, ReadOnlySpan<int> offsets) =>
        Prefill(
            tensors[QuerySlot], tensors[KeySlot], tensors[ValueSlot], Written(tensors[OutputSlot]), tensors, shape, lengths, streams,
            offsets);

    /// <param name="others">What is handed in beside these, in the order of the layer's calls; none where no layer needs it.</param>
    private void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, in CallTensors others,
        AttentionShape shape, ReadOnlySpan<int> lengths, Range? streams, ReadOnlySpan<int> offsets)
    {
        using var use = _gate.Enter();
        ShapeChecks.Check(shape, causal: true, takesPacked: true);
        var first = FirstOf(streams, shape);
        PackedSequences? sequences = null;
        if (shape.PacksSequences || !offsets.IsEmpty)
        {
            sequences = _engine.Sequences.Rent();
            sequences.Read(shape, causal: true, comparesPositions: false, offsets, default, default, lengths, PackedNames.OfPrefill);
        }
        else
        {
            ShapeChecks.CheckKeyLengths(lengths, shape, nameof(lengths), nameof(lengths));
        }

        int? batch = shape.PacksSequences ? null : shape.Batch;
        var length = shape.QueryLength;
        var wantsOutput = !destination.IsEmpty;
        CheckTensor(query.Length, shape.Heads, wantsOutput || !query.IsEmpty ? length : 0, TKernel.HeadDim, nameof(query));
        CheckTensor(key.Length, shape.KeyHeads, length, TKernel.HeadDim, nameof(key));
        CheckTensor(value.Length, shape.KeyHeads, length, TKernel.ValueDim, nameof(value));
        CheckTensor(destination.Length, shape.Heads, wantsOutput ? length : 0, TKernel.ValueDim, nameof(destination));
        foreach (var other in KernelOperands<TKernel>.Others)
        {
            CheckOther(other.Operand, others[other.Slot], shape, destination);
        }

        CheckOverlaps(query, key, value, destination);
        RunWithOthers(query, key, value, destination, others, shape, shape, lengths, sequences, first, isPrefill: true);
        if (sequences is not null)
        {
            _engine.Sequences.Return(sequences); // one that failed is left to the collector
        }

        void CheckTensor(int actual, int heads, int rows, int dim, string name) =>
            ShapeChecks.CheckTensor(actual, batch, heads, rows, dim, name);
    }

    public override void Step(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int groupSize = 1)
    {
        using var use = _gate.Enter();
        var shape = CheckStep(query, key, value, destination, groupSize);
        if (KernelOperands<TKernel>.Others.Length > 0)
        {
            StepWithOthers(query, key, value, destination, default, shape);
            return;
        }

        Run(query, key, value, destination, shape, shape, default, null, first: 0, isPrefill: false);
    }

    internal override void StepWith(in CallTensors tensors, int groupSize)
    {
        using var use = _gate.Enter();
        var destination = Written(tensors[OutputSlot]);
        var shape = CheckStep(tensors[QuerySlot], tensors[KeySlot], tensors[ValueSlot], destination, groupSize);
        StepWithOthers(tensors[QuerySlot], tensors[KeySlot], tensors[ValueSlot], destination, tensors, shape);
    }

    private void StepWithOthers(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, in CallTensors others,
        AttentionShape shape)
    {
        var ofHeads = shape;
        foreach (var other in KernelOperands<TKernel>.Others)
        {
            if (other.IsOfHeads)
            {
                ofHeads = HeadsOfSequence(other.Operand, others[other.Slot].Length, shape);
            }

            CheckOther(other.OfStep, others[other.Slot], other.IsOfHeads ? ofHeads : shape, destination);
        }

        RunWithOthers(query, key, value, destination, others, shape, ofHeads, default, null, first: 0, isPrefill: false);
    }

    /// <summary>
    /// The heads of one sequence, which a step does not say: those of the state, or where that was read from a file those of the tensor.
    /// </summary>
    private AttentionShape HeadsOfSequence(Operand operand, int floats, in AttentionShape step)
    {
        var group = step.Heads / step.KeyHeads;
        var heads = _heads > 0 || operand.IsSharedByHeads ? _heads : floats / (operand.Positions * operand.Columns) * group;
        foreach (ref readonly var stream in _streams.AsSpan())
        {
            heads = Math.Max(heads, stream.Head + 1);
        }

        return heads % group == 0
            ? new AttentionShape(1, heads, 1) { KeyHeads = heads / group }
            : throw new ArgumentException($"groupSize is {group}, but must divide the {heads} heads of a sequence.", "groupSize");
    }

    private AttentionShape CheckStep(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int groupSize)
    {
        var shared = groupSize == 1 ? Streams : SharedBy(groupSize);
        CheckTensor(query.Length, Streams, TKernel.HeadDim, nameof(query));
        CheckTensor(key.Length, shared, TKernel.HeadDim, nameof(key));
        CheckTensor(value.Length, shared, TKernel.ValueDim, nameof(value));
        CheckTensor(destination.Length, Streams, TKernel.ValueDim, nameof(destination));
        CheckOverlaps(query, key, value, destination);

        // Of one token both layouts are the same, and so are the heads of one sequence and of several.
        return new AttentionShape(1, Streams, 1) { KeyHeads = shared };
    }

    public override void End(int stream)
    {
        using var use = _gate.Enter();
        ref var ended = ref Checked(stream);
        ended.Memory?.Dispose();
        ended.Memory = null;
        ended.Rows = DecodingStream.Ended;
    }

    public override void Restart(int stream)
    {
        using var use = _gate.Enter();
        ref var restarted = ref Checked(stream);
        var memory = FirstMemory();
        restarted.Memory?.Dispose();
        restarted = new DecodingStream { Memory = memory, Head = restarted.Head };
    }

    public override DecodingState Fork() => Fork([.. Enumerable.Range(0, Streams)]);

    public override DecodingState Fork(ReadOnlySpan<int> streams)
    {
        using var use = _gate.Share();
        ArgumentOutOfRangeException.ThrowIfZero(streams.Length, nameof(streams));
        long floats = 0;
        foreach (var stream in streams)
        {
            floats += ForkFloats(Checked(stream, nameof(streams)));
        }

        MemoryChecks.Check(floats, sizeof(float), "floats of a fork");
        DecodingState<TKernel> fork = new(_engine, _declaration, _packed, streams.Length) { _heads = _heads };
        try
        {
            MemoryChecks.Resize(ref fork._streams, streams.Length, "streams");
            for (var i = 0; i < streams.Length; i++)
            {
                ref var own = ref _streams[streams[i]];
                ref var copy = ref fork._streams[i];
                (copy.Position, copy.Rows, copy.Head, copy.Clock) = (own.Position, own.Rows, own.Head, own.Clock);
                if (own.Memory is not null)
                {
                    copy.Memory = new AlignedBuffer(ForkFloats(own));
                    AlignedBuffer.Copy(own.Memory, copy.Memory, KeepsAllRows ? MemoryFloats(own.Rows) : FirstFloats);
                }
            }
        }
        catch
        {
            fork.Dispose();
            throw;
        }

        GC.KeepAlive(this);
        return fork;
    }

    public override void Save(Stream stream)
    {
        using var use = _gate.Share();
        ArgumentNullException.ThrowIfNull(stream);
        DecodingFile.Writer writer = new(
            stream, new DecodingFile.Header(_declaration, _engine.Hyperparameters.ToArray(), Projection, Streams));
        var numbers = new float[Math.Max(Numbers(TKernel.StateLayout), Numbers(TKernel.RowLayout))];
        foreach (ref var saved in _streams.AsSpan())
        {
            writer.Stream(saved.Position, saved.Rows, saved.Head);
            if (Fades)
            {
                writer.Clock(saved.Clock);
            }

            if (saved.Memory is null)
            {
                continue; // nothing is remembered
            }

            writer.Numbers(Gather(TKernel.StateLayout, StateOf(saved), numbers));
            for (var row = 0; row < saved.Rows; row++)
            {
                writer.Numbers(Gather(TKernel.RowLayout, RowsOf(saved), numbers, row));
            }
        }

        writer.End();
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Reads a state of this declaration, with these projections. Memory is taken for what has been read, whatever the header says.
    /// </summary>
    public static DecodingState<TKernel> Load(DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, Stream stream)
    {
        DecodingFile.Header needed = new(declaration, engine.Hyperparameters.ToArray(), packed.Source, Streams: 1);
        DecodingFile.Reader reader = new(stream, needed);
        DecodingState<TKernel> state = new(engine, declaration, packed, reader.Header.Streams);
        try
        {
            state.Read(reader);
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    public override void Dispose() => _gate.Close();

    private void Free()
    {
        foreach (ref var stream in _streams.AsSpan())
        {
            stream.Memory?.Dispose();
        }
    }

    private static long RowsFor(long tokens) => Math.Max(1, (tokens + KeptRowsMultiple - 1) / KeptRowsMultiple) * KeptRowsMultiple;

    private static long MemoryFloats(long rows) => StateFloats + rows * TKernel.RowFloats;

    private static AlignedBuffer FirstMemory()
    {
        AlignedBuffer memory = new(FirstFloats);
        TKernel.InitState(ref *memory.Pointer);
        return memory;
    }

    // A fork has no room to spare: many never take a token.
    private static long ForkFloats(in DecodingStream stream) =>
        stream.Memory is null ? 0 : KeepsAllRows ? MemoryFloats(RowsFor(stream.Rows)) : FirstFloats;

    private static int Numbers(ReadOnlySpan<int> layout)
    {
        var numbers = 0;
        for (var i = 0; i < layout.Length; i += 4)
        {
            numbers += layout[i + 1] * layout[i + 2];
        }

        return numbers;
    }

    private static ReadOnlySpan<float> Gather(ReadOnlySpan<int> layout, float* memory, float[] numbers, nint row = 0)
    {
        var written = 0;
        for (var i = 0; i < layout.Length; i += 4)
        {
            for (var repetition = 0; repetition < layout[i + 2]; repetition++)
            {
                new ReadOnlySpan<float>(memory + layout[i] + (row + repetition) * layout[i + 3], layout[i + 1])
                    .CopyTo(numbers.AsSpan(written));
                written += layout[i + 1];
            }
        }

        return numbers.AsSpan(0, written);
    }

    private static void Scatter(ReadOnlySpan<int> layout, ReadOnlySpan<float> numbers, float* memory, nint row = 0)
    {
        for (var i = 0; i < layout.Length; i += 4)
        {
            for (var repetition = 0; repetition < layout[i + 2]; repetition++)
            {
                numbers[..layout[i + 1]].CopyTo(new Span<float>(memory + layout[i] + (row + repetition) * layout[i + 3], layout[i + 1]));
                numbers = numbers[layout[i + 1]..];
            }
        }
    }

    private void RunWithOthers(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, in CallTensors others,
        AttentionShape shape, AttentionShape ofHeads, ReadOnlySpan<int> lengths, PackedSequences? sequences, int first, bool isPrefill)
    {
        fixed (float* other0 = Other(others, 0), other1 = Other(others, 1), other2 = Other(others, 2), other3 = Other(others, 3))
        {
            var more = stackalloc float*[OtherOperand.Most] { other0, other1, other2, other3 };
            Run(query, key, value, destination, shape, ofHeads, lengths, sequences, first, isPrefill, more);
        }
    }

    /// <param name="others">What else the kernel is handed; null where it is nothing.</param>
    private void Run(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, AttentionShape shape,
        AttentionShape ofHeads, ReadOnlySpan<int> lengths, PackedSequences? sequences, int first, bool isPrefill, float** others = null)
    {
        var taking = Plan(shape, lengths, sequences, first);
        if (taking == 0)
        {
            return;
        }

        var call = _engine.Calls.Rent();
        try
        {
            fixed (float* queryPointer = query, keyPointer = key, valuePointer = value, destinationPointer = destination)
            {
                call.Place(
                    queryPointer, keyPointer, valuePointer, destinationPointer, others, _packed.Parameters.Pointer, _engine.Zeros, shape,
                    ofHeads, isPrefill);
                if (Fades)
                {
                    call.ReadClocks(_streams.AsSpan(first, shape.Batch * shape.Heads), others);
                }

                call.Run(this, first, shape.Batch * shape.Heads, taking, isPrefill, _engine.DegreeOfParallelism);
            }
        }
        finally
        {
            _engine.Calls.Return(call);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Says how many tokens each stream takes in this call, and makes room for them where all rows are kept.</summary>
    /// <returns>The streams that take any.</returns>
    private int Plan(in AttentionShape shape, ReadOnlySpan<int> lengths, PackedSequences? sequences, int first)
    {
        var (taking, grown) = (0, 0L);
        var streams = _streams.AsSpan(first, shape.Batch * shape.Heads);
        for (var i = 0; i < streams.Length; i++)
        {
            ref var stream = ref streams[i];

            // Read once: another thread may have changed it since it was checked.
            var tokens = lengths.IsEmpty ? shape.QueryLength : Math.Clamp(lengths[i / shape.Heads], 0, shape.QueryLength);
            stream.FirstToken = 0;
            if (sequences is not null)
            {
                var sequence = sequences.All[i / shape.Heads];
                (tokens, stream.FirstToken) = (sequence.Keys, sequence.FirstKey);
            }

            stream.Tokens = stream.HasEnded ? 0 : tokens;
            if (stream.Tokens == 0)
            {
                continue;
            }

            taking++;
            CheckPosition(stream);
            grown += KeepsAllRows ? GrownFloats(stream) : 0;
        }

        if (grown > 0)
        {
            MemoryChecks.Check(grown, sizeof(float), "floats of streams that grow");
            foreach (ref var stream in streams)
            {
                if (stream.Tokens > 0 && GrownFloats(stream) is > 0 and var floats)
                {
                    AlignedBuffer.Grow(ref stream.Memory, floats); // where memory runs out on the way, some have more than they use
                }
            }
        }

        return taking;
    }

    private static void CheckPosition(in DecodingStream stream)
    {
        if (TKernel.Limits.DeclaredPositions is > 0 and var declared && stream.Tokens > declared - stream.Position)
        {
            throw new InvalidOperationException(
                $"There would be {(Int128)stream.Position + stream.Tokens} tokens of a stream, but this attention is declared for at most {declared}.");
        }

        var most = KeepsAllRows ? Math.Min(MostRows, TKernel.Limits.MostPositions)
            : TKernel.Limits.MostPositions < int.MaxValue ? TKernel.Limits.MostPositions
            : long.MaxValue;
        if (stream.Tokens > most - stream.Position)
        {
            var tokens = (Int128)stream.Position + stream.Tokens;
            throw new InvalidOperationException(most == TKernel.Limits.MostPositions
                ? $"There would be {tokens} tokens of a stream, but the numbers of the mask or score of this attention fit an int for at most {most}."
                : KeepsAllRows
                ? $"{tokens} tokens of a stream would be remembered, but at most {most} can be."
                : $"There would be {tokens} tokens of a stream, but at most {most} are counted.");
        }
    }

    /// <summary>The memory that a stream needs for its new tokens; 0 where it has enough.</summary>
    private static long GrownFloats(in DecodingStream stream)
    {
        var rows = Math.Min((long)stream.Rows + stream.Tokens, Capacity);
        var length = stream.Memory?.Length ?? 0;
        return MemoryFloats(rows) <= length
            ? 0
            : Math.Min(Math.Max(MemoryFloats(RowsFor(rows)), 2 * length), MemoryFloats(RowsFor(Capacity)));
    }

    private void Read(DecodingFile.Reader reader)
    {
        float[] numbers = [], row = [];
        for (var i = 0; i < Streams; i++)
        {
            var (position, rows, head) = reader.Stream(
                TKernel.BlockRows, KeepsAllRows ? MostRows : long.MaxValue,
                TKernel.WindowRows == 0 ? null : (TKernel.FirstRows + TKernel.WindowRows - 1, Capacity));
            if (i == _streams.Length)
            {
                MemoryChecks.Resize(ref _streams, (int)Math.Min(Streams, Math.Max(FirstStreams, 2L * i)), "streams");
            }

            ref var stream = ref _streams[i];
            (stream.Position, stream.Rows, stream.Head) = (position, rows, head);
            stream.Clock = Fades ? reader.Clock() : 0;
            if (stream.HasEnded)
            {
                continue;
            }

            reader.Numbers(ref numbers, Numbers(TKernel.StateLayout));
            if (!KeepsAllRows)
            {
                stream.Memory = FirstMemory();
                Scatter(TKernel.StateLayout, numbers, StateOf(stream));
            }

            for (var r = 0; r < rows; r++)
            {
                reader.Numbers(ref row, Numbers(TKernel.RowLayout));
                if (KeepsAllRows && MemoryFloats(r) >= (stream.Memory?.Length ?? 0))
                {
                    AlignedBuffer.Grow(ref stream.Memory, MemoryFloats(Math.Min(RowsFor(rows), Math.Max(RowsFor(1), 2L * r))));
                }

                Scatter(TKernel.RowLayout, row, RowsOf(stream), r);
            }
        }

        reader.End();
    }

    private int FirstOf(Range? streams, in AttentionShape shape)
    {
        var (from, to) = streams is { } range ? (range.Start.GetOffset(Streams), range.End.GetOffset(Streams)) : (0, Streams);
        if (from < 0 || to < from || to > Streams)
        {
            throw new ArgumentOutOfRangeException(nameof(streams), $"The streams {streams} were asked for, but there are {Streams}.");
        }

        var heads = shape.Batch * shape.Heads;
        if (heads != to - from)
        {
            Throw(
                nameof(shape),
                $"The shape has batch {shape.Batch} × heads {shape.Heads} = {heads} streams, but {to - from} take the tokens.");
        }

        return from;
    }

    private int SharedBy(int groupSize)
    {
        if (groupSize < 1 || Streams % groupSize != 0)
        {
            Throw(nameof(groupSize), $"groupSize is {groupSize}, but must be 1 to Streams = {Streams} and divide it.");
        }

        return Streams / groupSize;
    }

    private ref DecodingStream Checked(int stream, [CallerArgumentExpression(nameof(stream))] string name = "")
    {
        if ((uint)stream >= (uint)Streams)
        {
            throw new ArgumentOutOfRangeException(name, $"The stream {stream} was asked for, but there are {Streams}, from 0 on.");
        }

        return ref _streams[stream];
    }

    private static void CheckOverlaps(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> destination)
    {
        ShapeChecks.CheckOverlap(destination, query, nameof(query));
        ShapeChecks.CheckOverlap(destination, key, nameof(key));
        ShapeChecks.CheckOverlap(destination, value, nameof(value));
    }

    /// <summary>What is handed in of one of the tensors that not every attention has.</summary>
    private static ReadOnlySpan<float> Other(in CallTensors others, int place) =>
        place < KernelOperands<TKernel>.Others.Length ? others[KernelOperands<TKernel>.Others[place].Slot] : default;

    private static void CheckOther(Operand operand, ReadOnlySpan<float> tensor, in AttentionShape shape, Span<float> destination)
    {
        if (operand.IsOptional && tensor.IsEmpty)
        {
            return;
        }

        OperandChecks.CheckLength(operand, tensor.Length, default, shape);
        ShapeChecks.CheckOverlap(destination, tensor, operand.Name);
        if (operand.Element == OperandElement.Int32)
        {
            OperandChecks.CheckNumbers(operand, MemoryMarshal.Cast<float, int>(tensor));
        }
    }

    /// <summary>The outputs among the tensors of a call, which are made of what can be written.</summary>
    private static Span<float> Written(ReadOnlySpan<float> tensor) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(tensor), tensor.Length);

    private static void CheckTensor(int actual, int streams, int dim, string name)
    {
        var expected = (long)streams * dim;
        if (actual != expected)
        {
            Throw(name, $"{name} holds {actual} numbers, but streams {streams} × dim {dim} = {expected} are needed.");
        }
    }

    [DoesNotReturn]
    private static void Throw(string parameter, string message) => throw new ArgumentException(message, parameter);
}
