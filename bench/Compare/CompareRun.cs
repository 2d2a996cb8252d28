using System.Runtime.InteropServices;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>
/// The comparison: builds of both sides, then a pair of processes for each width and repetition. Progress goes to standard error.
/// </summary>
internal static class CompareRun
{
    /// <summary>What a shell has for a program that was interrupted.</summary>
    private const int Interrupted = 130;

    public static int Execute(CompareOptions options)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            // The folder of the other commit has to go first.
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return Execute(options, stop.Token);
        }
        catch (Exception error)
            when (stop.IsCancellationRequested && error is OperationCanceledException or InvalidOperationException or IOException)
        {
            Console.Error.WriteLine("Stopped.");
            return Interrupted;
        }
    }

    private static int Execute(CompareOptions options, CancellationToken stop)
    {
        var repository = Repository.Find();
        var commit = repository.Resolve(options.Commit);
        var present = repository.PresentTitle();
        Console.Error.WriteLine($"Present: {present}.");
        Console.Error.WriteLine($"Other:   {commit.Title}.");
        Console.Error.WriteLine("Building the present tree.");
        var presentBuild = RowServerBuild.Present(repository.Root, stop);
        Console.Error.WriteLine("Building the other commit.");
        using var tree = OtherTree.Create(repository, commit);
        var otherBuild = RowServerBuild.Other(tree, commit, stop);

        var report = new CompareReport(present, commit.Title, options);
        report.Notes.AddRange(otherBuild.LeftOut.Select(error => $"Not in the other commit: {error}"));
        foreach (var width in options.Widths.Count == 0 ? [VectorWidth.InForce] : options.Widths)
        {
            var times = new Dictionary<string, RowTimes>();
            for (var number = 0; number < options.Processes; number++)
            {
                using var pair = new ProcessPair(number, side => side == Side.Present
                    ? new RowServerProcess(present, presentBuild, width, options.Threads)
                    : new RowServerProcess(commit.Title, otherBuild, width, options.Threads));
                using var killing = stop.Register(pair.Kill);
                if (pair.Width != width)
                {
                    report.Notes.Add(
                        $"{width} bit: not available on this machine, which computes with {pair.Width} bit when asked for it; left out.");
                    break;
                }

                var rows = report.Choose(pair.PresentRows, pair.OtherRows);
                for (var row = 0; row < rows.Count; row++)
                {
                    stop.ThrowIfCancellationRequested();
                    Console.Error.WriteLine(
                        $"{width} bit, processes {number + 1}/{options.Processes}, {row + 1}/{rows.Count}  {rows[row]}");
                    if (!times.TryGetValue(rows[row], out var rowTimes))
                    {
                        times[rows[row]] = rowTimes = new RowTimes();
                    }

                    rowTimes.Add(pair.Measure(rows[row], options.Effort));
                }
            }

            report.Rows.AddRange(times.Select(row => row.Value.Summary(row.Key, width)));
        }

        Console.Error.WriteLine();
        report.Write();
        OutputFile.Save(options.Csv, report.Csv());
        OutputFile.Save(options.Markdown, report.Markdown());
        return 0;
    }
}
