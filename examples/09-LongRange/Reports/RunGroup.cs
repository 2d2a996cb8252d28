namespace KernelGen.Examples.LongRange;

/// <summary>Runs that differ in their seeds alone.</summary>
/// <param name="Label">What tables and plots call them.</param>
/// <param name="Runs">Those that are done, at least one.</param>
internal sealed record RunGroup(string Label, IReadOnlyList<FinishedRun> Runs)
{
    /// <summary>The mean score; null where the loss of a run was no number any more.</summary>
    public double? Score => Runs.All(run => run.Result.Score is not null) ? Runs.Average(run => run.Result.Score!.Value) : null;

    /// <summary>The score of each seed.</summary>
    public IReadOnlyDictionary<int, double?> Scores => Runs.ToDictionary(run => run.Plan.Seed, run => run.Result.Score);

    /// <summary>Tokens a second of training, the mean.</summary>
    public double TokensPerSecond => Runs.Average(run => run.Result.TokensPerSecond);

    /// <summary>Steps, the mean.</summary>
    public double Steps => Runs.Average(run => run.Result.Steps);

    /// <summary>The most memory of any.</summary>
    public long PeakBytes => Runs.Max(run => run.Result.PeakBytes);

    /// <summary>The means of the tests: steps, seconds of training, score, and how far seeds are from the mean at most.</summary>
    public IReadOnlyList<(double Steps, double Seconds, double Score, double Spread)> Curve
    {
        get
        {
            var points = Runs.Min(run => run.Result.Curve.Count);
            return
            [
                .. Enumerable.Range(0, points).Select(at =>
                {
                    List<RunPoint> here = [.. Runs.Select(run => run.Result.Curve[at])];
                    var mean = here.Average(point => point.Score);
                    return (
                        here.Average(point => point.Step), here.Average(point => point.Seconds), mean,
                        here.Max(point => Math.Abs(point.Score - mean)));
                }),
            ];
        }
    }
}
