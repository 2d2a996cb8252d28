using System.Diagnostics;
using ILGPU.Runtime;
using KernelGen.Bench.Kernels;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Gpu;

/// <summary>The rows of a kernel: its lengths, as far as the device goes.</summary>
internal static class GpuRowPlan
{
    private const double SliceSeconds = 0.03, WarmUpSeconds = 0.25;

    private const int MostCalls = 1000;

    private static readonly int[] Lengths = [4096, 65_536, 1 << 20];

    private static readonly Direction[] Directions = [Direction.Forward, Direction.Backward];

    /// <summary>ILGPU's CPU accelerator takes seconds for so many.</summary>
    private static readonly int[] CheckLengths = [24];

    public static void Measure(GpuKernel kernel, Accelerator accelerator, GpuPeakProbe probe, GpuReport report)
    {
        var isCheck = accelerator.AcceleratorType == AcceleratorType.CPU;
        GpuKernel.Loaded loaded;
        try
        {
            loaded = kernel.Load(accelerator);
        }
        catch (InvalidOperationException error) when (kernel.Precision == Precision.TensorFloat32)
        {
            report.Notes.Add($"{kernel}: left out: {error.Message}");
            return;
        }

        using var owned = loaded;
        var isFirst = true;
        foreach (var length in isCheck ? CheckLengths : Lengths)
        {
            foreach (var direction in Directions)
            {
                // A wrong kernel is not worth timing. The shortest length is enough, and quick on the CPU.
                Measure(kernel, loaded, length, direction, accelerator, probe, report, isToBeChecked: isFirst);
            }

            isFirst = false;
        }

        if (isCheck)
        {
            report.Notes.Add($"{kernel}: longer inputs left out, this device would take hours for them.");
        }
    }

    private static void Measure(
        GpuKernel kernel, GpuKernel.Loaded loaded, int length, Direction direction, Accelerator accelerator, GpuPeakProbe probe,
        GpuReport report, bool isToBeChecked)
    {
        var name = FormattableString.Invariant($"{kernel}, {Name(direction)}, {length:N0} tokens");
        Console.Error.WriteLine(name);
        var needed = GpuWorkload.Bytes(kernel.Kernel, loaded, length, direction);
        if (needed > accelerator.MemorySize)
        {
            report.Notes.Add(FormattableString.Invariant(
                $"{name}: left out, needs {needed / 1e9:F1} GB of the device's {accelerator.MemorySize / 1e9:F1} GB."));
            return;
        }

        try
        {
            using var workload = new GpuWorkload(kernel.Kernel, loaded, accelerator, length, direction);
            workload.Queue(1);
            if (isToBeChecked)
            {
                Check(name, kernel, workload, report);
            }

            report.Rows.Add(Row(
                kernel, workload, length, direction, accelerator.DefaultStream, probe, accelerator.AcceleratorType == AcceleratorType.CPU));
        }
        catch (AcceleratorException error)
        {
            // Memory that others use, or an OpenCL device's largest buffer.
            report.Notes.Add($"{name}: left out: {error.Message}");
        }
    }

    private static string Name(Direction direction) => direction.ToString().ToLowerInvariant();

    private static void Check(string name, GpuKernel kernel, GpuWorkload workload, GpuReport report)
    {
        var disagreement = workload.Disagreement();

        // Written so that NaN fails too.
        if (!(disagreement < kernel.LargestDisagreement))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"{name}: the numbers of the device and of the CPU differ by {disagreement:E1} of the largest, more than rounding explains."));
        }

        report.Notes.Add(FormattableString.Invariant($"{name}: max|Δ|/max against the CPU kernel is {disagreement:0.0E0}."));
    }

    private static GpuRow Row(
        GpuKernel kernel, GpuWorkload workload, int length, Direction direction, AcceleratorStream stream, GpuPeakProbe probe, bool isCheck)
    {
        var (seconds, share, repetitions) = AgainstPeak(workload, stream, probe, isCheck ? new Effort(1, 0) : Effort.Full);
        const int Batch = 1, Heads = 8;
        return new GpuRow(
            kernel.Kernel.Name, Name(direction), kernel.Kernel.Causal, kernel.PrecisionName, Batch, Heads, length, kernel.Kernel.HeadDim,
            kernel.Kernel.Features, seconds * 1e3, workload.Flops / seconds / 1e9, isCheck ? null : share, Batch * length / seconds,
            workload.ScratchBytes, repetitions);
    }

    /// <summary>
    /// As <see cref="Interleaved.AgainstPeak"/>, for calls that are queued: a repetition ends when the device has done them all.
    /// </summary>
    private static (double Seconds, double Share, int Repetitions) AgainstPeak(
        GpuWorkload workload, AcceleratorStream stream, GpuPeakProbe probe, Effort effort)
    {
        var calls = 1;
        double Repetition()
        {
            var start = Stopwatch.GetTimestamp();
            workload.Queue(calls);
            stream.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }

        // A lone call is mostly the way to the device and back.
        if (effort.Repetitions > 1)
        {
            calls = (int)Math.Clamp(WarmUpSeconds / Repetition(), 1, MostCalls);
            calls = (int)Math.Clamp(SliceSeconds / Repetition(), 1, MostCalls);
        }

        var times = new List<double>();
        var shares = new List<double>();
        var clock = Stopwatch.StartNew();
        var before = probe.Measure();
        while (times.Count < effort.Repetitions
            && (times.Count < Effort.MinimumRepetitions || clock.Elapsed.TotalSeconds < effort.BudgetSeconds))
        {
            var seconds = Repetition();
            var after = probe.Measure();
            times.Add(seconds);
            shares.Add(workload.Flops / seconds / ((before + after) / 2));
            before = after;
        }

        return (Statistics.Median(times), Statistics.Median(shares), times.Count);
    }
}
