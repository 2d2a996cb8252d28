using System.Diagnostics;

namespace KernelGen.Bench.Kernels;

/// <summary>Streams of a causal kernel that decode a token after the other, with the bytes that a step moves.</summary>
public sealed class StepWorkload : IDisposable
{
    /// <summary>Tokens that come again and again: few, so that the inputs take no room in the cache.</summary>
    private const int Tokens = 32;

    /// <summary>Slices of which the fastest counts, for the steps and for what they are compared with alike.</summary>
    public const int Slices = 5;

    /// <summary>Steps of a timed slice: whole blocks, and so few that most slices of a busy machine are not interrupted.</summary>
    private const int SliceSteps = 160;

    /// <summary>Where a slice would take longer, a few steps do.</summary>
    private const double LongestSliceSeconds = 0.03;

    private readonly BenchKernel _kernel;
    private readonly DecodingState _state;
    private readonly Tensors _tensors;
    private readonly int _count;
    private int _token;

    /// <param name="kernel">The kernel.</param>
    /// <param name="streams">Streams, on one thread.</param>
    /// <param name="position">Tokens that are taken before the first step.</param>
    public StepWorkload(BenchKernel kernel, int streams, int position)
    {
        _kernel = kernel;
        _count = streams * kernel.HeadDim;
        _tensors = new Tensors(Tokens * _count);
        var layer = kernel.Create();
        layer.DegreeOfParallelism = 1;
        _state = ((ICausalAttention)layer).CreateDecodingState(streams);
        const int Portion = 4096;
        var prefix = new Tensors(streams * Math.Min(Portion, position) * kernel.HeadDim);
        while (_state.Position < position)
        {
            var length = (int)Math.Min(Portion, position - _state.Position);
            var count = streams * length * kernel.HeadDim;
            _state.Prefill(
                default, prefix.Key.AsSpan(0, count), prefix.Value.AsSpan(0, count), default, new AttentionShape(1, streams, length));
        }

        if (layer is IRandomFeatureAttention { Projection: var w })
        {
            ParameterFootprintBytes =
                sizeof(float) * (w.Draw == ProjectionDraw.Hadamard ? w.Signs.Length + w.Lengths.Length : w.Weights.Length);
        }

        FootprintBytes = _state.StateBytes;
    }

    private StepWorkload(StepWorkload other)
    {
        (_kernel, _count, _tensors) = (other._kernel, other._count, other._tensors);
        (ParameterFootprintBytes, FootprintBytes) = (other.ParameterFootprintBytes, other.FootprintBytes);
        _state = other._state.Fork();
    }

    /// <summary>Tokens of an open block, as generator/Backends/README.md has them.</summary>
    private static int Block => 16;

    /// <summary>Bytes of W: numbers, or the signs and lengths of a fast transform.</summary>
    public long ParameterFootprintBytes { get; }

    /// <summary>Bytes of W that a step reads: all of it for each stream.</summary>
    public long ParameterBytes => _state.Streams * ParameterFootprintBytes;

    /// <summary>Bytes of all states.</summary>
    public long FootprintBytes { get; }

    /// <summary>
    /// Bytes of state that a step reads: c, z, S and the maxima, half of the open block, and once a block all of that again with the rests
    /// of the sums; or all keys and values.
    /// </summary>
    public double BytesRead => _state.Streams * sizeof(float) * (_kernel.Features == 0
        ? (double)_state.Position * 2 * _kernel.HeadDim
        : Sums + (3.0 * _kernel.Features) + ((Block + 1) / 2.0 * Row) + (((2 * Sums) + (4.0 * _kernel.Features)) / Block) + Row);

    /// <summary>
    /// Bytes of state that a step writes: its row of the open block, the maxima, and once a block the sums and their rests.
    /// </summary>
    public double BytesWritten => _state.Streams * sizeof(float) * (_kernel.Features == 0
        ? 2.0 * _kernel.HeadDim
        : Row + _kernel.Features + (((2 * Sums) + (2.0 * _kernel.Features)) / Block));

    /// <summary>
    /// Bytes that a step would read and write if it added its token to S, z and c at once; of all keys and values, what it does move.
    /// </summary>
    public double InPlaceBytes =>
        _kernel.Features == 0 ? BytesRead + BytesWritten : 2.0 * sizeof(float) * _state.Streams * (Sums + (2.0 * _kernel.Features));

    private double Sums => (double)_kernel.Features * _kernel.HeadDim;

    private double Row => _kernel.Features + _kernel.HeadDim;

    /// <summary>A state at the same position.</summary>
    private StepWorkload Fork() => new(this);

    /// <summary>Seconds of a step from the position on, by a fork: this state stays where it is.</summary>
    public double FastestSlice()
    {
        using var fork = Fork();
        var warm = Stopwatch.GetTimestamp();
        fork.Step();
        var steps = Stopwatch.GetElapsedTime(warm).TotalSeconds > LongestSliceSeconds / SliceSteps ? 4 : SliceSteps;
        fork.Run(steps); // its memory comes into the cache
        var fastest = double.PositiveInfinity;
        for (var slice = 0; slice < Slices; slice++)
        {
            var start = Stopwatch.GetTimestamp();
            fork.Run(steps);
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds / steps);
        }

        return fastest;
    }

    public void Step()
    {
        var from = _token * _count;
        _token = (_token + 1) % Tokens;
        _state.Step(
            _tensors.Query.AsSpan(from, _count), _tensors.Key.AsSpan(from, _count), _tensors.Value.AsSpan(from, _count),
            _tensors.Destination.AsSpan(from, _count));
    }

    public void Dispose() => _state.Dispose();

    private void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Step();
        }
    }
}
