namespace ILGPU.Runtime;

/// <summary>A view with a stride, which on the facade is always dense.</summary>
public readonly struct ArrayView1D<T, TStride>
    where T : unmanaged
    where TStride : unmanaged, IStride1D
{
    internal ArrayView1D(ArrayView<T> view) => BaseView = view;

    public ArrayView<T> BaseView { get; }

    public bool IsValid => BaseView.IsValid;

    public long Length => BaseView.Length;

    public int IntLength => BaseView.IntLength;

    public long LengthInBytes => BaseView.LengthInBytes;

    public ref T this[Index1D index] => ref BaseView[index.X];

    public ref T this[LongIndex1D index] => ref BaseView[index.X];

    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => new(BaseView.SubView(index.X, extent.X));

    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) => new(BaseView.SubView(index.X, extent.X));
}
