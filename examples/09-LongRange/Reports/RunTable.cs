namespace KernelGen.Examples.LongRange;

/// <summary>Groups of runs as a table, below what guesses score.</summary>
internal static class RunTable
{
    /// <summary>Prints it.</summary>
    public static void Print(
        Printer printer, ScoreKind score, IReadOnlyList<Baseline> baselines, IReadOnlyList<RunGroup> groups)
    {
        int[] seeds = [.. groups.SelectMany(group => group.Scores.Keys).Distinct().Order()];
        printer.Table(
            [
                "<\n", $"{score.Name}\n{(seeds.Length == 1 ? "" : "mean")}",
                .. seeds.Length == 1 ? [] : seeds.Select(seed => Printer.Text($"\nseed {seed}")),
                "\nsteps", "\ntokens a second", "\npeak memory",
            ],
            [
                .. baselines.Select(baseline => (string[])
                [
                    $"(guess: {baseline.Name})", score.Text(baseline.Score), .. seeds.Length == 1 ? [] : seeds.Select(_ => ""), "", "", "",
                ]),
                .. groups.Select(group => (string[])
                [
                    group.Label, Score(group.Score),
                    .. seeds.Length == 1
                        ? []
                        : seeds.Select(seed => group.Scores.TryGetValue(seed, out var of) ? Score(of) : "not done"),
                    Printer.Text($"{group.Steps:N0}"), Printer.Text($"{group.TokensPerSecond:N0}"),
                    Printer.Text($"{group.PeakBytes / 1e6:N0} MB"),
                ]),
            ]);

        string Score(double? of) => of is { } number ? score.Text(number) : "diverged";
    }
}
