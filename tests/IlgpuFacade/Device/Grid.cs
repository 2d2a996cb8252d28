using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>The group's place in the launch.</summary>
public static class Grid
{
    public static int IdxX => Execution.Current.GroupIndex.X;

    public static int IdxY => Execution.Current.GroupIndex.Y;

    public static int IdxZ => Execution.Current.GroupIndex.Z;

    public static int DimX => Execution.Current.Grid.X;

    public static int DimY => Execution.Current.Grid.Y;

    public static int DimZ => Execution.Current.Grid.Z;
}
