using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>
/// An accelerator with groups of up to 256 members: a simulated one, or a device of the kind that <c>KERNELGEN_ACCELERATOR</c> names,
/// <c>Cuda</c> or <c>OpenCL</c>, which the package finds.
/// </summary>
public sealed class Machine : IDisposable
{
    private static readonly object Finding = new();

    private readonly Context _context;

    /// <param name="processors">
    /// Multiprocessors of a simulated accelerator, by which launchers cut long sequences into spans. Devices have their own.
    /// </param>
    public Machine(int processors = 1)
        : this(Kind == AcceleratorType.CPU ? new CPUDevice(32, 8, processors) : null, OptimizationLevel.O2)
    {
    }

    /// <param name="device">A simulated device, whatever the variable says; null: one of the kind that it names.</param>
    /// <param name="level">The optimisation level of the context.</param>
    public Machine(CPUDevice? device, OptimizationLevel level = OptimizationLevel.O2)
    {
        lock (Finding)
        {
            // One at a time: of several threads that ask at once, some find no OpenCL device.
            _context = Context.Create(b =>
                (device is not null ? b.CPU(device) : Kind == AcceleratorType.Cuda ? b.Cuda() : b.OpenCL()).Optimize(level));
        }

        // A context without a device of the kind has ILGPU's CPU device all the same.
        var kind = device?.AcceleratorType ?? Kind;
        Accelerator = _context.Devices.FirstOrDefault(found => found.AcceleratorType == kind)?.CreateAccelerator(_context)
            ?? throw new InvalidOperationException(
                $"KERNELGEN_ACCELERATOR asks for a device of kind {Kind}, but {typeof(Context).Assembly.GetName().Name} finds none here.");
    }

    /// <summary>What the variable says; without it a simulated accelerator.</summary>
    public static AcceleratorType Kind { get; } =
        Environment.GetEnvironmentVariable("KERNELGEN_ACCELERATOR") is { Length: > 0 } name
            ? Enum.Parse<AcceleratorType>(name, ignoreCase: true)
            : AcceleratorType.CPU;

    public Accelerator Accelerator { get; }

    public MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] data)
        where T : unmanaged => Accelerator.Allocate1D(data);

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
