using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Roofline;

/// <summary>The roofline report: a process for each width, then the table and the files. Progress goes to standard error.</summary>
internal static class RooflineRun
{
    public static int Execute(RooflineOptions options)
    {
        Console.Error.WriteLine("Running the generator on the measured declarations.");
        var report = new RooflineReport { Command = options.Command, TextSizes = EmittedText.Sizes() };
        var withRatios = true;
        foreach (var width in options.Widths.OrderDescending())
        {
            // Ratios are taken once, at the widest width that there is.
            if (Measure(width, options, withRatios, report))
            {
                withRatios = false;
            }
        }

        Console.Error.WriteLine();
        ConsoleReport.Write(report);
        OutputFile.Save(options.Csv, CsvReport.Text(report));
        OutputFile.Save(options.Markdown, MarkdownReport.Text(report));
        OutputFile.Save(options.Svg, SvgChart.Text(report));
        return 0;
    }

    /// <summary>False where the machine does not compute at this width.</summary>
    private static bool Measure(int width, RooflineOptions options, bool withRatios, RooflineReport report)
    {
        foreach (var message in WorkerProcess.Run(width, options.Quick, options.OnlySteps, withRatios))
        {
            if (message.Width is { } inForce && inForce != width)
            {
                var note = $"{width} bit: not available on this machine, which computes with {inForce} bit when asked for it; left out.";
                Console.Error.WriteLine(note);
                report.Notes.Add(note);
                return false;
            }

            if (message.Width is not null)
            {
                Console.Error.WriteLine($"{width} bit: in force.");
            }

            if (message.Progress is { } progress)
            {
                Console.Error.WriteLine($"{width} bit: {progress}");
            }

            Add(report, message);
        }

        return true;
    }

    private static void Add(RooflineReport report, WorkerMessage message)
    {
        if (message.Row is { } row)
        {
            report.Rows.Add(row);
        }

        if (message.StepRow is { } stepRow)
        {
            report.StepRows.Add(stepRow);
        }

        if (message.Ratio is { } ratio)
        {
            report.Ratios.Add(ratio);
        }

        if (message.FirstCall is { } firstCall)
        {
            report.FirstCalls.Add(firstCall);
        }

        if (message.Note is { } note)
        {
            report.Notes.Add(note);
        }
    }
}
