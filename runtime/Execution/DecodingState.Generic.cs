using System.Diagnostics.CodeAnalysis;

namespace KernelGen.CompilerServices;

/// <summary>The streams of one kernel; see <see cref="DecodingState"/>.</summary>
/// <remarks>
/// Memory of a kernel with a state: [streams] state and open block. Of one that keeps all rows: a buffer a stream, doubled when it is full.
/// </remarks>
internal sealed unsafe class DecodingState<TKernel> : DecodingState
    where TKernel : struct, IDecodingKernel
{
    private const int KeptRowsMultiple = 64;
    private const int MostRows = int.MaxValue - KeptRowsMultiple;

    // The header of a file names more streams than it may hold, so room is made for so many at first and doubled.
    private const int FirstStreams = 4;

    private readonly DecodingEngine<TKernel> _engine;
    private readonly string _declaration;
    private readonly PackedProjection _packed;
    private readonly CallGate _gate;
    private int[] _counts = [];
    private AlignedBuffer? _states;
    private AlignedBuffer?[] _kept = []; // [streams] where all rows are kept, each null until there is one
    private long _keptRows; // that every stream has room for

    private DecodingState(DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, int streams, long position)
        : base(streams, packed.Source)
    {
        _engine = engine;
        _declaration = declaration;
        _packed = packed;
        _gate = new CallGate(
            nameof(DecodingState), "a state takes one token after the other; Fork gives another thread a state of its own.", Free);
        Position = position;
    }

    public override long StateBytes => _gate.IsClosed ? 0 : (_states!.Length + _kept.Sum(buffer => buffer?.Length ?? 0)) * sizeof(float);

    private static bool KeepsAllRows => TKernel.BlockRows == 0;

    private static long StateFloats => AlignedBuffer.Aligned(TKernel.DecodingStateFloats);

    private static long StreamFloats => StateFloats + (long)TKernel.BlockRows * TKernel.RowFloats;

    /// <summary>The rows of a stream.</summary>
    public ref int Count(int stream) => ref _counts[stream];

    public float* StateOf(int stream) => _states!.Pointer + stream * StreamFloats;

    public float* RowsOf(int stream) => KeepsAllRows ? _kept[stream]!.Pointer : StateOf(stream) + StateFloats;

    /// <summary>Streams without a token.</summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public static DecodingState<TKernel> Create(DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, int streams)
    {
        DecodingState<TKernel> state = new(engine, declaration, packed, streams, position: 0);
        try
        {
            state.Extend(streams);
            state.Reserve(1);
            return state;
        }
        catch
        {
            state.Dispose(); // at once, not when it is collected: what failed may have been the memory
            throw;
        }
    }

    public override void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int length)
    {
        using var use = _gate.Enter();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var wantsOutput = !destination.IsEmpty;
        Check(query, key, value, destination, length, wantsOutput || !query.IsEmpty, wantsOutput);
        if (length > 0)
        {
            Run(query, key, value, destination, length, isPrefill: true);
        }
    }

    public override void Step(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination)
    {
        using var use = _gate.Enter();
        Check(query, key, value, destination, length: 1, wantsQuery: true, wantsOutput: true);
        Run(query, key, value, destination, length: 1, isPrefill: false);
    }

    public override DecodingState Fork()
    {
        using var use = _gate.Share();
        DecodingState<TKernel> fork = new(_engine, _declaration, _packed, Streams, Position);
        try
        {
            fork.Extend(Streams);
            fork.Reserve(Math.Max(1, Position));
        }
        catch
        {
            fork.Dispose();
            throw;
        }

        _counts.CopyTo(fork._counts, 0);
        AlignedBuffer.Copy(_states!, fork._states!, _states!.Length);
        for (var stream = 0; stream < _kept.Length; stream++)
        {
            if (_kept[stream] is { } rows)
            {
                AlignedBuffer.Copy(rows, fork._kept[stream]!, _counts[stream] * (long)TKernel.RowFloats);
            }
        }

        return fork;
    }

    public override void Save(Stream stream)
    {
        using var use = _gate.Share();
        ArgumentNullException.ThrowIfNull(stream);
        DecodingFile.Writer writer = new(
            stream, new DecodingFile.Header(_declaration, _engine.Hyperparameters.ToArray(), Projection, Streams, Position));
        var numbers = new float[Math.Max(Numbers(TKernel.StateLayout), Numbers(TKernel.RowLayout))];
        for (var i = 0; i < Streams; i++)
        {
            writer.Count(_counts[i]);
            writer.Numbers(Gather(TKernel.StateLayout, StateOf(i), numbers));
            for (var row = 0; row < _counts[i]; row++)
            {
                writer.Numbers(Gather(TKernel.RowLayout, RowsOf(i), numbers, row));
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
        DecodingFile.Header needed = new(declaration, engine.Hyperparameters.ToArray(), packed.Source, Streams: 1, Position: 0);
        DecodingFile.Reader reader = new(stream, needed);
        if (KeepsAllRows && reader.Header.Position > MostRows)
        {
            throw new InvalidDataException(
                $"The decoding state is damaged: it remembers {reader.Header.Position} tokens, but at most {MostRows} can be.");
        }

        DecodingState<TKernel> state = new(engine, declaration, packed, reader.Header.Streams, reader.Header.Position);
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
        _states?.Dispose();
        foreach (var buffer in _kept)
        {
            buffer?.Dispose();
        }
    }

    private static long RowsFor(long position) => Math.Max(1, (position + KeptRowsMultiple - 1) / KeptRowsMultiple) * KeptRowsMultiple;

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

    private void Run(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int length, bool isPrefill)
    {
        if (length > long.MaxValue - Position)
        {
            throw new InvalidOperationException(
                $"There would be {(Int128)Position + length} tokens, but at most {long.MaxValue} are counted.");
        }

        Reserve(Position + length);
        var call = _engine.Calls.Rent();
        try
        {
            fixed (float* queryPointer = query, keyPointer = key, valuePointer = value, destinationPointer = destination)
            {
                call.Query = queryPointer;
                call.Key = keyPointer;
                call.Value = valuePointer;
                call.Destination = destinationPointer;
                call.Parameters = _packed.Parameters.Pointer;
                call.Run(this, length, isPrefill, _engine.DegreeOfParallelism);
            }
        }
        finally
        {
            _engine.Calls.Return(call);
        }

        Position += length;
        GC.KeepAlive(this);
    }

    /// <summary>Makes room for the first streams, those that are new without a token.</summary>
    private void Extend(int streams)
    {
        var bytesEach = (StreamFloats + (KeepsAllRows ? RowsFor(1) * TKernel.RowFloats : 0)) * sizeof(float) + sizeof(int);
        MemoryChecks.Check(streams, bytesEach, "streams");
        var from = _counts.Length;
        AlignedBuffer.Grow(ref _states, streams * StreamFloats);
        MemoryChecks.Resize(ref _counts, streams, "streams");
        if (KeepsAllRows)
        {
            MemoryChecks.Resize(ref _kept, streams, "streams");
        }

        for (var stream = from; stream < streams; stream++)
        {
            TKernel.InitState(ref *StateOf(stream));
        }
    }

    /// <summary>Makes room for so many rows of each stream, where all are kept.</summary>
    private void Reserve(long rows)
    {
        if (!KeepsAllRows || rows <= _keptRows)
        {
            return;
        }

        if (rows > MostRows)
        {
            throw new InvalidOperationException($"{rows} tokens would be remembered, but at most {MostRows} can be.");
        }

        var room = Math.Max(RowsFor(rows), 2 * _keptRows);
        MemoryChecks.Check(Streams, room * TKernel.RowFloats * sizeof(float), $"streams of {room} tokens");
        for (var stream = 0; stream < Streams; stream++)
        {
            if ((_kept[stream]?.Length ?? 0) < room * TKernel.RowFloats)
            {
                AlignedBuffer.Grow(ref _kept[stream], room * TKernel.RowFloats);
            }
        }

        _keptRows = room; // only now: where memory ran out on the way, some streams have it and others do not
    }

    private void Read(DecodingFile.Reader reader)
    {
        var position = reader.Header.Position;
        float[] numbers = [], row = [];
        for (var stream = 0; stream < Streams; stream++)
        {
            var rows = reader.Count(KeepsAllRows ? position : 0, KeepsAllRows ? position : Math.Min(position, TKernel.BlockRows - 1));
            reader.Numbers(ref numbers, Numbers(TKernel.StateLayout));
            if (stream == _counts.Length)
            {
                Extend((int)Math.Min(Streams, Math.Max(FirstStreams, 2L * stream)));
            }

            Scatter(TKernel.StateLayout, numbers, StateOf(stream));
            for (var i = 0; i < rows; i++)
            {
                reader.Numbers(ref row, Numbers(TKernel.RowLayout));
                if (KeepsAllRows && i * (long)TKernel.RowFloats == (_kept[stream]?.Length ?? 0))
                {
                    AlignedBuffer.Grow(ref _kept[stream], Math.Min(RowsFor(position), Math.Max(RowsFor(1), 2L * i)) * TKernel.RowFloats);
                }

                Scatter(TKernel.RowLayout, row, RowsOf(stream), i);
            }

            _counts[stream] = rows;
        }

        reader.End();
        _keptRows = KeepsAllRows && position > 0 ? RowsFor(position) : 0;
    }

    private void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> destination, int length,
        bool wantsQuery, bool wantsOutput)
    {
        CheckTensor(query.Length, wantsQuery ? length : 0, TKernel.HeadDim, nameof(query));
        CheckTensor(key.Length, length, TKernel.HeadDim, nameof(key));
        CheckTensor(value.Length, length, TKernel.ValueDim, nameof(value));
        CheckTensor(destination.Length, wantsOutput ? length : 0, TKernel.ValueDim, nameof(destination));
        ShapeChecks.CheckOverlap(destination, query, nameof(query));
        ShapeChecks.CheckOverlap(destination, key, nameof(key));
        ShapeChecks.CheckOverlap(destination, value, nameof(value));
    }

    private void CheckTensor(int actual, int length, int dim, string name)
    {
        var expected = (Int128)Streams * length * dim;
        if (actual != expected)
        {
            Throw(name, $"{name} holds {actual} numbers, but streams {Streams} × length {length} × dim {dim} = {expected} are needed.");
        }
    }

    [DoesNotReturn]
    private static void Throw(string parameter, string message) => throw new ArgumentException(message, parameter);
}
