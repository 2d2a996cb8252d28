using Spectre.Console;

namespace KernelGen.Examples.Streaming;

/// <summary>What the job prints before and after its work.</summary>
internal sealed class Report(IAnsiConsole console, Settings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(IReadOnlyList<Protein> proteins)
    {
        _printer.Line($"[bold]Streaming[/]: real protein sequences, a token at a time, through FAVOR+ and exact attention");
        _printer.Path($"Data: {proteins.Count:N0} {(proteins.Count == 1 ? "protein" : "proteins")} of ", settings.DataPath);
        _printer.Line($"Layer: {Embedding.Heads} heads of {Embedding.HeadDim}, {StreamingFavor.Features} features");
        var threads = Machine.Threads(settings.Threads);
        _printer.Line($"Run: {settings.Length:N0} tokens, {threads}, vectors of {Machine.VectorBits} bit, seed {settings.Seed}; Ctrl-C stops and saves");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The table and how to read it.</summary>
    public void Results(Experiment.Result result)
    {
        _printer.Table(
            ["\nposition", "FAVOR+\nµs a token", "\nremembers", "exact\nµs a token", "\nremembers"],
            result.Favor.Select(favor =>
            {
                var exact = result.Exact.FirstOrDefault(time => time.Position == favor.Position);
                return (string[])
                [
                    Text($"{favor.Position:N0}"), Text($"{favor.Microseconds:N1}"), Bytes(favor.StateBytes),
                    exact is null ? "skipped" : Text($"{exact.Microseconds:N1}"), exact is null ? "" : Bytes(exact.StateBytes),
                ];
            }));
        _printer.Note("Times",
            $"of a step of all heads, without the embedding: medians of the last 256 tokens before the position, for exact attention of up to 64.");
        _printer.Note("Exact",
            $"remembers keys and values in memory that doubles when it is full.",
            $"It is skipped where that would take more than a third of the free memory.");
        _printer.Note("Outputs",
            $"the fingerprint of all FAVOR+ outputs is {result.Fingerprint:X16}: the same however often a run is stopped and resumed.");
    }

    /// <summary>Says how to go on.</summary>
    public void Stopped() => _printer.Path($"Stopped. Run the same command with --resume to go on from ", settings.StatePath);

    /// <summary>Says where the plot is.</summary>
    public void End() => _printer.Plots("--svg", settings.SvgPath);

    private static string Bytes(long bytes) => bytes switch
    {
        < 1_000_000 => Text($"{bytes / 1e3:F0} kB"),
        < 1_000_000_000 => Text($"{bytes / 1e6:F1} MB"),
        _ => Text($"{bytes / 1e9:F1} GB"),
    };

    private static string Text(FormattableString text) => Printer.Text(text);
}
