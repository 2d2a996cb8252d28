using System.Diagnostics;

namespace KernelGen.Bench.Compare;

/// <summary>A process of each side, of which one waits while the other measures.</summary>
internal sealed class ProcessPair : IDisposable
{
    private readonly int _number;
    private readonly RowServerProcess _present, _other;

    /// <param name="number">Which pair of processes it is, from 0.</param>
    /// <param name="start">Starts the process of one side.</param>
    public ProcessPair(int number, Func<Side, RowServerProcess> start)
    {
        _number = number;

        // Who starts first gets memory first.
        var (first, second) = Alternation.PresentFirst(number, pair: 0) ? (Side.Present, Side.Other) : (Side.Other, Side.Present);
        var started = start(first);
        try
        {
            (_present, _other) = first == Side.Present ? (started, start(second)) : (start(second), started);
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    /// <summary>The width in force.</summary>
    public int Width => _present.Width;

    public IReadOnlyList<string> PresentRows => _present.Rows();

    public IReadOnlyList<string> OtherRows => _other.Rows();

    /// <summary>Seconds of a call of both sides, slice by slice.</summary>
    public IReadOnlyList<(double Present, double Other)> Measure(string row, CompareEffort effort)
    {
        _present.Open(row);
        _other.Open(row);
        var pairs = new List<(double Present, double Other)>();
        var clock = Stopwatch.StartNew();
        while (Alternation.GoesOn(pairs.Count, clock.Elapsed.TotalSeconds, effort))
        {
            var presentFirst = Alternation.PresentFirst(_number, pairs.Count);
            var before = presentFirst ? _present.Slice() : 0;
            var other = _other.Slice();
            pairs.Add((presentFirst ? before : _present.Slice(), other));
        }

        return pairs;
    }

    /// <summary>Ends both at once, from any thread.</summary>
    public void Kill()
    {
        _present.Kill();
        _other.Kill();
    }

    public void Dispose()
    {
        _present.Dispose();
        _other.Dispose();
    }
}
