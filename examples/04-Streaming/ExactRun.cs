using System.Diagnostics;

namespace KernelGen.Examples.Streaming;

/// <summary>
/// Exact attention at the same positions, as far as memory goes. The tokens before a position only fill its cache of keys and values.
/// </summary>
internal sealed class ExactRun(Settings settings, byte[] tokens) : IDisposable
{
    private const int BlockTokens = 4_096;
    private const long BytesOfToken = 2 * Embedding.Heads * Embedding.HeadDim * sizeof(float);

    // A step goes through the whole cache: a handful are enough where that takes long.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    private readonly DecodingState _state = new StreamingExact { DegreeOfParallelism = settings.Threads }
        .CreateDecodingState(Embedding.Heads);
    private readonly Embedding _embedding = new(settings.Seed);

    /// <summary>
    /// What a token costs at a position, or null where its keys and values do not fit into half of the memory that is free.
    /// </summary>
    public StepTime? At(int position, CancellationToken stop)
    {
        // The cache doubles when it is full, and for a moment there are both.
        var memory = GC.GetGCMemoryInfo();
        if (3 * BytesOfToken * position > Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes))
        {
            return null;
        }

        float[][] tensors = [.. Enumerable.Range(0, 4).Select(_ => new float[Embedding.Heads * Embedding.HeadDim * BlockTokens])];
        var steps = Math.Min(64, Math.Max(1, position - (int)_state.Position));
        while (_state.Position < position - steps && !stop.IsCancellationRequested)
        {
            var from = (int)_state.Position;
            var length = Math.Min(BlockTokens, position - steps - from);
            var count = length * Embedding.Heads * Embedding.HeadDim;
            _embedding.Embed(tokens.AsMemory(from, length), tensors[0], tensors[1], tensors[2], settings.Threads, from);
            _state.Prefill(
                default, tensors[1].AsSpan(0, count), tensors[2].AsSpan(0, count), default, new AttentionShape(1, Embedding.Heads, length));
        }

        var times = new List<double>();
        const int one = Embedding.Heads * Embedding.HeadDim;
        for (var clock = Stopwatch.StartNew(); _state.Position < position && !stop.IsCancellationRequested;)
        {
            var from = (int)_state.Position;
            _embedding.Embed(tokens.AsMemory(from, 1), tensors[0], tensors[1], tensors[2], threads: 1, from);
            if (clock.Elapsed > Budget && times.Count >= 3)
            {
                _state.Prefill(
                    default, tensors[1].AsSpan(0, one), tensors[2].AsSpan(0, one), default, new AttentionShape(1, Embedding.Heads, 1));
                continue;
            }

            var start = Stopwatch.GetTimestamp();
            _state.Step(tensors[0].AsSpan(0, one), tensors[1].AsSpan(0, one), tensors[2].AsSpan(0, one), tensors[3].AsSpan(0, one));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return times.Count == 0 ? null : new StepTime(position, times[times.Count / 2], _state.StateBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();
}
