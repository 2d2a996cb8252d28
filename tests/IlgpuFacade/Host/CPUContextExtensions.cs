namespace ILGPU.Runtime.CPU;

/// <summary>Brings the simulated device into a context.</summary>
public static class CPUContextExtensions
{
    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device)
    {
        builder.DeviceList.Add(device);
        return builder;
    }

    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(CPUDevice.Default);

    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex)
    {
        var devices = context.Devices.OfType<CPUDevice>().ToArray();
        return new CPUAccelerator(context, devices[cpuDeviceIndex]);
    }
}
