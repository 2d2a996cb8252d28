using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>The member's place in its group, and the group's barriers.</summary>
/// <remarks>Where a kernel waits, its <see cref="Coroutine"/> leaves it; these bodies run only where no coroutine was made.</remarks>
public static class Group
{
    public static int IdxX => Execution.Current.MemberIndex.X;

    public static int IdxY => Execution.Current.MemberIndex.Y;

    public static int IdxZ => Execution.Current.MemberIndex.Z;

    public static int DimX => Execution.Current.Group.X;

    public static int DimY => Execution.Current.Group.Y;

    public static int DimZ => Execution.Current.Group.Z;

    public static int LinearIndex => Execution.Current.Member;

    public static void Barrier() => throw NotFollowed();

    public static bool BarrierAnd(bool predicate) => throw NotFollowed();

    public static bool BarrierOr(bool predicate) => throw NotFollowed();

    public static int BarrierPopCount(bool predicate) => throw NotFollowed();

    private static FacadeException NotFollowed() =>
        new($"A barrier{Execution.WhereAmI()} that the facade did not see when it loaded the kernel: call it from the kernel " +
            "or from a static method that the kernel calls directly.");
}
