namespace ILGPU.Runtime.OpenCL;

/// <summary>The accelerator of an OpenCL device.</summary>
public sealed class CLAccelerator : Accelerator
{
    internal CLAccelerator(Context context, CLDevice device)
        : base(context, device)
    {
    }
}
