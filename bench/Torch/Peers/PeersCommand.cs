using System.CommandLine;
using System.Globalization;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>The options of <c>peers</c>, and of the hidden command that it starts itself with.</summary>
internal static class PeersCommand
{
    private const string Worker = "peers-worker";

    /// <summary>What a measuring process is started with.</summary>
    public static IReadOnlyList<string> Arguments(PeersOptions options) =>
        [
            Worker,
            .. options.Quick ? (string[])["--quick"] : [],
            "--threads",
            .. options.Threads.Select(count => count.ToString(CultureInfo.InvariantCulture)),
        ];

    public static Command Create()
    {
        var csv = OutputFile.Option("--csv", "Also write the rows as comma-separated values.");
        var markdown = OutputFile.Option("--markdown", "Also write the report as Markdown.");
        var svg = OutputFile.Option("--svg", "Also write a chart.");
        var quick = new Option<bool>("--quick") { Description = "512 and 2,048 tokens on one thread, at the widest vectors; a minute." };
        var threads = ThreadsOption.Create();
        var widths = VectorWidthOption.Create("without it 512 and 256.");
        var command = new Command("peers", "Times attention of other libraries beside KernelGen's, on the same numbers.")
        {
            quick, threads, widths, csv, markdown, svg,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            return PeersRun.Execute(new PeersOptions(
                parsed.GetValue(widths) is { Length: > 0 } given ? given : isQuick ? [VectorWidth.InForce] : [512, 256],
                isQuick && parsed.GetValue(threads) is not { Length: > 0 } ? [1] : ThreadsOption.Or(parsed.GetValue(threads)),
                isQuick,
                parsed.GetValue(csv),
                parsed.GetValue(markdown),
                parsed.GetValue(svg)));
        });
        return command;
    }

    public static Command CreateWorker()
    {
        var quick = new Option<bool>("--quick");
        var threads = new Option<int[]>("--threads") { AllowMultipleArgumentsPerToken = true };
        var command = new Command(Worker) { quick, threads };
        command.Hidden = true;
        command.SetAction(parsed => PeersWorker.Run(parsed.GetValue(quick), parsed.GetValue(threads)!));
        return command;
    }
}
