using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KernelGen.Examples.Streaming;

/// <summary>
/// Feeds tokens to a layer one by one, and can be stopped after any of them, saved, and taken up again: the outputs are the same to the
/// bit.
/// </summary>
internal sealed class StreamRun : IDisposable
{
    private const int Version = 1;
    private const int TimedSteps = 256;

    // FNV-1a of 64 bits: a fingerprint that can go on from any token.
    private const ulong EmptyFingerprint = 14695981039346656037;
    private const ulong FingerprintPrime = 1099511628211;

    private readonly Embedding _embedding;
    private readonly int _seed;
    private readonly byte[] _tokens;
    private readonly float[] _query = new float[Embedding.Heads * Embedding.HeadDim];
    private readonly float[] _key = new float[Embedding.Heads * Embedding.HeadDim];
    private readonly float[] _value = new float[Embedding.Heads * Embedding.HeadDim];
    private readonly float[] _output = new float[Embedding.Heads * Embedding.HeadDim];
    private readonly List<StepTime> _times = [];
    private readonly Queue<double> _lastSteps = new();

    /// <summary>A run without a token yet.</summary>
    /// <param name="layer">A causal layer of <see cref="Embedding.HeadDim"/>.</param>
    /// <param name="seed">The seed of the embedding.</param>
    /// <param name="tokens">What is fed.</param>
    public StreamRun(ICausalAttention layer, int seed, byte[] tokens)
        : this(seed, tokens, layer.CreateDecodingState(Embedding.Heads), EmptyFingerprint)
    {
    }

    private StreamRun(int seed, byte[] tokens, DecodingState state, ulong fingerprint)
    {
        _embedding = new Embedding(seed);
        _seed = seed;
        _tokens = tokens;
        State = state;
        Fingerprint = fingerprint;
    }

    /// <summary>What the layer remembers.</summary>
    public DecodingState State { get; }

    /// <summary>Tokens so far.</summary>
    public int Position => (int)State.Position;

    /// <summary>A number that depends on every bit of every output so far.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>The output of the last token, [heads, head dim].</summary>
    public ReadOnlySpan<float> Output => _output;

    /// <summary>What was measured at the checkpoints so far.</summary>
    public IReadOnlyList<StepTime> Times => _times;

    /// <summary>Feeds tokens up to a position, or until it is asked to stop. Whether it got there.</summary>
    public bool Advance(int position, CancellationToken stop)
    {
        while (Position < position)
        {
            if (stop.IsCancellationRequested)
            {
                return false;
            }

            _embedding.Embed(_tokens.AsMemory(Position, 1), _query, _key, _value, threads: 1, Position);
            var start = Stopwatch.GetTimestamp();
            State.Step(_query, _key, _value, _output);
            _lastSteps.Enqueue(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            if (_lastSteps.Count > TimedSteps)
            {
                _lastSteps.Dequeue();
            }

            Fingerprint = Append(Fingerprint, MemoryMarshal.AsBytes(_output.AsSpan()));
        }

        return true;
    }

    /// <summary>Notes what the last steps took.</summary>
    public void Note()
    {
        if (_lastSteps.Count > 0)
        {
            double[] sorted = [.. _lastSteps.Order()];
            _times.Add(new StepTime(Position, sorted[sorted.Length / 2], State.StateBytes));
        }
    }

    /// <summary>Writes all that it takes to go on.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Version);
        writer.Write(_seed);
        writer.Write(Position);
        writer.Write(FingerprintOf(_tokens.AsSpan(0, Position)));
        writer.Write(Fingerprint);
        writer.Write(_times.Count);
        foreach (var time in _times)
        {
            writer.Write(time.Position);
            writer.Write(time.Microseconds);
            writer.Write(time.StateBytes);
        }

        writer.Flush();
        State.Save(stream);
    }

    /// <summary>Takes up a saved run.</summary>
    /// <exception cref="JobException">It is none, or one of other tokens, another seed or another layer.</exception>
    public static StreamRun Load(Stream stream, ICausalAttention layer, int seed, byte[] tokens)
    {
        try
        {
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            var version = reader.ReadInt32();
            if (version != Version)
            {
                throw new JobException(
                    $"The saved run has the version {version}, and this program reads version {Version}. Start again without --resume.");
            }

            var savedSeed = reader.ReadInt32();
            if (savedSeed != seed)
            {
                throw new JobException($"The saved run has the seed {savedSeed}, not {seed}. Give --seed {savedSeed} to go on with it.");
            }

            var position = reader.ReadInt32();
            var fed = reader.ReadUInt64();
            if (position < 0 || position > tokens.Length)
            {
                throw new JobException(
                    $"The saved run has fed {position} tokens already, more than the {tokens.Length} of this one. Give a larger --length.");
            }

            if (fed != FingerprintOf(tokens.AsSpan(0, position)))
            {
                throw new JobException($"The saved run was fed other tokens than the first {position} of this one. Give the same --data.");
            }

            var fingerprint = reader.ReadUInt64();
            var times = new List<StepTime>();
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                times.Add(new StepTime(reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt64()));
            }

            var run = new StreamRun(seed, tokens, layer.LoadDecodingState(stream), fingerprint);
            run._times.AddRange(times);
            return run.Position == position && run.State.Streams == Embedding.Heads
                ? run
                : throw new JobException("The saved run is damaged: its parts do not belong together. Start again without --resume.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new JobException($"The saved run cannot be taken up: {e.Message} Start again without --resume.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static ulong FingerprintOf(ReadOnlySpan<byte> bytes) => Append(EmptyFingerprint, bytes);

    private static ulong Append(ulong fingerprint, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            fingerprint = (fingerprint ^ b) * FingerprintPrime;
        }

        return fingerprint;
    }
}
