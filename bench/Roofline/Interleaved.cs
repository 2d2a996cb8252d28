using System.Diagnostics;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>
/// Measurements that survive a machine whose speed drifts: what is compared runs alternately, each repetition gives one ratio, and the
/// median of the ratios counts.
/// </summary>
internal static class Interleaved
{
    /// <summary>Seconds of a call and its share of peak, with a probe of the peak before and after each repetition.</summary>
    public static (double Seconds, double Share, int Repetitions) AgainstPeak(Workload workload, int threads, Effort effort) =>
        AgainstPeak(workload.Run, workload.Flops, threads, effort);

    /// <inheritdoc cref="AgainstPeak(Workload, int, Effort)"/>
    public static (double Seconds, double Share, int Repetitions) AgainstPeak(Action run, double flops, int threads, Effort effort)
    {
        Slice(run, Effort.WarmUpSeconds);
        var times = new List<double>();
        var shares = new List<double>();
        var clock = Stopwatch.StartNew();
        var before = PeakProbe.Measure(threads);
        while (MayGoOn(times.Count, clock, effort))
        {
            var seconds = Slice(run, effort.SliceSeconds);
            // The probe after this repetition is the one before the next.
            var after = PeakProbe.Measure(threads);
            times.Add(seconds);
            shares.Add(flops / seconds / ((before + after) / 2));
            before = after;
        }

        return (Statistics.Median(times), Statistics.Median(shares), times.Count);
    }

    /// <summary>Time of <paramref name="a"/> over time of <paramref name="b"/>.</summary>
    public static double TimeRatio(Workload a, Workload b, Effort effort) => Compare(a.Run, b.Run, effort).Ratio;

    /// <summary>Time of <paramref name="a"/> over time of <paramref name="b"/>, and seconds of a call of <paramref name="b"/>.</summary>
    public static (double Ratio, double Seconds) Compare(Action a, Action b, Effort effort)
    {
        Slice(a, Effort.WarmUpSeconds);
        Slice(b, Effort.WarmUpSeconds);
        var times = new List<double>();
        var ratios = new List<double>();
        var clock = Stopwatch.StartNew();
        while (MayGoOn(ratios.Count, clock, effort))
        {
            // Each goes first in every other repetition, so that a steady drift cancels out.
            var isFirst = ratios.Count % 2 == 0;
            var before = isFirst ? Slice(a, effort.SliceSeconds) : 0;
            var seconds = Slice(b, effort.SliceSeconds);
            ratios.Add((isFirst ? before : Slice(a, effort.SliceSeconds)) / seconds);
            times.Add(seconds);
        }

        return (Statistics.Median(ratios), Statistics.Median(times));
    }

    private static bool MayGoOn(int done, Stopwatch clock, Effort effort) => done < effort.Repetitions
        && (done < Effort.MinimumRepetitions || clock.Elapsed.TotalSeconds < effort.BudgetSeconds);

    /// <summary>Calls until the time is over, at least once; seconds a call.</summary>
    private static double Slice(Action run, double minimumSeconds)
    {
        var calls = 0;
        double seconds;
        var start = Stopwatch.GetTimestamp();
        do
        {
            run();
            calls++;
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (seconds < minimumSeconds);
        return seconds / calls;
    }
}
