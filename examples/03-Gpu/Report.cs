using System.Text.RegularExpressions;
using ILGPU.Runtime;
using Spectre.Console;
using static KernelGen.Examples.Printer;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>What the job prints before and after its work.</summary>
internal sealed partial class Report(IAnsiConsole console, Settings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>The devices.</summary>
    public void Devices(IReadOnlyList<DeviceChoice> devices)
    {
        _printer.Line($"[bold]Devices[/]");
        _printer.Table(
            ["number", "<kind", "<name", "multiprocessors", "memory", "float32 peak"],
            devices.Select(device => device.IsCheckOnly
                ? (string[])[Text($"{device.Number}"), "CPU", $"{device.Name}: a check of the kernels, not a speed", "", "", ""]
                :
                [
                    Text($"{device.Number}"),
                    device.Device.AcceleratorType == AcceleratorType.Cuda ? "CUDA" : "OpenCL",
                    device.Name,
                    Text($"{device.Device.NumMultiprocessors}"),
                    Text($"{device.Device.MemorySize / 1e9:F1} GB"),
                    device.Peak is { } peak ? Text($"{peak / 1e12:F1} TFLOP/s") : "unknown",
                ]));
        if (devices.All(device => device.IsCheckOnly))
        {
            _printer.Space();
            _printer.Note("No GPU",
                $"CUDA needs the driver's library by the name nvcuda.dll on Windows and libcuda.so on Linux,",
                $"OpenCL needs OpenCL.dll or libOpenCL.so. Where only libcuda.so.1 or libOpenCL.so.1 is there, link the other name to it.");
        }

        _printer.Space();
    }

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(IReadOnlyList<Protein> proteins, DeviceChoice device, int length)
    {
        _printer.Line($"[bold]CPU and GPU[/]: the same declarations on both");
        _printer.Path($"Data: {proteins.Count:N0} {(proteins.Count == 1 ? "protein" : "proteins")} of ", settings.DataPath);
        _printer.Line($"Layers: {Embedding.Heads} heads of {Embedding.HeadDim}, {Softmax.Features} features, batch of 1, {length:N0} tokens, seed {settings.Seed}");
        _printer.Line($"CPU: {Machine.Threads(settings.Threads)}, vectors of {Machine.VectorBits} bit");
        _printer.Line($"GPU: device {device.Number}, {device.Name}{(device.IsCheckOnly ? ", a check of the kernels: its times say nothing of a GPU" : "")}");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The table of all layers.</summary>
    public void Results(IReadOnlyList<Measurement> results, DeviceChoice device, Experiment experiment)
    {
        if (device.IsCheckOnly)
        {
            Check(results, device);
        }
        else
        {
            Speeds(results, device, experiment);
        }
    }

    /// <summary>The table of PTX files.</summary>
    public void Ptx(IReadOnlyList<PtxFile> files, string folder)
    {
        _printer.Table(
            [
                "<\nlayer", "<\nkernel", "\nlines", "\nproducts", "\nsums", "tensor\ncores", "128-bit\nloads", "bytes of\nshared memory",
                "uses of\nlocal memory",
            ],
            files.Select(file => (string[])
            [
                file.Layer,
                file.Kernel,
                Text($"{file.Text.Count(c => c == '\n'):N0}"),
                Text($"{Product().Count(file.Text):N0}"),
                Text($"{Sum().Count(file.Text):N0}"),
                Text($"{TensorProduct().Count(file.Text):N0}"),
                Text($"{WideLoad().Count(file.Text):N0}"),
                Text($"{SharedArray().Matches(file.Text).Sum(match => int.Parse(match.Groups[1].ValueSpan, null)):N0}"),
                Text($"{LocalMemory().Count(file.Text):N0}"),
            ]));
        _printer.Space();
        _printer.Note("Products and sums",
            $"mul.f32 and add.f32 in the text. Without a rounding mode, as here, a driver makes one multiply-add of the two.");
        _printer.Note("Tensor cores",
            $"mma.sync. ILGPU hands their operands over in local memory, four bytes each, which a driver keeps in registers.");
        _printer.Path($"PTX: ", folder);
    }

    // Without speeds: numbers of a device that is none would be quoted sooner or later.
    private void Check(IReadOnlyList<Measurement> results, DeviceChoice device)
    {
        _printer.Table(
            ["<\nlayer", "max|Δ| /\nmax", "\nCPU, ms", "check,\ns"],
            results.Select(result => (string[])
            [
                result.Name, Text($"{result.Disagreement:0E0}"), Milliseconds(result.Cpu), Text($"{result.Gpu.TotalSeconds:F1}"),
            ]));
        _printer.Space();
        Agreement();
        _printer.Note("Check", $"{device.Name} runs the threads of a group by turns: it shows that the kernels are right, and no speed.");
    }

    private void Speeds(IReadOnlyList<Measurement> results, DeviceChoice device, Experiment experiment)
    {
        var shape = experiment.Shape;
        _printer.Table(
            ["<\nlayer", "max|Δ| /\nmax", "\nCPU, ms", "\nGPU, ms", "\nspeed-up", "GPU,\ntokens/s", "share of\npeak", "loading,\nms"],
            results.Select(result => (string[])
            [
                result.Name,
                Text($"{result.Disagreement:0E0}"),
                Milliseconds(result.Cpu),
                Milliseconds(result.Gpu),
                Text($"{result.Cpu / result.Gpu:F1} ×"),
                Text($"{shape.Batch * shape.QueryLength / result.Gpu.TotalSeconds:N0}"),
                device.Peak is { } peak
                    ? Percent(result.Pair.Flops(shape, result.Backward) / result.Gpu.TotalSeconds / peak)
                    : "unknown",
                Milliseconds(result.Loading),
            ]));
        _printer.Space();
        Agreement();
        _printer.Note("Times",
            $"medians of calls whose tensors are on the device already, several queued before a wait.",
            $"Copies: {Milliseconds(experiment.Upload)} ms for queries, keys and values to the device,",
            $"{Milliseconds(experiment.Download)} ms for outputs back.",
            $"Loading: what ILGPU and the driver take to compile a layer's kernels, once; those of the backward pass at its first call.");
        _printer.Note("Share of peak",
            $"nominal operations (8·L·m·d a head, exact attention 4·L²·d; backward 16, causal 22, and 10) over the float32 multiply-adds that all cores could do at the highest clock,",
            $"for TF32 too. Where the device is not a CUDA one, TF32 is float32.");
    }

    private void Agreement() =>
        _printer.Note("Agreement", $"max|Δ|/max is the largest difference between the outputs, or gradients, of both, over the largest.");

    [GeneratedRegex(@"mul\.f32")]
    private static partial Regex Product();

    [GeneratedRegex(@"add\.f32")]
    private static partial Regex Sum();

    [GeneratedRegex(@"mma\.sync")]
    private static partial Regex TensorProduct();

    [GeneratedRegex(@"ld\.(shared|global)\.v4")]
    private static partial Regex WideLoad();

    [GeneratedRegex(@"\.shared[^;]*\[(\d+)\]")]
    private static partial Regex SharedArray();

    [GeneratedRegex(@"\.local")]
    private static partial Regex LocalMemory();
}
