namespace ILGPU.Runtime;

/// <summary>Something that belongs to an accelerator.</summary>
public abstract class AcceleratorObject : IDisposable
{
    private protected AcceleratorObject(Accelerator accelerator) => Accelerator = accelerator;

    public Accelerator Accelerator { get; }

    public AcceleratorType AcceleratorType => Accelerator.AcceleratorType;

    public bool IsDisposed { get; private set; }

    public void Dispose()
    {
        IsDisposed = true;
        Release();
    }

    private protected virtual void Release()
    {
    }
}
