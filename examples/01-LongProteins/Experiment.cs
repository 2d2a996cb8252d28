using System.Globalization;

namespace KernelGen.Examples.LongProteins;

/// <summary>The job: embeds the proteins at each length, times the layers and measures their errors.</summary>
internal sealed class Experiment
{
    private const int Heads = Embedding.Heads;
    private const int Dim = Embedding.HeadDim;

    private readonly Settings _settings;
    private readonly byte[] _tokens;
    private readonly int[] _lengths;
    private readonly Embedding _embedding;
    private readonly Timing _timing;
    private readonly Direction[] _directions;
    private readonly float[] _query;
    private readonly float[] _key;
    private readonly float[] _value;
    private readonly float[] _output;

    /// <summary>Draws the layers and allocates tensors for the longest sequence.</summary>
    /// <exception cref="JobException">The machine has too little memory.</exception>
    public Experiment(Settings settings, byte[] tokens)
    {
        _settings = settings;
        _tokens = tokens;
        _lengths = Settings.Lengths(settings.Length);
        _embedding = new Embedding(settings.Seed);
        _timing = settings.Quick ? new Timing(TimeSpan.FromSeconds(0.2), 5) : new Timing(TimeSpan.FromSeconds(1), 25);

        var seed = (ulong)settings.Seed;
        _directions =
        [
            new Direction(false, new ExactBidirectional(), new FavorBidirectional(seed)),
            new Direction(true, new ExactCausal(), new FavorCausal(seed)),
        ];
        foreach (var direction in _directions)
        {
            direction.Exact.DegreeOfParallelism = settings.Threads;
            direction.Favor.DegreeOfParallelism = settings.Threads;
        }

        var tensors = Memory.Allocate(4, Heads * Dim, settings.Length);
        (_query, _key, _value, _output) = (tensors[0], tensors[1], tensors[2], tensors[3]);
    }

    /// <summary>Nominal floating-point operations of the whole job, for the progress bar.</summary>
    public double Work => _lengths.Sum(length => EmbedWork(length) + _directions.Sum(
        direction => ExactWork(length, direction.Causal) + FavorWork(length) + ReferenceWork(length, direction.Causal)));

    /// <summary>The size of the queries and keys of the longest sequence.</summary>
    public InputStatistics Inputs => InputStatistics.Of(_query, _key, Heads, _settings.Length, Dim);

    /// <summary>Measures every length in both directions.</summary>
    /// <exception cref="JobException">A kernel gave a wrong answer.</exception>
    public IReadOnlyList<Measurement> Run(IJobProgress progress)
    {
        progress.Begin("warm-up", "first calls, which the compiler is part of");
        WarmUp();

        var results = new List<Measurement>();
        foreach (var length in _lengths)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{length:N0} tokens");
            progress.Begin(place, "embedding");
            Embed(length);
            progress.Done(EmbedWork(length));
            foreach (var direction in _directions)
            {
                var before = results.FindLast(result => result.Causal == direction.Causal);
                results.Add(Measure(direction, length, before, progress, $"{place}, {direction.Name}"));
            }
        }

        return results;
    }

    /// <summary>Measures the error of FAVOR+ against its number of features, at one moderate length.</summary>
    public IReadOnlyList<FeatureMeasurement> RunFeatures()
    {
        var length = Math.Min(_settings.Length, 4_096);
        var shape = new AttentionShape(1, Heads, length);
        var positions = SampledRows.Positions(length);
        Embed(length);
        var (attention, _) = SampledRows.Compute(_query, _key, _value, Heads, length, Dim, positions, causal: false, _settings.Threads);

        var draws = _settings.Quick ? 2 : 8;
        Func<ulong, IRandomFeatureAttention>[] layers =
            [seed => new Favor16(seed), seed => new Favor64(seed), seed => new FavorBidirectional(seed), seed => new Favor1024(seed)];
        return [.. layers.Select(create =>
        {
            var squares = 0.0;
            TimeSpan time = default;
            var features = 0;
            for (var draw = 0; draw < draws; draw++)
            {
                var layer = create((ulong)(_settings.Seed + draw));
                layer.DegreeOfParallelism = _settings.Threads;
                features = layer.Features;
                Forward(layer, shape);
                squares += Math.Pow(Error(length, positions, attention), 2);
                time = draw < draws - 1 ? time : _timing.Median(() => Forward(layer, shape));
            }

            return new FeatureMeasurement(features, length, draws, time, Math.Sqrt(squares / draws));
        })];
    }

    private Measurement Measure(Direction direction, int length, Measurement? before, IJobProgress progress, string place)
    {
        var shape = new AttentionShape(1, Heads, length);
        var positions = SampledRows.Positions(length);

        progress.Begin(place, "exact rows in double");
        var (attention, average) = SampledRows.Compute(
            _query, _key, _value, Heads, length, Dim, positions, direction.Causal, _settings.Threads);
        progress.Done(ReferenceWork(length, direction.Causal));

        progress.Begin(place, "copying the values");
        var copy = _timing.Median(() => CopyValues(length));

        progress.Begin(place, "FAVOR+ attention");
        var favor = _timing.Median(() => Forward(direction.Favor, shape));
        var favorError = Error(length, positions, attention);
        progress.Done(FavorWork(length));

        TimeSpan? estimate = before is null ? null : Grown(before.Exact ?? before.ExactEstimate!.Value, before.Length, length);
        TimeSpan? exact = null;
        double? exactError = null;
        if (estimate is null || estimate <= _settings.ExactLimit)
        {
            progress.Begin(place, "exact attention");
            exact = _timing.Median(() => Forward(direction.Exact, shape));
            exactError = Error(length, positions, attention);
            Check(exactError.Value, place);
            progress.Done(ExactWork(length, direction.Causal));

            // If the next length is too long for exact attention then all later ones are.
            int[] later = [.. _lengths.Where(next => next > length)];
            if (later.Length > 0 && Grown(exact.Value, length, later[0]) > _settings.ExactLimit)
            {
                progress.Drop(later.Sum(next => ExactWork(next, direction.Causal)));
            }
        }

        return new Measurement(
            direction.Causal, length, exact, estimate, favor, copy,
            direction.Exact.ScratchBytes(shape), direction.Favor.ScratchBytes(shape),
            positions.Length, exactError, favorError, SampledRows.RelativeError(average, attention));
    }

    /// <summary>The time of exact attention at another length: it grows with the square.</summary>
    private static TimeSpan Grown(TimeSpan time, int from, int to) => time * Math.Pow((double)to / from, 2);

    private void Embed(int length)
    {
        _embedding.Embed(_tokens.AsMemory(0, length), _query, _key, _value, _settings.Threads);

        // The output's pages exist before the first call that is timed.
        _output.AsSpan(0, length * Heads * Dim).Clear();
    }

    private void WarmUp()
    {
        var length = Math.Min(_settings.Length, 128);
        Embed(length);
        CopyValues(length);
        foreach (var direction in _directions)
        {
            foreach (var layer in new[] { direction.Exact, direction.Favor })
            {
                Forward(layer, new AttentionShape(1, Heads, length));
            }

            SampledRows.Compute(
                _query, _key, _value, Heads, length, Dim, SampledRows.Positions(length), direction.Causal, _settings.Threads);
        }
    }

    private void Forward(IAttention layer, AttentionShape shape)
    {
        var count = shape.QueryLength * Heads * Dim;
        layer.Forward(_query.AsSpan(0, count), _key.AsSpan(0, count), _value.AsSpan(0, count), _output.AsSpan(0, count), shape);
    }

    private void CopyValues(int length)
    {
        var threads = _settings.Threads;
        var count = (long)length * Heads * Dim;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            var from = (int)(count * part / threads);
            var to = (int)(count * (part + 1) / threads);
            _value.AsSpan(from, to - from).CopyTo(_output.AsSpan(from, to - from));
        });
    }

    private double Error(int length, int[] positions, double[] expected) =>
        SampledRows.RelativeError(SampledRows.Gather(_output, Heads, length, Dim, positions), expected);

    /// <summary>The exact kernel differs from double by rounding only: more means that this machine runs it wrongly.</summary>
    private static void Check(double exactError, string place)
    {
        // Written so that NaN fails too.
        if (!(exactError < 1e-4))
        {
            throw new JobException(
                FormattableString.Invariant($"{place}: the generated exact attention is off by {exactError:E1}, ")
                + "more than rounding explains. This is an error in KernelGen: please report it, with your processor.");
        }
    }

    private static double EmbedWork(int length) => 2 * 2.0 * length * Embedding.Width * Heads * Dim;

    private static double FavorWork(int length) => 8.0 * length * FavorBidirectional.Features * Dim * Heads;

    private static double ExactWork(int length, bool causal) => (causal ? 2.0 : 4.0) * length * length * Dim * Heads;

    private static double ReferenceWork(int length, bool causal) => (causal ? 2.0 : 4.0) * SampledRows.Most * length * Dim * Heads;

    private sealed record Direction(bool Causal, IAttention Exact, IAttention Favor)
    {
        public string Name => Causal ? "causal" : "bidirectional";
    }
}
