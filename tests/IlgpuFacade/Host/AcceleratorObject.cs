namespace ILGPU.Runtime;

/// <summary>Something that belongs to an accelerator.</summary>
public abstract class AcceleratorObject : IDisposable
{
    private protected AcceleratorObject(Accelerator accelerator) => Accelerator = accelerator;

    public Accelerator Accelerator { get; }

    public AcceleratorType AcceleratorType => Accelerator.AcceleratorType;

    public void Dispose() => Release();

    private protected virtual void Release()
    {
    }
}
