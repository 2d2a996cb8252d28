using System.Diagnostics;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Calls of one shape.</summary>
internal sealed class CallWork(Workload workload) : IRowWork
{
    /// <summary>Calls are repeated until a part of a slice took this long, so that the clock's resolution does not show.</summary>
    private const double PartSeconds = 5e-4;

    /// <summary>On more threads there are as many heads as make a layer, so that each thread has whole ones.</summary>
    public static int Heads(int threads) => threads == 1 ? 1 : 8;

    public double Slice(double seconds)
    {
        var fastest = double.PositiveInfinity;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var calls = 0;
            double part;
            var partStart = Stopwatch.GetTimestamp();
            do
            {
                workload.Run();
                calls++;
                part = Stopwatch.GetElapsedTime(partStart).TotalSeconds;
            }
            while (part < PartSeconds);
            fastest = Math.Min(fastest, part / calls);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return fastest;
    }

    public void Dispose()
    {
    }
}
