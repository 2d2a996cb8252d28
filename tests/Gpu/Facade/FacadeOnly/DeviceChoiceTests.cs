using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>Which device a layer takes for a GPU: OpenCL has devices of all types.</summary>
public class DeviceChoiceTests
{
    private static readonly Device
        Cpu = CPUDevice.Default,
        OpenClCpu = new CLDevice("cpu-x86_64", CLDeviceType.CL_DEVICE_TYPE_CPU),
        OpenClGpu = new CLDevice("Graphics", CLDeviceType.CL_DEVICE_TYPE_GPU),
        AnotherGpu = new CLDevice("More graphics", CLDeviceType.CL_DEVICE_TYPE_GPU);

    [Fact]
    public void The_first_OpenCL_device_that_is_a_GPU_is_taken()
    {
        using var context = Of(Cpu, OpenClCpu, OpenClGpu, AnotherGpu);
        using var accelerator = Softmax8.Gpu.CreateAccelerator(context);
        Assert.Same(OpenClGpu, accelerator.Device);
    }

    [Fact]
    public void A_CPU_is_never_taken_and_named()
    {
        using var context = Of(Cpu, OpenClCpu);
        var error = Assert.Throws<InvalidOperationException>(() => Softmax8.Gpu.CreateAccelerator(context));
        Assert.Contains("no GPU: CPUAccelerator, cpu-x86_64.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Computing_on_an_OpenCL_CPU_takes_a_word()
    {
        using var context = Of(OpenClCpu);
        using var accelerator = context.Devices[0].CreateAccelerator(context);
        using var gpu = new Softmax8.Gpu(new Softmax8(1), accelerator);
        var (value, output) = (new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }, new float[8]);
        gpu.Forward(new float[8], new float[8], value, output, new AttentionShape(1, 1, 1));
        Assert.Equal(8, output[7], 1e-5);
    }

    private static Context Of(params Device[] devices) => Context.Create(builder => builder.DeviceList.AddRange(devices));
}
