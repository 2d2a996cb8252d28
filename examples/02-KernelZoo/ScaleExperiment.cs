namespace KernelGen.Examples.KernelZoo;

/// <summary>Which map is best at which size of queries and keys: the same tokens, with queries and keys scaled. All in double.</summary>
internal sealed class ScaleExperiment(Settings settings, HeadInput sample)
{
    private const int Features = Positive.Features;

    // ‖z‖² grows with the square of the scale.
    private static readonly double[] Targets = [1, 2, 4, 8, 16];

    /// <summary>About how long it takes, in milliseconds of any machine.</summary>
    public double Work => Targets.Length * WorkOfScale;

    private double WorkOfScale => 1e-4 * 16 * sample.Heads * sample.Length * Features;

    /// <summary>Measures all maps at each size.</summary>
    public IReadOnlyList<ScalePoint> Run(IJobProgress progress) => [.. Targets.Select(target =>
    {
        progress.Begin("error against size", FormattableString.Invariant($"‖z‖² = {target}"));
        var input = sample.Scaled(Math.Sqrt(target / sample.Statistics.MeanSquaredZ));
        var maps = SoftmaxMaps.For(input);
        var options = new AttentionErrorOptions
        {
            Maps = [.. maps.Select(map => map.Map)],
            Seed = settings.OtherSeed,
            DegreeOfParallelism = settings.Threads,
        };
        var error = AttentionError.Measure(input.Query, input.Key, input.Value, input.Shape, causal: false, Features, options);
        progress.Done(WorkOfScale);
        return new ScalePoint(target, error.AverageError, [.. maps.Zip(error.Maps, (map, of) => (map.Name, of))]);
    })];
}
