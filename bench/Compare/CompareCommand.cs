using System.CommandLine;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>The options of <c>compare</c>.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var commit = new Argument<string>("COMMIT") { Description = "The other commit: a hash, a tag, a branch, HEAD~3." };
        var widths = VectorWidthOption.Create("without it the widest of this machine.");
        var rows = new Option<RowPattern?>("--rows")
        {
            Description = "Which rows, by name: patterns with commas between, * stands for any characters; without it all.",
            HelpName = "PATTERN",
            CustomParser = result =>
            {
                try
                {
                    return RowPattern.Parse(result.Tokens[0].Value);
                }
                catch (FormatException error)
                {
                    result.AddError($"--rows: {error.Message}");
                    return null;
                }
            },
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "Fewer repetitions in two pairs of processes, and only some rows unless --rows says which.",
        };
        var processes = Count("--processes", "The pairs of processes, one after the other; without it 3, or 2 with --quick.", 100);
        var threads = Count("--threads", "The threads of a call; without it 1. With more, calls are of 8 heads in place of one.", 1024);
        var csv = OutputFile.Option("--csv", "Also write the rows as comma-separated values.");
        var markdown = OutputFile.Option("--markdown", "Also write the report as Markdown.");
        var command = new Command("compare", "Builds another commit beside the working tree and measures both alternately, row by row.")
        {
            commit, widths, rows, quick, processes, threads, csv, markdown,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            return CompareRun.Execute(new CompareOptions(
                parsed.GetRequiredValue(commit),
                parsed.GetValue(widths) ?? [],
                parsed.GetValue(rows) ?? (isQuick ? RowPattern.Quick : RowPattern.All),
                parsed.GetValue(threads) is > 0 and var given ? given : 1,
                parsed.GetValue(processes) is > 0 and var pairs ? pairs : isQuick ? 2 : 3,
                isQuick ? CompareEffort.Quick : CompareEffort.Full,
                parsed.GetValue(csv),
                parsed.GetValue(markdown)));
        });
        return command;
    }

    private static Option<int> Count(string name, string description, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "NUMBER" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number >= 1 && number <= most))
            {
                result.AddError($"{name}: '{token.Value}' is not a number from 1 to {most}.");
            }
        });
        return option;
    }
}
