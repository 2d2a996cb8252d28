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
            if (quick && !(kernel.Name == KernelName.Softmax || kernel is { Name: KernelName.Exact, Causal: false }))
            {
                continue;
            }

            foreach (var (heads, threads, direction) in quick ? Quick : Shapes())
            {
                var name = $"{kernel}, {threads} thread{(threads == 1 ? "" : "s")}, {heads} head{(heads == 1 ? "" : "s")}, {direction.ToString().ToLowerInvariant()}";
                yield return new Step(
                    name, () => [new WorkerMessage { Row = Measure(kernel, width, heads, threads, 1, effort, direction) }]);
            }
        }

        // Keys ten times as large drive most features below the smallest normal float, where a multiply-add can be a hundred times slower.
        var softmax = KernelCatalog.Find(KernelName.Softmax, causal: false);
        yield return new Step(
            $"{softmax}, keys × 10", () => [new WorkerMessage { Row = Measure(softmax, width, Heads, 1, 10, effort, Direction.Forward) }]);
    }

    private static (int Heads, int Threads, Direction Direction)[] Quick => [(Heads, 1, Direction.Forward), (Heads, 1, Direction.Backward)];

    private static IEnumerable<(int Heads, int Threads, Direction Direction)> Shapes()
    {
        yield return (Heads, 1, Direction.Forward);
        yield return (Heads, 1, Direction.Backward);
        yield return (Heads, 1, Direction.Both);
        if (Environment.ProcessorCount > 1)
        {
            yield return (Heads, Environment.ProcessorCount, Direction.Forward);
            yield return (Heads, Environment.ProcessorCount, Direction.Both);

            // One head on two threads: the work is split over the length.
            yield return (1, 2, Direction.Forward);
            yield return (1, 2, Direction.Both);
        }
    }

    private static Row Measure(BenchKernel kernel, int width, int heads, int threads, float keyScale, Effort effort, Direction direction)
    {
        var tensors = new Tensors(heads * kernel.Length * kernel.HeadDim, keyScale);
        var workload = Workloads.Create(kernel, heads, kernel.Length, threads, tensors, direction);
        var (seconds, share, repetitions) = Interleaved.AgainstPeak(workload, threads, effort);
        return new Row(
            kernel.Name, direction.ToString().ToLowerInvariant(), kernel.Causal, width, threads, 1, heads, kernel.Length, kernel.HeadDim,
            kernel.Features, keyScale, seconds * 1e3, workload.Flops / seconds / 1e9, share, repetitions);
    }
}
