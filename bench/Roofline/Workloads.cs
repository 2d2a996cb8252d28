using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

internal static class Workloads
{
    /// <summary>Calls in a direction.</summary>
    public static Workload Create(BenchKernel kernel, int heads, int length, int threads, Tensors tensors, Direction direction) =>
        direction == Direction.Forward
            ? new Workload(kernel, heads, length, threads, tensors)
            : new BackwardWorkload(kernel, heads, length, threads, tensors, direction);
}
