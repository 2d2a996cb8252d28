using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Bench.Gpu;

/// <summary>Measures the most float32 multiply-adds a second that a device does right now.</summary>
/// <remarks>
/// As <see cref="Roofline.PeakProbe"/> on the CPU: independent accumulators in registers, whose values settle near 1. A multiply-add has a
/// latency of four cycles on a GPU, and other threads hide it too.
/// </remarks>
internal sealed class GpuPeakProbe
{
    /// <summary>Shorter probes are noisy themselves.</summary>
    private const double MinimumSeconds = 0.01;

    private const int Threads = 256, GroupsPerProcessor = 32, Accumulators = 16, MostRounds = 1 << 20;

    private readonly Accelerator _accelerator;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _sink;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, float, float, int> _kernel;
    private readonly int _groups;
    private int _rounds = 16;

    public GpuPeakProbe(Accelerator accelerator)
    {
        _accelerator = accelerator;
        _groups = accelerator.AcceleratorType == AcceleratorType.CPU ? 1 : accelerator.NumMultiprocessors * GroupsPerProcessor;
        _sink = accelerator.Allocate1D<float>((long)_groups * Threads);
        _kernel = accelerator.LoadKernel<ArrayView<float>, float, float, int>(Run);

        // Long enough that the launch does not count.
        while (Launch() < MinimumSeconds && _rounds < MostRounds)
        {
            _rounds *= 2;
        }
    }

    /// <summary>Floating-point operations a second; a multiply-add is two.</summary>
    public double Measure() => 2.0 * Accumulators * _rounds * _groups * Threads / Launch();

    private double Launch()
    {
        var start = Stopwatch.GetTimestamp();
        _kernel(_accelerator.DefaultStream, new KernelConfig(_groups, Threads), _sink.View, 0.0001f, 1.0001f, _rounds);
        _accelerator.DefaultStream.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Factor and addend are arguments, so that nothing can be computed before the launch.
    private static void Run(ArrayView<float> sink, float factor, float addend, int rounds)
    {
        // Each starts elsewhere: a compiler would make one of equal ones.
        float a0 = addend, a1 = addend + 1, a2 = addend + 2, a3 = addend + 3, a4 = addend + 4, a5 = addend + 5, a6 = addend + 6,
            a7 = addend + 7;
        float b0 = factor, b1 = factor + 1, b2 = factor + 2, b3 = factor + 3, b4 = factor + 4, b5 = factor + 5, b6 = factor + 6,
            b7 = factor + 7;
        for (var round = 0; round < rounds; round++)
        {
            a0 = (a0 * factor) + addend;
            a1 = (a1 * factor) + addend;
            a2 = (a2 * factor) + addend;
            a3 = (a3 * factor) + addend;
            a4 = (a4 * factor) + addend;
            a5 = (a5 * factor) + addend;
            a6 = (a6 * factor) + addend;
            a7 = (a7 * factor) + addend;
            b0 = (b0 * factor) + addend;
            b1 = (b1 * factor) + addend;
            b2 = (b2 * factor) + addend;
            b3 = (b3 * factor) + addend;
            b4 = (b4 * factor) + addend;
            b5 = (b5 * factor) + addend;
            b6 = (b6 * factor) + addend;
            b7 = (b7 * factor) + addend;
        }

        sink[Grid.GlobalIndex.X] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7;
    }
}
