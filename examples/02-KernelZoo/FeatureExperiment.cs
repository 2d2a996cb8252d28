namespace KernelGen.Examples.KernelZoo;

/// <summary>
/// The accuracy figure of the Performer paper on proteins: mean squared error of attention against the number of features, for each way to
/// choose the map and to draw the projections. All in double.
/// </summary>
internal sealed class FeatureExperiment
{
    private static readonly (string Name, Func<int, int, ulong, Projection> Draw)[] Draws =
    [
        ("Gaussian", Projection.Gaussian), ("orthogonal", Projection.Orthogonal), ("Hadamard", Projection.Hadamard),
    ];

    private readonly Settings _settings;
    private readonly HeadInput _sample;
    private readonly (string Name, FeatureMap Map)[] _maps;

    /// <summary>Will measure on <paramref name="sample"/>.</summary>
    public FeatureExperiment(Settings settings, HeadInput sample)
    {
        _settings = settings;
        _sample = sample;
        _maps = SoftmaxMaps.For(sample);
    }

    /// <summary>The numbers of features, growing.</summary>
    public IReadOnlyList<int> Features => _settings.Quick ? [16, 32, 64, 128, 256] : [16, 32, 64, 128, 256, 512];

    /// <summary>Draws that are averaged over.</summary>
    public int DrawCount => _settings.Quick ? 16 : 32;

    /// <summary>Queries of each head.</summary>
    public int Rows => Math.Min(64, _sample.Length);

    /// <summary>Tokens of the sample.</summary>
    public int Length => _sample.Length;

    /// <summary>Heads of the sample.</summary>
    public int Heads => _sample.Heads;

    /// <summary>The size of its queries and keys.</summary>
    public InputStatistics Statistics => _sample.Statistics;

    /// <summary>The mean squared error of plain averaging; known after <see cref="Run"/>.</summary>
    public double AverageError { get; private set; }

    /// <summary>About how long it takes, in milliseconds of any machine.</summary>
    public double Work => Draws.Length * Features.Sum(WorkOf);

    /// <summary>Measures all points.</summary>
    public IReadOnlyList<FeaturePoint> Run(IJobProgress progress)
    {
        var positions = SampledRows.Positions(_sample.Length);
        var (attention, _) = SampledRows.Compute(
            _sample.Query, _sample.Key, _sample.Value, Heads, _sample.Length, HeadInput.Dim, positions, causal: false, _settings.Threads);

        // Relative errors are of norms: this turns their squares into mean squares of a number.
        var meanSquare = attention.Average(x => x * x);
        var points = new List<FeaturePoint>();
        foreach (var (drawName, draw) in Draws)
        {
            foreach (var features in Features)
            {
                progress.Begin("error against features", FormattableString.Invariant($"{drawName} projections, {features} features"));
                var options = new AttentionErrorOptions
                {
                    Maps = [.. _maps.Select(map => map.Map)],
                    Draws = DrawCount,
                    Draw = draw,
                    Seed = _settings.OtherSeed,
                    RowsPerHead = Rows,
                    DegreeOfParallelism = _settings.Threads,
                };
                var error = AttentionError.Measure(
                    _sample.Query, _sample.Key, _sample.Value, _sample.Shape, causal: false, features, options);
                AverageError = error.AverageError * error.AverageError * meanSquare;
                points.AddRange(_maps.Zip(error.Maps, (map, of) => new FeaturePoint(
                    map.Name,
                    drawName,
                    features,
                    of.RelativeError * of.RelativeError * meanSquare,

                    // The mean square has twice the relative standard error of its root.
                    2 * of.RelativeError * of.StandardError * meanSquare,
                    (double)of.FailedRows / of.Rows)));
                progress.Done(WorkOf(features));
            }
        }

        return points;
    }

    private double WorkOf(int features) => 1e-4 * DrawCount * Heads * _sample.Length * features;
}
