using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>What was measured of a row at a width so far: pairs of slices, by pairs of processes.</summary>
internal sealed class RowTimes
{
    private readonly List<List<(double Present, double Other)>> _processes = [];

    public void Add(IEnumerable<(double Present, double Other)> pairs) => _processes.Add([.. pairs]);

    public ComparedRow Summary(string name, int width)
    {
        var pairs = _processes.SelectMany(process => process).ToList();
        return new ComparedRow(
            name, width, _processes.Count, Statistics.Median(pairs.Select(pair => pair.Present)),
            Statistics.Median(pairs.Select(pair => pair.Other)),
            RatioSummary.Of([.. _processes.Select(process => process.Select(pair => pair.Other / pair.Present).ToList())]));
    }
}
