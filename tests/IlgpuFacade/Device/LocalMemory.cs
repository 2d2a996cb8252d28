using System.Runtime.CompilerServices;
using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>Memory of one member.</summary>
public static class LocalMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged =>
        new(Execution.Current.Local((long)extent * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>()), 0, extent);
}
