namespace KernelGen.IlgpuFacade;

/// <summary>What the members of a group run.</summary>
internal interface IKernelBody
{
    /// <summary>Puts so many members at the kernel's beginning.</summary>
    void BeginGroup(int members);

    /// <summary>Runs a member to its next barrier or multiplication, or to its end.</summary>
    void Resume(int member);

    /// <summary>A number for the place in the kernel where a member waits.</summary>
    int PlaceOf(int member);
}
