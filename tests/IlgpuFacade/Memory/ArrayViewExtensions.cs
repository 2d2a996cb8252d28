using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>Copies between the host and views, allocation from arrays, and zeroing. Copies are done when they return.</summary>
public static class ArrayViewExtensions
{
    public static void CopyFromCPUUnsafeAsync<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        FromHost(Contiguous<T, TView>(target), MemoryMarshal.CreateReadOnlySpan(ref cpuData, checked((int)length)));

    public static void CopyToCPUUnsafeAsync<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        ToHost(Contiguous<T, TView>(source), MemoryMarshal.CreateSpan(ref cpuData, checked((int)length)));

    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> => target.CopyFromCPUUnsafeAsync(stream, ref cpuData, length);

    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> => source.CopyToCPUUnsafeAsync(stream, ref cpuData, length);

    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T> => FromHost(Contiguous<T, TView>(target), span);

    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T> => ToHost(Contiguous<T, TView>(source), span);

    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged => FromHost<T>(view, data);

    public static void CopyToCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged => ToHost<T>(view, data);

    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => FromHost<T>(view, data);

    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => ToHost<T>(view, data);

    public static void CopyFromCPU<T>(
        this ArrayView1D<T, Stride1D.Dense> target,
        AcceleratorStream stream,
        ref T cpuData,
        long length)
        where T : unmanaged => target.BaseView.CopyFromCPUUnsafeAsync(stream, ref cpuData, length);

    public static void CopyToCPU<T>(
        this ArrayView1D<T, Stride1D.Dense> source,
        AcceleratorStream stream,
        ref T cpuData,
        long length)
        where T : unmanaged => source.BaseView.CopyToCPUUnsafeAsync(stream, ref cpuData, length);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged => FromHost(target.BaseView, span);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged => ToHost(source.BaseView, span);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged => FromHost<T>(view.BaseView, data);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged => ToHost<T>(view.BaseView, data);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => FromHost<T>(view.BaseView, data);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => ToHost<T>(view.BaseView, data);

    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, T[] data)
        where T : unmanaged => FromHost<T>(buffer.View.BaseView, data);

    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, T[] data)
        where T : unmanaged => ToHost<T>(buffer.View.BaseView, data);

    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, AcceleratorStream stream, T[] data)
        where T : unmanaged => FromHost<T>(buffer.View.BaseView, data);

    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, AcceleratorStream stream, T[] data)
        where T : unmanaged => ToHost<T>(buffer.View.BaseView, data);

    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data)
        where T : unmanaged
    {
        var buffer = accelerator.Allocate1D<T>(data.Length);
        FromHost<T>(buffer.View.BaseView, data);
        return buffer;
    }

    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer)
        where T : unmanaged
    {
        var data = new T[buffer.Length];
        ToHost<T>(buffer.View.BaseView, data);
        return data;
    }

    public static void MemSetToZero<TView>(this TView view)
        where TView : IContiguousArrayView => view.Fill(0);

    public static void MemSetToZero<TView>(this TView view, AcceleratorStream stream)
        where TView : IContiguousArrayView => view.Fill(0);

    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.MemSetToZero();

    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged => view.BaseView.MemSetToZero();

    private static ArrayView<T> Contiguous<T, TView>(TView view)
        where T : unmanaged
        where TView : IContiguousArrayView<T> => (ArrayView<T>)(object)view;

    private static void FromHost<T>(ArrayView<T> view, ReadOnlySpan<T> data)
        where T : unmanaged
    {
        data.CopyTo(view.HostSpan(data.Length));
        view.MarkWritten(data.Length);
    }

    private static void ToHost<T>(ArrayView<T> view, Span<T> data)
        where T : unmanaged => view.HostSpan(data.Length).CopyTo(data);
}
