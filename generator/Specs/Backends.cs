namespace KernelGen.Generator.Specs;

/// <summary>The generator's copy of KernelGen.Backends, with the same names and numbers. A test compares the two.</summary>
[Flags]
internal enum Backends
{
    Auto = 0,
    Cpu = 1,
    Gpu = 2,
}

/// <summary>What the flags mean.</summary>
internal static class BackendsMeaning
{
    /// <summary>Whether GPU kernels are wanted where they can be: unless only the CPU is named.</summary>
    public static bool WantsGpu(this Backends backends) => backends != Backends.Cpu;
}
