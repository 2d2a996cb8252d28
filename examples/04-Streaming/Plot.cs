namespace KernelGen.Examples.Streaming;

/// <summary>The plot of this job: time of a token against its position.</summary>
internal static class Plot
{
    /// <summary>The name of its file, unless another is asked for.</summary>
    public const string FileName = "streaming.svg";

    /// <summary>The whole SVG file.</summary>
    public static string Draw(Settings settings, Experiment.Result result)
    {
        var subtitle = FormattableString.Invariant($"{Embedding.Heads} heads of {Embedding.HeadDim}, {StreamingFavor.Features} features, ")
            + FormattableString.Invariant($"{Machine.Threads(settings.Threads)}, {Machine.VectorBits}-bit vectors");
        var plot = new LogPlot(
            "A token at a time: what it costs far on in the stream", subtitle, "position (tokens so far, log scale)",
            "time of one token (log scale)")
        {
            DecadeText = LogPlot.Duration,
        };
        plot.Add(new PlotSeries("exact, with its keys and values", "#c1440e", LineStyle.Full, Points(result.Exact)));
        plot.Add(new PlotSeries("FAVOR+", "#0b62a4", LineStyle.Full, Points(result.Favor)));
        return plot.ToSvg();
    }

    private static (double, double)[] Points(IEnumerable<StepTime> times) =>
        [.. times.Select(time => ((double)time.Position, time.Microseconds / 1e3))];
}
