using System.Diagnostics;

namespace KernelGen.Examples;

/// <summary>Times calls that are warm already.</summary>
/// <param name="budget">One call is repeated until this much time has passed.</param>
/// <param name="most">It is repeated at most so often, unless all that took almost no time.</param>
internal sealed class Timing(TimeSpan budget, int most)
{
    // Waking threads takes a time of its own: calls of microseconds are made as often as it takes for that to settle.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    /// <summary>The median time of one call. A call longer than the budget is made once.</summary>
    public TimeSpan Median(Action call)
    {
        var times = new List<TimeSpan>();
        var start = Stopwatch.GetTimestamp();
        do
        {
            var begin = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(begin));
        }
        while (Stopwatch.GetElapsedTime(start) is var passed && (passed < Least || (times.Count < most && passed < budget)));

        times.Sort();
        return times[times.Count / 2];
    }
}
