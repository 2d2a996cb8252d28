using System.CommandLine;
using System.Globalization;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Torch.Training;

/// <summary>The command <c>training</c>, and the hidden one that it starts itself with.</summary>
internal static class TrainingCommand
{
    private const string Worker = "training-worker";

    public static Command Create()
    {
        var markdown = OutputFile.Option("--markdown", "Also write the report as Markdown.");
        var csv = OutputFile.Option("--csv", "Also write the rows as comma-separated values.");
        var quick = new Option<bool>("--quick") { Description = "256 and 2,048 tokens, at the widest vectors; two minutes." };
        var threads = ThreadsOption.Create();
        var widths = VectorWidthOption.Create("without it 512 and 256.");
        var command = new Command("training", "Times whole training steps of a small model with different attentions.")
        {
            quick, threads, widths, csv, markdown,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            IReadOnlyList<int> measured = parsed.GetValue(widths) is { Length: > 0 } given ? given
                : isQuick ? [VectorWidth.InForce]
                : [512, 256];
            IReadOnlyList<string> arguments =
            [
                Worker, .. isQuick ? (string[])["--quick"] : [],
                "--threads", .. ThreadsOption.Or(parsed.GetValue(threads)).Select(count => count.ToString(CultureInfo.InvariantCulture)),
            ];
            var report = new TrainingReport();
            foreach (var width in measured.OrderDescending())
            {
                Measure(width, arguments, report);
            }

            Console.Error.WriteLine();
            Console.Write(report.Markdown());
            OutputFile.Save(parsed.GetValue(csv), report.Csv());
            OutputFile.Save(parsed.GetValue(markdown), report.Markdown());
            return 0;
        });
        return command;
    }

    public static Command CreateWorker()
    {
        var quick = new Option<bool>("--quick");
        var threads = new Option<int[]>("--threads") { AllowMultipleArgumentsPerToken = true };
        var command = new Command(Worker) { quick, threads };
        command.Hidden = true;
        command.SetAction(parsed => TrainingWorker.Run(parsed.GetValue(quick), parsed.GetValue(threads)!));
        return command;
    }

    private static void Measure(int width, IReadOnlyList<string> arguments, TrainingReport report)
    {
        foreach (var message in WidthProcess.Run(width, arguments).Select(TrainingMessage.Parse))
        {
            if (message.Width is { } inForce && inForce != width)
            {
                report.Notes.Add(
                    $"{width} bit: not available on this machine, which computes with {inForce} bit when asked for it; left out.");
                return;
            }

            if (message.Progress is { } progress)
            {
                Console.Error.WriteLine($"{width} bit: {progress}");
            }

            if (message.Row is { } row)
            {
                report.Rows.Add(row);
            }

            if (message.Loss is { } loss)
            {
                report.Losses.Add(loss);
            }
        }
    }
}
