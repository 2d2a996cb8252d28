namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The command <c>cost</c>.</summary>
internal static class CostCommand
{
    /// <summary>Runs it and returns the exit code.</summary>
    public static int Run(int length, int threads, bool causal)
    {
        var terminal = new Terminal();
        var printer = new Printer(terminal.Ansi);
        printer.Line($"[bold]Protein Performer, cost[/]: steps of training on rows of {length:N0} tokens, {(causal ? "causal" : "bidirectional")}, {Machine.Threads(threads)}");
        printer.WarnOfDebug();
        printer.Space();
        List<(string Name, CostRow? Row)> rows = terminal.Run(Cost.Names.Count, progress => Cost.Names.Select(name =>
        {
            progress.Begin(name, "a process of its own");
            var row = Cost.Measure(name, length, threads, causal);
            progress.Done(1);
            return (name, row);
        }).ToList());
        printer.Table(
            ["<attention", "tokens a second", "peak memory"],
            rows.Select(row => (string[])
            [
                row.Name == Cost.Matrix
                    ? "exact, with its matrix, by torch"
                    : ExperimentReport.NameOf(Enum.Parse<ModelAttention>(row.Name, ignoreCase: true)),
                row.Row is null ? "does not fit" : Printer.Text($"{row.Row.TokensPerSecond:N0}"),
                row.Row is null ? "" : Printer.Text($"{row.Row.PeakBytes / 1e9:F2} GB"),
            ]));
        printer.Note("Peak memory", $"is all that the process ever held, libtorch and the runtime included.");
        return ExitCode.Success;
    }
}
