using System.Diagnostics;

namespace KernelGen.Examples.KernelZoo;

/// <summary>
/// Times layers in rounds of one call each, so that whatever else the machine does meets all of them alike and their ratios hold.
/// </summary>
/// <param name="rounds">At most so many.</param>
/// <param name="budget">No round begins after this much time.</param>
internal sealed class LayerTimes(int rounds, TimeSpan budget)
{
    /// <summary>The most rounds.</summary>
    public int Rounds => rounds;

    /// <summary>No round begins after this much time.</summary>
    public TimeSpan Budget => budget;

    /// <summary>The median time of a call of each layer; all layers are warm already.</summary>
    /// <param name="layers">What to time.</param>
    /// <param name="input">What to call them with.</param>
    /// <param name="roundDone">Called after each round.</param>
    public TimeSpan[] Medians(IReadOnlyList<IAttention> layers, HeadInput input, Action roundDone)
    {
        List<TimeSpan>[] times = [.. layers.Select(_ => new List<TimeSpan>())];
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds && (round == 0 || Stopwatch.GetElapsedTime(start) < budget); round++)
        {
            for (var layer = 0; layer < layers.Count; layer++)
            {
                var begin = Stopwatch.GetTimestamp();
                input.Forward(layers[layer]);
                times[layer].Add(Stopwatch.GetElapsedTime(begin));
            }

            roundDone();
        }

        return [.. times.Select(Median)];
    }

    private static TimeSpan Median(List<TimeSpan> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}
