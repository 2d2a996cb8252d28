namespace KernelGen.IlgpuFacade;

/// <summary>What the members of a group run.</summary>
internal interface IKernelBody
{
    /// <summary>Puts so many members at the kernel's beginning.</summary>
    void BeginGroup(int members);

    /// <summary>Runs a member to its next barrier or its end.</summary>
    void Resume(int member);
}
