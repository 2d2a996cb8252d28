using System.Globalization;
using System.Runtime.Intrinsics;
using Spectre.Console;

namespace KernelGen.Examples.LongProteins;

/// <summary>What the job prints before and after its work.</summary>
internal sealed class Report(IAnsiConsole console, Settings settings)
{
    /// <summary>Says what will be done, on what.</summary>
    public void Intro(IReadOnlyList<Protein> proteins)
    {
        long period = TokenStream.Period(proteins);
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

        console.MarkupLine("[bold]Long proteins[/]: exact softmax attention and FAVOR+, its linear estimate, on real sequences");
        Path($"Data: {proteins.Count:N0} {(proteins.Count == 1 ? "protein" : "proteins")} of ", settings.DataPath);
        Line($"      joined with an EOS token after each: {period:N0} tokens");
        if (period < settings.Length)
        {
            Line($"      After the last protein they repeat from the first, to fill {settings.Length:N0} tokens.");
        }

        Line($"Layer: {Embedding.Heads} heads of {Embedding.HeadDim}, {FavorBidirectional.Features} features, batch of 1");
        string threads = settings.Threads == 1 ? "1 thread" : Text($"{settings.Threads} threads");
        Line($"Run: up to {settings.Length:N0} tokens, {threads}, vectors of {width} bit, seed {settings.Seed}");
        IsOptimized();
        console.WriteLine();
    }

    /// <summary>The tables and how to read them.</summary>
    public void Results(IReadOnlyList<Measurement> results, InputStatistics inputs)
    {
        foreach (bool causal in new[] { false, true })
        {
            Line($"[bold]{(causal ? "Causal: a token sees itself and those before it" : "Bidirectional: every token sees all tokens")}[/]");
            Table([.. results.Where(result => result.Causal == causal)]);
            console.WriteLine();
        }

        string repeats = settings.Quick ? "5 calls, of fewer where they take over 0.2 s" : "25 calls, of fewer where they take over 1 s";
        Note("Times",
            $"medians of {repeats}; the first calls, which compile, do not count.",
            $"Copying V is no attention at all: the least that any layer takes.",
            $"Scratch is the memory beside inputs and output.");
        foreach (IGrouping<bool, Measurement> skipped in results.Where(result => result.Exact is null).GroupBy(result => result.Causal))
        {
            // Skipped lengths are the longest ones, so the first and the last say it all.
            (Measurement first, Measurement last) = (skipped.First(), skipped.Last());
            string atLongest = first == last ? "" : Text($", {last.ExactEstimate!.Value.TotalSeconds:N0} s at {last.Length:N0}");
            Note("Skipped",
                $"exact {(skipped.Key ? "causal" : "bidirectional")} attention from {first.Length:N0} tokens on.",
                $"A call would take about {first.ExactEstimate!.Value.TotalSeconds:N0} s{atLongest},",
                $"and --exact-limit is {settings.ExactLimit.TotalSeconds:N0} s.");
        }

        Note("Errors",
            $"‖o − o*‖/‖o*‖ over {results.Max(result => result.Rows)} evenly spread queries of each head,",
            $"with exact o* computed in double for those rows.",
            $"Beside it the error of plain averaging, which gives each query the mean of the values that it sees.",
            $"The generated exact kernels differ from o* by {results.Max(result => result.ExactError):0E0} at most.");
        Note("Inputs",
            $"entries of q and k have standard deviation {Embedding.InputScale} by construction ({inputs.Deviation:F2} here),",
            $"and ‖z‖², z = (q + k)/d^¼, is {inputs.MeanSquaredZ:F1} on average.",
            $"The relative variance of a FAVOR+ weight is about exp(‖z‖²)/m, so this scale sets its error.");
    }

    /// <summary>The table of errors against features.</summary>
    public void Features(IReadOnlyList<FeatureMeasurement> results)
    {
        console.WriteLine();
        Line($"[bold]More features, less error[/]: bidirectional, {results[0].Length:N0} tokens, {results[0].Draws} draws of the features");
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in new[] { "features", "FAVOR+ ms", "error" })
        {
            table.AddColumn(new TableColumn(title) { Alignment = Justify.Right, NoWrap = true }.Padding(0, 0, 1, 0));
        }

        foreach (FeatureMeasurement result in results)
        {
            table.AddRow(Text($"{result.Features:N0}"), Milliseconds(result.Time), Text($"{100 * result.Error:F1} %"));
        }

        console.Write(table);
    }

    /// <summary>Says where the plot is.</summary>
    public void End() => Path($"Plot: ", settings.SvgPath);

    private void Table(Measurement[] results)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in new[]
        {
            "\ntokens", "exact\nms", "FAVOR+\nms", "copy V\nms", "\nspeed-up",
            "scratch\nexact", "scratch\nFAVOR+", "error\nFAVOR+", "error\naverage",
        })
        {
            table.AddColumn(new TableColumn(title) { Alignment = Justify.Right, NoWrap = true }.Padding(0, 0, 1, 0));
        }

        foreach (Measurement result in results)
        {
            table.AddRow(
                Text($"{result.Length:N0}"),
                result.Exact is { } exact ? Milliseconds(exact) : "skipped",
                Milliseconds(result.Favor),
                Milliseconds(result.Copy),
                result.Exact is { } time ? Text($"{time / result.Favor:F1} ×") : "",
                Bytes(result.ExactScratch),
                Bytes(result.FavorScratch),
                Text($"{100 * result.FavorError:F1} %"),
                Text($"{100 * result.AverageError:F1} %"));
        }

        console.Write(table);
    }

    [System.Diagnostics.Conditional("DEBUG")]
    private void IsOptimized() => Line($"[yellow]This is a Debug build: its times mean little. Run it with -c Release.[/]");

    // Not through the console, which would break a long path into lines.
    private void Path(FormattableString before, string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, full);
        console.Profile.Out.Writer.WriteLine(Text(before) + (relative.StartsWith("..", StringComparison.Ordinal) ? full : relative));
    }

    private void Note(string about, params FormattableString[] sentences) =>
        console.MarkupLine($"[bold]{about}[/]: {string.Join(' ', sentences.Select(sentence => Markup.Escape(Text(sentence))))}");

    // Escapes the arguments: a path may hold brackets.
    private void Line(FormattableString text) => console.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => Text($"{time.TotalMilliseconds:F2}"),
        < 100 => Text($"{time.TotalMilliseconds:F1}"),
        _ => Text($"{time.TotalMilliseconds:N0}"),
    };

    private static string Bytes(long bytes) => bytes < 1_000_000 ? Text($"{bytes / 1e3:F0} kB") : Text($"{bytes / 1e6:F1} MB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
