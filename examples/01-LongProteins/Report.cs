using Spectre.Console;

namespace KernelGen.Examples.LongProteins;

/// <summary>What the job prints before and after its work.</summary>
internal sealed class Report(IAnsiConsole console, Settings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(IReadOnlyList<Protein> proteins)
    {
        var period = TokenStream.Period(proteins);

        _printer.Line($"[bold]Long proteins[/]: exact softmax attention and FAVOR+, its linear estimate, on real sequences");
        _printer.Path($"Data: {proteins.Count:N0} {(proteins.Count == 1 ? "protein" : "proteins")} of ", settings.DataPath);
        _printer.Line($"      joined with an EOS token after each: {period:N0} tokens");
        if (period < settings.Length)
        {
            _printer.Line($"      After the last protein they repeat from the first, to fill {settings.Length:N0} tokens.");
        }

        _printer.Line($"Layer: {Embedding.Heads} heads of {Embedding.HeadDim}, {FavorBidirectional.Features} features, batch of 1");
        var threads = Machine.Threads(settings.Threads);
        _printer.Line($"Run: up to {settings.Length:N0} tokens, {threads}, vectors of {Machine.VectorBits} bit, seed {settings.Seed}");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The tables and how to read them.</summary>
    public void Results(IReadOnlyList<Measurement> results, InputStatistics inputs)
    {
        foreach (var causal in new[] { false, true })
        {
            _printer.Line(
                $"[bold]{(causal ? "Causal: a token sees itself and those before it" : "Bidirectional: every token sees all tokens")}[/]");
            Table([.. results.Where(result => result.Causal == causal)]);
            _printer.Space();
        }

        var repeats = settings.Quick ? "5 calls, of fewer where they take over 0.2 s" : "25 calls, of fewer where they take over 1 s";
        _printer.Note("Times",
            $"medians of {repeats}; the first calls, which compile, do not count.",
            $"Copying V is no attention at all: the least that any layer takes.",
            $"Scratch is the memory beside inputs and output.");
        foreach (var skipped in results.Where(result => result.Exact is null).GroupBy(result => result.Causal))
        {
            // Skipped lengths are the longest ones, so the first and the last say it all.
            var (first, last) = (skipped.First(), skipped.Last());
            var atLongest = first == last ? "" : Text($", {last.ExactEstimate!.Value.TotalSeconds:N0} s at {last.Length:N0}");
            _printer.Note("Skipped",
                $"exact {(skipped.Key ? "causal" : "bidirectional")} attention from {first.Length:N0} tokens on.",
                $"A call would take about {first.ExactEstimate!.Value.TotalSeconds:N0} s{atLongest},",
                $"and --exact-limit is {settings.ExactLimit.TotalSeconds:N0} s.");
        }

        _printer.Note("Errors",
            $"‖o − o*‖/‖o*‖ over {results.Max(result => result.Rows)} evenly spread queries of each head,",
            $"with exact o* computed in double for those rows.",
            $"Beside it the error of plain averaging, which gives each query the mean of the values that it sees.",
            $"The generated exact kernels differ from o* by {results.Max(result => result.ExactError):0E0} at most.");
        _printer.Note("Inputs",
            $"entries of q and k have standard deviation {Embedding.InputScale} by construction ({inputs.Deviation:F2} here),",
            $"and ‖z‖², z = (q + k)/d^¼, is {inputs.MeanSquaredZ:F1} on average.",
            $"The relative variance of a FAVOR+ weight is about exp(‖z‖²)/m, so this scale sets its error.");
    }

    /// <summary>The table of errors against features.</summary>
    public void Features(IReadOnlyList<FeatureMeasurement> results)
    {
        _printer.Space();
        var (length, draws) = (results[0].Length, results[0].Draws);
        _printer.Line($"[bold]More features, less error[/]: bidirectional, {length:N0} tokens, {draws} draws of the features");
        _printer.Table(
            ["features", "FAVOR+ ms", "error"],
            results.Select(result => (string[])
            [
                Text($"{result.Features:N0}"), Printer.Milliseconds(result.Time), Printer.Percent(result.Error),
            ]));
    }

    /// <summary>Says where the plot is.</summary>
    public void End() => _printer.Plots("--svg", settings.SvgPath);

    private void Table(Measurement[] results) => _printer.Table(
        [
            "\ntokens", "exact\nms", "FAVOR+\nms", "copy V\nms", "\nspeed-up",
            "scratch\nexact", "scratch\nFAVOR+", "error\nFAVOR+", "error\naverage",
        ],
        results.Select(result => (string[])
        [
            Text($"{result.Length:N0}"),
            result.Exact is { } exact ? Printer.Milliseconds(exact) : "skipped",
            Printer.Milliseconds(result.Favor),
            Printer.Milliseconds(result.Copy),
            result.Exact is { } time ? Text($"{time / result.Favor:F1} ×") : "",
            Bytes(result.ExactScratch),
            Bytes(result.FavorScratch),
            Printer.Percent(result.FavorError),
            Printer.Percent(result.AverageError),
        ]));

    private static string Bytes(long bytes) => bytes < 1_000_000 ? Text($"{bytes / 1e3:F0} kB") : Text($"{bytes / 1e6:F1} MB");

    private static string Text(FormattableString text) => Printer.Text(text);
}
