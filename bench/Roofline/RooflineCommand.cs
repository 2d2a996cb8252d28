using System.CommandLine;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Roofline;

/// <summary>The options of <c>roofline</c>, and of the hidden command that it starts itself with.</summary>
internal static class RooflineCommand
{
    public static Command Create()
    {
        var csv = OutputFile.Option("--csv", "Also write the rows as comma-separated values.");
        var markdown = OutputFile.Option("--markdown", "Also write the report as Markdown.");
        var svg = OutputFile.Option("--svg", "Also write a chart of the shares of peak.");
        var quick = new Option<bool>("--quick") { Description = "The rows and ratios of the project's targets only; a minute." };
        var steps = new Option<bool>("--steps") { Description = "Only decoding, a token at a time." };
        var widths = VectorWidthOption.Create("without it all three.");
        var command = new Command("roofline", "Measures every kernel against the machine's multiply-add peak.")
        {
            quick, steps, widths, csv, markdown, svg,
        };
        command.SetAction(parsed => RooflineRun.Execute(new RooflineOptions(
            parsed.GetValue(widths) is { Length: > 0 } given ? given : VectorWidth.All,
            parsed.GetValue(quick),
            parsed.GetValue(steps),
            parsed.GetValue(csv),
            parsed.GetValue(markdown),
            parsed.GetValue(svg))));
        return command;
    }

    public static Command CreateWorker()
    {
        var width = new Option<int>("--width") { Required = true };
        var quick = new Option<bool>("--quick");
        var steps = new Option<bool>("--steps");
        var ratios = new Option<bool>("--ratios");
        var command = new Command(WorkerProcess.Command) { width, quick, steps, ratios };
        command.Hidden = true;
        command.SetAction(parsed =>
            Worker.Run(parsed.GetValue(width), parsed.GetValue(quick), parsed.GetValue(steps), parsed.GetValue(ratios)));
        return command;
    }
}
