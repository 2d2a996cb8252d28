using System.Runtime.CompilerServices;

namespace KernelGen.IlgpuFacade;

/// <summary>Memory with a note on each of its cells. A cell is four bytes, or less where the elements are no multiple of that.</summary>
internal sealed unsafe class Block
{
    /// <summary>A quiet NaN that arithmetic keeps and no kernel makes: adding to memory that nobody wrote stays visible.</summary>
    private const uint Poison = 0xFFC5_A5A5;

    /// <summary>As much as a device's allocations are aligned to.</summary>
    private const int Alignment = 256;

    private readonly int _cellShift;
    private readonly Watch _watch;
    private readonly byte[] _bytes;
    private readonly byte* _start;
    private Cell[] _cells;
    private long _turn = -1;

    public Block(Watch watch, BlockKind kind, long bytes, int elementSize)
    {
        _watch = watch;
        Kind = kind;
        Bytes = bytes;
        ElementSize = elementSize;
        _cellShift = (elementSize & 3) == 0 ? 2 : (elementSize & 1) == 0 ? 1 : 0;

        // Pinned: kernels hold raw references into it.
        _bytes = GC.AllocateUninitializedArray<byte>(checked((int)bytes + Alignment), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref _bytes[0]);
        _start = (byte*)((address + Alignment - 1) & -Alignment);
        _cells = new Cell[bytes >> _cellShift];
        FillWithPoison();
    }

    public BlockKind Kind { get; }

    public long Bytes { get; }

    public int ElementSize { get; }

    public Cell[] Cells => _cells;

    /// <summary>The cells touched in this turn, what they held before, and whether atomics did it.</summary>
    public LogEntry[] Log { get; private set; } = new LogEntry[16];

    public int Logged { get; private set; }

    private int CellSize => 1 << _cellShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Touch<T>(long offset)
        where T : unmanaged
    {
        var cell = (int)(offset >> _cellShift);
        var cells = _cells;
        var first = _watch.FirstEntry;
        if ((uint)cell >= (uint)cells.Length || cells[cell].Entry < first)
        {
            Note(cell);
        }

        if (sizeof(T) > 4 || _cellShift != 2)
        {
            NoteRest(cell, sizeof(T) >> _cellShift);
        }

        return ref Unsafe.AsRef<T>(_start + offset);
    }

    public uint Read(int cell) => _cellShift switch
    {
        2 => ((uint*)_start)[cell],
        1 => ((ushort*)_start)[cell],
        _ => _start[cell],
    };

    public bool Holds(byte* address) => address >= _start && address < _start + Bytes;

    public int CellAt(byte* address) => (int)((address - _start) >> _cellShift);

    public bool IsPoison(int cell) => Read(cell) == (_cellShift == 2 ? Poison : _cellShift == 1 ? Poison & 0xFFFF : Poison & 0xFF);

    public void* HostAddress(long offset)
    {
        if (_cells.Length == 0)
        {
            throw new FacadeException("The host copies from or to a buffer that is disposed of.");
        }

        return _start + offset;
    }

    public void MarkWritten(long offset, long bytes)
    {
        foreach (ref var cell in _cells.AsSpan((int)(offset >> _cellShift), (int)(bytes >> _cellShift)))
        {
            cell.Written = Math.Max(cell.Written, 1);
        }
    }

    /// <summary>Forgets what was written, as memory does between groups.</summary>
    public void Forget()
    {
        Array.Clear(_cells);
        FillWithPoison();
    }

    /// <summary>From here on every touch is an error.</summary>
    public void Free() => _cells = [];

    /// <summary>What an index in a message refers to.</summary>
    public string Describe(int cell) =>
        $"{Kind.ToString().ToLowerInvariant()} memory of {Bytes / Math.Max(ElementSize, 1)} elements of {ElementSize} bytes, " +
        $"element {(long)cell * CellSize / ElementSize}"
        + (ElementSize > CellSize ? $" (byte {cell * CellSize % ElementSize})" : string.Empty);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Note(int cell)
    {
        if (cell >= _cells.Length)
        {
            throw new FacadeException($"A view of a buffer that is disposed of was used{Execution.WhereAmI()}.");
        }

        if (_turn != _watch.Turn)
        {
            _watch.Enter(this);
            _turn = _watch.Turn;
            Logged = 0;
        }

        if (Logged == Log.Length)
        {
            var longer = new LogEntry[Logged * 2];
            Log.CopyTo(longer, 0);
            Log = longer;
        }

        Log[Logged] = new LogEntry { Cell = cell, Before = Read(cell) };
        _cells[cell].Entry = _watch.FirstEntry + Logged;
        Logged++;
    }

    private void NoteRest(int cell, int count)
    {
        for (var next = cell + 1; next < cell + count; next++)
        {
            if (_cells[next].Entry < _watch.FirstEntry)
            {
                Note(next);
            }
        }
    }

    private void FillWithPoison()
    {
        if (_cellShift == 2)
        {
            new Span<uint>(_start, (int)(Bytes >> 2)).Fill(Poison);
        }
        else if (_cellShift == 1)
        {
            new Span<ushort>(_start, (int)(Bytes >> 1)).Fill(unchecked((ushort)Poison));
        }
        else
        {
            new Span<byte>(_start, (int)Bytes).Fill(unchecked((byte)Poison));
        }
    }
}
