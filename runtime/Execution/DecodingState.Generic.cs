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

    private readonly DecodingEngine<TKernel> _engine;
    private readonly string _declaration;
    private readonly PackedProjection _packed;
    private readonly int[] _counts;
    private readonly AlignedBuffer _states;
    private readonly AlignedBuffer[] _kept;
    private bool _isDisposed;

    public DecodingState(
        DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, int streams, long position)
        : base(streams, packed.Source)
    {
        _engine = engine;
        _declaration = declaration;
        _packed = packed;
        _counts = new int[streams];
        _states = new AlignedBuffer(checked(streams * StreamFloats));
        _kept = KeepsAllRows ? new AlignedBuffer[streams] : [];
        Position = position;
        for (int stream = 0; stream < streams; stream++)
        {
            TKernel.InitState(ref *StateOf(stream));
            if (KeepsAllRows)
            {
                _kept[stream] = new AlignedBuffer(RowsFor(position) * TKernel.RowFloats);
            }
        }
    }

    public override long StateBytes => (_states.Length + _kept.Sum(buffer => buffer.Length)) * sizeof(float);

    private static bool KeepsAllRows => TKernel.BlockRows == 0;

    private static long StateFloats => AlignedBuffer.Aligned(TKernel.DecodingStateFloats);

    private static long StreamFloats => StateFloats + (long)TKernel.BlockRows * TKernel.RowFloats;

    /// <summary>The rows of a stream.</summary>
    public ref int Count(int stream) => ref _counts[stream];

    public float* StateOf(int stream) => _states.Pointer + stream * StreamFloats;

    public float* RowsOf(int stream) => KeepsAllRows ? _kept[stream].Pointer : StateOf(stream) + StateFloats;

    public override void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        bool wantsOutput = !destination.IsEmpty;
        Check(query, key, value, destination, length, wantsOutput || !query.IsEmpty, wantsOutput);
        if (length > 0)
        {
            Run(query, key, value, destination, length, isPrefill: true);
        }
    }

    public override void Step(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination)
    {
        Check(query, key, value, destination, length: 1, wantsQuery: true, wantsOutput: true);
        Run(query, key, value, destination, length: 1, isPrefill: false);
    }

    public override DecodingState Fork()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        DecodingState<TKernel> fork = new(_engine, _declaration, _packed, Streams, Position);
        _counts.CopyTo(fork._counts, 0);
        Copy(_states.Pointer, fork._states.Pointer, _states.Length);
        for (int stream = 0; stream < _kept.Length; stream++)
        {
            Copy(_kept[stream].Pointer, fork._kept[stream].Pointer, _counts[stream] * (long)TKernel.RowFloats);
        }

        GC.KeepAlive(this);
        return fork;
    }

    public override void Save(Stream stream)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(stream);
        DecodingFile.Writer writer = new(stream, new DecodingFile.Header(_declaration, _engine.Hyperparameters.ToArray(), Projection, Streams, Position));
        float[] numbers = new float[Math.Max(Numbers(TKernel.StateLayout), Numbers(TKernel.RowLayout))];
        for (int i = 0; i < Streams; i++)
        {
            writer.Count(_counts[i]);
            writer.Numbers(Gather(TKernel.StateLayout, StateOf(i), numbers));
            for (int row = 0; row < _counts[i]; row++)
            {
                writer.Numbers(Gather(TKernel.RowLayout, RowsOf(i), numbers, row));
            }
        }

        writer.End();
        GC.KeepAlive(this);
    }

    /// <summary>Reads a state of this declaration, with these projections.</summary>
    public static DecodingState<TKernel> Load(
        DecodingEngine<TKernel> engine, string declaration, PackedProjection packed, Stream stream)
    {
        DecodingFile.Reader reader = new(stream, new DecodingFile.Header(declaration, engine.Hyperparameters.ToArray(), packed.Source, Streams: 1, Position: 0));
        int stateNumbers = Numbers(TKernel.StateLayout), rowNumbers = Numbers(TKernel.RowLayout);
        DecodingState<TKernel> state = new(engine, declaration, packed, reader.Header.Streams, reader.Header.Position);
        for (int i = 0; i < state.Streams; i++)
        {
            int rows = reader.Count(KeepsAllRows ? reader.Header.Position : 0, KeepsAllRows ? reader.Header.Position : TKernel.BlockRows - 1);
            Scatter(TKernel.StateLayout, reader.Numbers(stateNumbers), state.StateOf(i));
            for (int row = 0; row < rows; row++)
            {
                Scatter(TKernel.RowLayout, reader.Numbers(rowNumbers), state.RowsOf(i), row);
            }

            state._counts[i] = rows;
        }

        reader.End();
        GC.KeepAlive(state);
        return state;
    }

    public override void Dispose()
    {
        _isDisposed = true;
        _states.Dispose();
        foreach (AlignedBuffer buffer in _kept)
        {
            buffer.Dispose();
        }
    }

    private static long RowsFor(long position) => Math.Max(1, (position + KeptRowsMultiple - 1) / KeptRowsMultiple) * KeptRowsMultiple;

    private static int Numbers(ReadOnlySpan<int> layout)
    {
        int numbers = 0;
        for (int i = 0; i < layout.Length; i += 4)
        {
            numbers += layout[i + 1] * layout[i + 2];
        }

        return numbers;
    }

    private static ReadOnlySpan<float> Gather(ReadOnlySpan<int> layout, float* memory, float[] numbers, nint row = 0)
    {
        int written = 0;
        for (int i = 0; i < layout.Length; i += 4)
        {
            for (int repetition = 0; repetition < layout[i + 2]; repetition++)
            {
                new ReadOnlySpan<float>(memory + layout[i] + (row + repetition) * layout[i + 3], layout[i + 1]).CopyTo(numbers.AsSpan(written));
                written += layout[i + 1];
            }
        }

        return numbers.AsSpan(0, written);
    }

    private static void Scatter(ReadOnlySpan<int> layout, ReadOnlySpan<float> numbers, float* memory, nint row = 0)
    {
        for (int i = 0; i < layout.Length; i += 4)
        {
            for (int repetition = 0; repetition < layout[i + 2]; repetition++)
            {
                numbers[..layout[i + 1]].CopyTo(new Span<float>(memory + layout[i] + (row + repetition) * layout[i + 3], layout[i + 1]));
                numbers = numbers[layout[i + 1]..];
            }
        }
    }

    private static void Copy(float* from, float* to, long floats) =>
        Buffer.MemoryCopy(from, to, floats * sizeof(float), floats * sizeof(float));

    private void Run(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int length, bool isPrefill)
    {
        if (KeepsAllRows)
        {
            Reserve(Position + length);
        }

        DecodingCall<TKernel> call = _engine.Calls.Rent();
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

    private void Reserve(long rows)
    {
        if (rows * TKernel.RowFloats <= _kept[0].Length)
        {
            return;
        }

        if (rows > int.MaxValue - KeptRowsMultiple)
        {
            throw new InvalidOperationException($"{rows} tokens would be remembered, but at most {int.MaxValue - KeptRowsMultiple} can be.");
        }

        for (int stream = 0; stream < Streams; stream++)
        {
            AlignedBuffer larger = new(Math.Max(RowsFor(rows) * TKernel.RowFloats, 2 * _kept[stream].Length));
            Copy(_kept[stream].Pointer, larger.Pointer, _counts[stream] * (long)TKernel.RowFloats);
            _kept[stream].Dispose();
            _kept[stream] = larger;
        }
    }

    private void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> destination, int length,
        bool wantsQuery, bool wantsOutput)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
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
        Int128 expected = (Int128)Streams * length * dim;
        if (actual != expected)
        {
            Throw(name, $"{name} holds {actual} numbers, but streams {Streams} × length {length} × dim {dim} = {expected} are needed.");
        }
    }

    [DoesNotReturn]
    private static void Throw(string parameter, string message) => throw new ArgumentException(message, parameter);
}
