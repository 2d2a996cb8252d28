using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Steps from one position on.</summary>
internal sealed class StepWork(StepWorkload workload) : IRowWork
{
    /// <summary>Steps go on from the position each time, so a slice has a length of its own.</summary>
    public double Slice(double seconds) => workload.FastestSlice();

    public void Dispose() => workload.Dispose();
}
