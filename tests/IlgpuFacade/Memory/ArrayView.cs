using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU.Runtime;
using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>A stretch of memory. Every index is checked, and every cell that a kernel asks for is noted.</summary>
public readonly struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    private readonly Block? _block;
    private readonly long _offset;

    internal ArrayView(Block? block, long offset, long length)
    {
        _block = block;
        _offset = offset;
        Length = length;
    }

    public static readonly ArrayView<T> Empty = default;

    public bool IsValid => _block is not null && Length > 0;

    public long Length { get; }

    public int IntLength => checked((int)Length);

    public long LengthInBytes => Length * Unsafe.SizeOf<T>();

    public ref T this[Index1D index] => ref this[(long)index.X];

    public ref T this[LongIndex1D index] => ref this[index.X];

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[(long)index];
    }

    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)index >= (ulong)Length)
            {
                throw Outside(index);
            }

            return ref _block!.Touch<T>(_offset + (index * Unsafe.SizeOf<T>()));
        }
    }

    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view);

    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    public ArrayView<T> SubView(int index, int length) => SubView((long)index, length);

    public ArrayView<T> SubView(long index, long length)
    {
        // ILGPU wants the first element to be one of the view, even where there is no element.
        if (index < 0 || index >= Length || length < 0 || index > Length - length)
        {
            throw new FacadeException(
                $"SubView({index}, {length}) of a view of {Length} {typeof(T).Name}{Execution.WhereAmI()}: it reaches outside.");
        }

        return new(_block, _offset + (index * Unsafe.SizeOf<T>()), length);
    }

    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged
    {
        // A wide load traps on a device unless its address is a multiple of its width (of sixteen bytes at most).
        var size = Unsafe.SizeOf<TOther>();
        var alignment = Math.Min(size & -size, 16);
        if (_offset % alignment != 0)
        {
            throw new FacadeException(
                $"Cast<{typeof(TOther).Name}> of a view that begins at byte {_offset} of its memory{Execution.WhereAmI()}: " +
                $"a multiple of {alignment} is needed.");
        }

        return new(_block, _offset, LengthInBytes / size);
    }

    void IContiguousArrayView.Fill(byte value)
    {
        MemoryMarshal.AsBytes(HostSpan(Length)).Fill(value);
        MarkWritten(Length);
    }

    internal unsafe Span<T> HostSpan(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        return length == 0 ? [] : new Span<T>(_block!.HostAddress(_offset), checked((int)length));
    }

    /// <summary>The host has written the first elements.</summary>
    internal void MarkWritten(long length) => _block?.MarkWritten(_offset, length * Unsafe.SizeOf<T>());

    private FacadeException Outside(long index) =>
        new($"Index {index} of a {_block?.Kind.ToString().ToLowerInvariant()} view of {Length} {typeof(T).Name}{Execution.WhereAmI()}: it is outside.");
}
