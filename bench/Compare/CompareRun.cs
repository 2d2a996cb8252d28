using System.Diagnostics;
using System.Runtime.InteropServices;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>The comparison: builds of both sides, then a pair of processes for each width and repetition. Progress goes to standard error.</summary>
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
        catch (Exception error) when (stop.IsCancellationRequested && error is OperationCanceledException or InvalidOperationException or IOException)
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
            for (var process = 0; process < options.Processes; process++)
            {
                // Who starts first gets memory first.
                var presentFirst = Alternation.PresentFirst(process, pair: 0);
                using var first = new RowServerProcess(presentFirst ? present : commit.Title, presentFirst ? presentBuild : otherBuild, width, options.Threads);
                using var second = new RowServerProcess(presentFirst ? commit.Title : present, presentFirst ? otherBuild : presentBuild, width, options.Threads);
                using var killing = stop.Register(() =>
                {
                    first.Kill();
                    second.Kill();
                });
                if (first.Width != width)
                {
                    report.Notes.Add($"{width} bit: not available on this machine, which computes with {first.Width} bit when asked for it; left out.");
                    break;
                }

                var sides = presentFirst ? new Sides(first, second) : new Sides(second, first);
                var rows = report.Choose(sides.Present.Rows(), sides.Other.Rows());
                for (var row = 0; row < rows.Count; row++)
                {
                    stop.ThrowIfCancellationRequested();
                    Console.Error.WriteLine($"{width} bit, processes {process + 1}/{options.Processes}, {row + 1}/{rows.Count}  {rows[row]}");
                    if (!times.TryGetValue(rows[row], out var rowTimes))
                    {
                        times[rows[row]] = rowTimes = new RowTimes();
                    }

                    rowTimes.Add(sides.Measure(rows[row], process, options.Effort));
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

    /// <summary>A pair of processes.</summary>
    private sealed record Sides(RowServerProcess Present, RowServerProcess Other)
    {
        public IReadOnlyList<(double Present, double Other)> Measure(string row, int process, CompareEffort effort)
        {
            Present.Open(row);
            Other.Open(row);
            var pairs = new List<(double Present, double Other)>();
            var clock = Stopwatch.StartNew();
            while (Alternation.GoesOn(pairs.Count, clock.Elapsed.TotalSeconds, effort))
            {
                var presentFirst = Alternation.PresentFirst(process, pairs.Count);
                var before = presentFirst ? Present.Slice() : 0;
                var other = Other.Slice();
                pairs.Add((presentFirst ? before : Present.Slice(), other));
            }

            return pairs;
        }
    }
}
