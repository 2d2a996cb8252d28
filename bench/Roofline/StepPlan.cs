using System.Diagnostics;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>
/// Decoding a token at a time: the bytes that steps move against the bandwidth of where they are, and what a step costs far on.
/// </summary>
internal static class StepPlan
{
    private const int NearPosition = 100, FarPosition = 1_000_000;

    private const double ProbeSeconds = 3e-4;

    private static readonly BenchKernel Softmax = KernelCatalog.Find(KernelName.Softmax, causal: true);

    private static readonly BenchKernel Exact = KernelCatalog.Find(KernelName.Exact, causal: true);

    /// <summary>The rows at one width.</summary>
    public static IEnumerable<Step> Rows(int width, bool quick, Effort effort)
    {
        yield return Row(Softmax, width, streams: 1, NearPosition, effort);
        if (quick)
        {
            yield break;
        }

        yield return Row(Softmax, width, streams: 8, NearPosition, effort);
        yield return Row(KernelCatalog.Find(KernelName.Hadamard, causal: true), width, streams: 1, NearPosition, effort);
        yield return Row(Exact, width, streams: 1, 1_000, effort);
        yield return Row(Exact, width, streams: 1, 10_000, effort);
        yield return Row(Exact, width, streams: 1, 100_000, effort);
    }

    /// <summary>Time far on over time near the start.</summary>
    public static Step Position(Effort effort)
    {
        var name = $"{Softmax}, 1 stream: time of a step at position {FarPosition:N0} / {NearPosition:N0}";
        return new Step(name, () =>
        {
            using var near = new StepWorkload(Softmax, 1, NearPosition);
            using var far = new StepWorkload(Softmax, 1, FarPosition);
            var ratios = new List<double>();
            for (var repetition = 0; repetition < 10 * effort.Repetitions; repetition++)
            {
                // Each goes first in every other repetition, so that a steady drift cancels out.
                var first = repetition % 2 == 0 ? near.FastestSlice() : far.FastestSlice();
                var second = repetition % 2 == 0 ? far.FastestSlice() : near.FastestSlice();
                ratios.Add(repetition % 2 == 0 ? second / first : first / second);
            }

            return [new WorkerMessage { Ratio = new Ratio(name, Statistics.Median(ratios), AtLeast: 0.9, AtMost: 1.1) }];
        });
    }

    /// <summary>The targets of a row: those of one stream at the widest width.</summary>
    public static IEnumerable<Ratio> Targets(StepRow row)
    {
        if (row is { Kernel: KernelName.Softmax, Streams: 1, Width: 512 })
        {
            yield return new Ratio(
                $"{Softmax}, a step of 1 stream: bytes of state and W over the bandwidth of their cache", row.Share, AtLeast: 0.5);
            yield return new Ratio(
                $"{Softmax}, a step of 1 stream: time to read and write the state once at that bandwidth / time of a step",
                row.InPlaceShare, AtLeast: 0.5);
        }
    }

    private static Step Row(BenchKernel kernel, int width, int streams, int position, Effort effort) =>
        new($"{kernel.Name}, steps of {streams} stream{(streams == 1 ? "" : "s")} at position {position:N0}", () =>
        {
            using var workload = new StepWorkload(kernel, streams, position);
            var (read, written) = (workload.BytesRead, workload.BytesWritten);
            using var probe = new BandwidthProbe(
                (kernel.Features == 0 ? read : workload.FootprintBytes) + workload.ParameterFootprintBytes,
                written / (read + workload.ParameterBytes));
            var (times, rates, stateShares, shares) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            workload.FastestSlice();
            var before = Bandwidth(probe);
            var clock = Stopwatch.StartNew();
            while (times.Count < 10 * effort.Repetitions
                && (times.Count < Effort.MinimumRepetitions || clock.Elapsed.TotalSeconds < effort.BudgetSeconds))
            {
                var seconds = workload.FastestSlice();
                var after = Bandwidth(probe);
                var bandwidth = (before + after) / 2;
                before = after;
                times.Add(seconds);
                rates.Add(bandwidth);
                stateShares.Add((read + written) / seconds / bandwidth);
                shares.Add((read + written + workload.ParameterBytes) / seconds / bandwidth);
            }

            return [new WorkerMessage
            {
                StepRow = new StepRow(
                    kernel.Name, width, streams, position, read + written, workload.InPlaceBytes,
                    workload.ParameterBytes, Statistics.Median(times) * 1e6, Statistics.Median(rates),
                    Statistics.Median(stateShares), Statistics.Median(shares), times.Count),
            }];
        });

    private static double Bandwidth(BandwidthProbe probe)
    {
        probe.Pass(); // its memory comes into the cache
        var largest = 0.0;
        for (var slice = 0; slice < StepWorkload.Slices; slice++)
        {
            var passes = 0;
            double seconds;
            var start = Stopwatch.GetTimestamp();
            do
            {
                probe.Pass();
                passes++;
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            while (seconds < ProbeSeconds);
            largest = Math.Max(largest, passes * probe.BytesPerPass / seconds);
        }

        return largest;
    }
}
