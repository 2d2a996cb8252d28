namespace KernelGen;

/// <summary>What a layer is generated for. CPU kernels always are.</summary>
[Flags]
public enum Backends
{
    /// <summary>GPU kernels where the project references ILGPU, and nothing said where it does not.</summary>
    Auto = 0,

    /// <summary>CPU kernels only, also where ILGPU is referenced.</summary>
    Cpu = 1,

    /// <summary>GPU kernels too; a compile error where ILGPU is not referenced.</summary>
    Gpu = 2,
}
