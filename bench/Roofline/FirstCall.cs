using System.Diagnostics;
using System.Runtime;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>What the first call of a kernel in a process costs beyond a later one.</summary>
/// <param name="ExtraMilliseconds">The first call less the median of warm calls.</param>
/// <param name="JitMilliseconds">The part of it that the JIT reports as its own.</param>
internal sealed record FirstCall(string Kernel, bool Causal, int Width, double ExtraMilliseconds, double JitMilliseconds)
{
    /// <summary>A few tiles: every loop of the kernel is entered, and a warm call takes next to no time.</summary>
    private const int Length = 200;

    /// <summary>To be called before anything else in the process has called a kernel of the catalogue.</summary>
    public static IEnumerable<FirstCall> MeasureAll(int width)
    {
        // What all layers share is compiled once in a process and is no kernel's own cost.
        var small = new SmallLayer { DegreeOfParallelism = 1 };
        var numbers = new float[SmallLayer.HeadDim];
        small.Forward(numbers, numbers, numbers, new float[SmallLayer.HeadDim], new AttentionShape(1, 1, 1));
        return KernelCatalog.All.Select(kernel => Measure(kernel, width));
    }

    private static FirstCall Measure(BenchKernel kernel, int width)
    {
        var workload = new Workload(kernel, heads: 1, Length, threads: 1);
        var jit = JitInfo.GetCompilationTime(currentThread: true);
        var first = Time(workload);
        jit = JitInfo.GetCompilationTime(currentThread: true) - jit;
        var warm = Statistics.Median(Enumerable.Range(0, 5).Select(_ => Time(workload)));
        return new FirstCall(kernel.Name, kernel.Causal, width, first - warm, jit.TotalMilliseconds);
    }

    private static double Time(Workload workload)
    {
        var start = Stopwatch.GetTimestamp();
        workload.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
