namespace KernelGen.IlgpuFacade;

/// <summary>A kernel without barriers: a turn is the whole run.</summary>
internal sealed class PlainBody(Action kernel) : IKernelBody
{
    public void BeginGroup(int members)
    {
    }

    public void Resume(int member) => kernel();

    public int PlaceOf(int member) => 0;
}
