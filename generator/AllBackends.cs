using KernelGen.Generator.Backends.Cpu;
using KernelGen.Generator.Backends.Ilgpu;
using KernelGen.Generator.Layers;

namespace KernelGen.Generator;

/// <summary>The machines that users have. A new one is a folder and a line here.</summary>
internal static class AllBackends
{
    public static BackendRegistry Registry { get; } = new(new CpuBackend(), new IlgpuBackend());
}
