using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>The report: a process for each width, then the table and the files. Progress goes to standard error.</summary>
internal static class PeersRun
{
    public static int Execute(PeersOptions options)
    {
        var report = new PeersReport();
        foreach (var width in options.Widths.OrderDescending())
        {
            Measure(width, options, report);
        }

        Console.Error.WriteLine();
        Console.Write(report.Markdown());
        OutputFile.Save(options.Csv, report.Csv());
        OutputFile.Save(options.Markdown, report.Markdown());
        OutputFile.Save(options.Svg, PeersChart.Text(report.Rows));
        return 0;
    }

    private static void Measure(int width, PeersOptions options, PeersReport report)
    {
        foreach (var message in WidthProcess.Run(width, PeersCommand.Arguments(options)).Select(PeerMessage.Parse))
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

            if (message.Matrix is { } matrix)
            {
                report.Matrices.Add(matrix);
            }

            if (message.Note is { } note)
            {
                Console.Error.WriteLine(note);
                report.Notes.Add($"{width} bit: {note}");
            }
        }
    }
}
