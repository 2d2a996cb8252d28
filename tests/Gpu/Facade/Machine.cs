using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>A simulated accelerator with groups of up to 256 members.</summary>
public sealed class Machine : IDisposable
{
    private readonly Context _context;

    /// <param name="processors">Multiprocessors, by which launchers cut long sequences into spans.</param>
    /// <param name="warps">Of 32 threads each, in a group at most.</param>
    public Machine(int processors = 1, int warps = 8)
        : this(new CPUDevice(32, warps, processors))
    {
    }

    public Machine(CPUDevice device, OptimizationLevel level = OptimizationLevel.O2)
    {
        _context = Context.Create(b => b.CPU(device).Optimize(level));
        Accelerator = _context.CreateCPUAccelerator(0);
    }

    public Accelerator Accelerator { get; }

    public MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] data)
        where T : unmanaged => Accelerator.Allocate1D(data);

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
