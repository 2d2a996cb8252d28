using System.Runtime.Intrinsics;
using System.Text;

namespace KernelGen.Examples.LongProteins;

/// <summary>The plot of this job: time of a call against the length of the sequence.</summary>
internal static class Plot
{
    /// <summary>Fails at once where the plot could not be written later.</summary>
    /// <exception cref="JobException">There is no such folder, or a folder has the name of the file.</exception>
    public static void CheckFolder(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new JobException(
                $"'{path}' is a folder. Give the plot a file name, for example --svg '{Path.Combine(path, "long-proteins.svg")}'.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new JobException(
                $"There is no folder '{Path.GetDirectoryName(full)}' for the plot. Create it, or give another file with --svg.");
        }
    }

    /// <summary>Writes the plot to the file that the settings name.</summary>
    /// <exception cref="JobException">The file cannot be written.</exception>
    public static void Write(Settings settings, IReadOnlyList<Measurement> results)
    {
        try
        {
            File.WriteAllText(settings.SvgPath, Draw(settings, results), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The plot cannot be written: {e.Message} Give another file with --svg.");
        }
    }

    private static string Draw(Settings settings, IReadOnlyList<Measurement> results)
    {
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        string threads = settings.Threads == 1 ? "1 thread" : FormattableString.Invariant($"{settings.Threads} threads");
        string subtitle = FormattableString.Invariant($"forward pass, {Embedding.Heads} heads of {Embedding.HeadDim}, ")
            + FormattableString.Invariant($"{FavorBidirectional.Features} features, {threads}, {width}-bit vectors");
        var plot = new LogLogPlot(
            "Attention over long proteins: exact and FAVOR+",
            subtitle,
            "sequence length (tokens, log scale)",
            "time of one call (log scale)");
        AddBoth("exact", "#c1440e", result => result.Exact);
        AddBoth("FAVOR+", "#0b62a4", result => result.Favor);

        // Copying has no direction.
        plot.Add(new LogLogSeries("copy of V (no attention)", "#6b6b6b", false, Points(causal: false, result => result.Copy)));
        return plot.ToSvg();

        void AddBoth(string name, string colour, Func<Measurement, TimeSpan?> time)
        {
            foreach (bool causal in new[] { false, true })
            {
                plot.Add(new LogLogSeries($"{name}, {(causal ? "causal" : "bidirectional")}", colour, causal, Points(causal, time)));
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
