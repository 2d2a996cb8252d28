using ILGPU.Runtime;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Gpu;

/// <summary>Measures the rows on one device and writes the reports.</summary>
internal static class GpuRun
{
    public static int Execute(GpuOptions options)
    {
        using var context = GpuDevices.CreateContext();
        var devices = GpuDevices.All(context);
        for (var i = 0; i < devices.Count; i++)
        {
            Console.Error.WriteLine($"Device {i}: {GpuDevices.Describe(devices[i])}.");
        }

        if (options.Device >= devices.Count)
        {
            throw new InvalidOperationException($"There is no device {options.Device}; choose one of the list above.");
        }

        var device = devices[options.Device];
        var report = new GpuReport { Device = GpuDevices.Describe(device) };
        using var accelerator = device.CreateAccelerator(context);
        var probe = new GpuPeakProbe(accelerator);
        foreach (var kernel in GpuKernel.All)
        {
            GpuRowPlan.Measure(kernel, accelerator, probe, report);
        }

        if (accelerator.AcceleratorType != AcceleratorType.Cuda)
        {
            report.Notes.Add("The device has no tensor cores that ILGPU knows: rows of tf32 were computed in float32.");
        }

        if (accelerator.AcceleratorType == AcceleratorType.CPU)
        {
            report.Notes.Add("The device is ILGPU's CPU accelerator: a check that everything runs. Its times say nothing of a GPU.");
        }

        GpuTable.Write(report);
        OutputFile.Save(options.Csv, GpuTable.Csv(report));
        OutputFile.Save(options.Markdown, GpuTable.Markdown(report));
        return 0;
    }
}
