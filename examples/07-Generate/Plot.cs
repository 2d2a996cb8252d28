namespace KernelGen.Examples.Generate;

/// <summary>The plot of this job: time of a token against its position.</summary>
internal static class Plot
{
    /// <summary>The name of its file, unless another is asked for.</summary>
    public const string FileName = "generate.svg";

    /// <summary>The whole SVG file.</summary>
    public static string Draw(IReadOnlyList<StepTime> favor, IReadOnlyList<StepTime> exact, int threads)
    {
        var plot = new LogPlot(
            "A character at a time: what it costs far on in a text",
            FormattableString.Invariant(
                $"a whole step of a model of four layers, {Machine.Threads(threads)}, {Machine.VectorBits}-bit vectors"),
            "characters before it (log scale)", "time of one character (log scale)")
        {
            DecadeText = LogPlot.Duration,
        };
        plot.Add(new PlotSeries("exact, with its keys and values", "#c1440e", LineStyle.Full, Points(exact)));
        plot.Add(new PlotSeries("FAVOR+", "#0b62a4", LineStyle.Full, Points(favor)));
        return plot.ToSvg();
    }

    private static (double, double)[] Points(IEnumerable<StepTime> times) =>
        [.. times.Select(time => ((double)time.Position, time.Microseconds / 1e3))];
}
