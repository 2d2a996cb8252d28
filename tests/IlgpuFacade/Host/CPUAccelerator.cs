namespace ILGPU.Runtime.CPU;

/// <summary>The accelerator of the simulated device.</summary>
public sealed class CPUAccelerator : Accelerator
{
    internal CPUAccelerator(Context context, CPUDevice device)
        : base(context, device)
    {
    }
}
