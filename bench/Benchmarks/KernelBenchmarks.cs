using BenchmarkDotNet.Attributes;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Benchmarks;

/// <summary>A forward call of each generated type, one head; it should allocate nothing.</summary>
public class KernelBenchmarks
{
    private Workload? _workload;

    public static IEnumerable<BenchKernel> Kernels => KernelCatalog.All;

    public static IEnumerable<int> ThreadCounts => Environment.ProcessorCount > 1 ? [1, 2] : [1];

    [ParamsSource(nameof(Kernels))]
    public required BenchKernel Kernel { get; set; }

    [Params(512, 4096)]
    public int Length { get; set; }

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => _workload = new Workload(Kernel, heads: 1, Length, Threads);

    [Benchmark]
    public void Forward() => _workload!.Run();
}
