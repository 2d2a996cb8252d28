namespace KernelGen.Examples.LongProteins;

/// <summary>The plot of this job: time of a call against the length of the sequence.</summary>
internal static class Plot
{
    /// <summary>The name of its file, unless another is asked for.</summary>
    public const string FileName = "long-proteins.svg";

    /// <summary>The whole SVG file.</summary>
    public static string Draw(Settings settings, IReadOnlyList<Measurement> results)
    {
        var subtitle = FormattableString.Invariant($"forward pass, {Embedding.Heads} heads of {Embedding.HeadDim}, ")
            + FormattableString.Invariant($"{FavorBidirectional.Features} features, {Machine.Threads(settings.Threads)}, ")
            + FormattableString.Invariant($"{Machine.VectorBits}-bit vectors");
        var plot = new LogPlot(
            "Attention over long proteins: exact and FAVOR+",
            subtitle,
            "sequence length (tokens, log scale)",
            "time of one call (log scale)")
        {
            DecadeText = LogPlot.Duration,
        };
        AddBoth("exact", "#c1440e", result => result.Exact);
        AddBoth("FAVOR+", "#0b62a4", result => result.Favor);

        // Copying has no direction.
        plot.Add(new PlotSeries("copy of V (no attention)", "#6b6b6b", LineStyle.Full, Points(causal: false, result => result.Copy)));
        return plot.ToSvg();

        void AddBoth(string name, string colour, Func<Measurement, TimeSpan?> time)
        {
            foreach (var causal in new[] { false, true })
            {
                var direction = causal ? "causal" : "bidirectional";
                plot.Add(new PlotSeries($"{name}, {direction}", colour, causal ? LineStyle.Dashed : LineStyle.Full, Points(causal, time)));
            }
        }

        (double, double)[] Points(bool causal, Func<Measurement, TimeSpan?> time) =>
        [
            .. from result in results
               where result.Causal == causal && time(result) is not null
               select ((double)result.Length, time(result)!.Value.TotalMilliseconds),
        ];
    }
}
