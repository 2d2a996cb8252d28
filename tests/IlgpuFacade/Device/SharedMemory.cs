using System.Runtime.CompilerServices;
using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>Memory that the members of a group have in common.</summary>
public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged =>
        new(Execution.Current.Shared((long)extent * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>()), 0, extent);
}
