using ILGPU.Runtime;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// Everything has happened by the time the host goes on; what the host has not waited for may happen at any time on a device, which the
/// watch knows.
/// </summary>
internal sealed class FacadeStream(Accelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize() => Accelerator.Watch.WaitFor(this);
}
