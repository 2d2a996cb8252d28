namespace KernelGen.Generator.Declarations;

/// <summary>The generator's copy of KernelGen.Backends, with the same names and numbers. A test compares the two.</summary>
[Flags]
internal enum BackendFlags
{
    Auto = 0,
    Cpu = 1,
    Gpu = 2,
}

/// <summary>What the flags mean.</summary>
internal static class BackendFlagsMeaning
{
    /// <summary>Whether GPU kernels are wanted where they can be: unless only the CPU is named.</summary>
    public static bool WantsGpu(this BackendFlags backends) => backends != BackendFlags.Cpu;
}
