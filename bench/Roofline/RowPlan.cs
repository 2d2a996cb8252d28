using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>The rows of the table: which kernels at which shapes.</summary>
internal static class RowPlan
{
    private const int Heads = 8;

    public static IEnumerable<Step> Steps(int width, bool quick, Effort effort)
    {
        foreach (var kernel in KernelCatalog.All)
        {
            // A quick run keeps the kernels that the project's targets name.
            if (quick && !(kernel.Name == KernelCatalog.Softmax || kernel is { Name: KernelCatalog.Exact, Causal: false }))
            {
                continue;
            }

            foreach (var (heads, threads) in quick ? [(Heads, 1)] : Shapes())
            {
                var name = $"{kernel}, {threads} thread{(threads == 1 ? "" : "s")}, {heads} head{(heads == 1 ? "" : "s")}";
                yield return new Step(name, () => [new WorkerMessage { Row = Measure(kernel, width, heads, threads, 1, effort) }]);
            }
        }

        // Keys ten times as large drive most features below the smallest normal float, where a multiply-add can be a hundred times slower.
        var softmax = KernelCatalog.Find(KernelCatalog.Softmax, causal: false);
        yield return new Step($"{softmax}, keys × 10", () => [new WorkerMessage { Row = Measure(softmax, width, Heads, 1, 10, effort) }]);
    }

    private static IEnumerable<(int Heads, int Threads)> Shapes()
    {
        yield return (Heads, 1);
        if (Environment.ProcessorCount > 1)
        {
            yield return (Heads, Environment.ProcessorCount);

            // One head on two threads: the work is split over the length.
            yield return (1, 2);
        }
    }

    private static Row Measure(BenchKernel kernel, int width, int heads, int threads, float keyScale, Effort effort)
    {
        var tensors = new Tensors(heads * kernel.Length * kernel.HeadDim, keyScale);
        var workload = new Workload(kernel, heads, kernel.Length, threads, tensors);
        var (seconds, share, repetitions) = Interleaved.AgainstPeak(workload, threads, effort);
        return new Row(
            kernel.Name, "forward", kernel.Causal, width, threads, 1, heads, kernel.Length, kernel.HeadDim, kernel.Features,
            keyScale, seconds * 1e3, workload.Flops / seconds / 1e9, share, repetitions);
    }
}
