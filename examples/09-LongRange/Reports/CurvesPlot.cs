namespace KernelGen.Examples.LongRange;

/// <summary>The score on held-out examples against what all runs have the same of, time or steps.</summary>
internal static class CurvesPlot
{
    private static readonly string[] Colours = ["#333333", "#0b62a4", "#c1440e", "#2e8540", "#8e44ad", "#b7791f"];

    /// <summary>The whole SVG file.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="task">Whose scores they are.</param>
    /// <param name="groups">A curve each, the mean of its seeds, with a band that holds all of them.</param>
    /// <param name="baselines">A level each.</param>
    /// <param name="budget">Of each run.</param>
    public static string Draw(
        string title, LongRangeTask task, IReadOnlyList<RunGroup> groups, IReadOnlyList<Baseline> baselines, Budget budget)
    {
        var seeds = groups.SelectMany(group => group.Runs).Select(run => run.Plan.Seed).Distinct().Count();
        var means = seeds == 1 ? "one seed" : FormattableString.Invariant($"means of {seeds} seeds, bands hold them all");
        var isInSteps = budget.Steps is not null;
        var plot = new LinePlot(
            title, $"{budget} each; {means}", isInSteps ? "steps" : "seconds of training", $"{task.Score.Name}, held-out examples")
        {
            WholeX = isInSteps,
            YText = task.Score.AxisText,
            LeastY = task.Score.HigherIsBetter ? 0 : double.NaN,
            Marks = groups.Count <= 6,
        };
        foreach (var (group, index) in groups.Select((group, index) => (group, index)))
        {
            plot.Add(new PlotSeries(
                group.Label, Colours[index % Colours.Length], LineStyle.Full,
                [.. group.Curve.Select(point => (isInSteps ? point.Steps : point.Seconds, point.Score))])
            {
                Spread = group.Runs.Count > 1 ? [.. group.Curve.Select(point => point.Spread)] : [],
            });
        }

        foreach (var baseline in baselines)
        {
            plot.Add(new ReferenceLine(baseline.Name, baseline.Score));
        }

        return plot.ToSvg();
    }
}
