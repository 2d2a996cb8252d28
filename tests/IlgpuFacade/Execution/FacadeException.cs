namespace KernelGen.IlgpuFacade;

/// <summary>A kernel or a launch did what would fail, or could fail, on a device.</summary>
public sealed class FacadeException : Exception
{
    public FacadeException(string message)
        : base(message)
    {
    }

    public FacadeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
