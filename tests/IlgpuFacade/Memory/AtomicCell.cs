using System.Runtime.CompilerServices;

namespace KernelGen.IlgpuFacade;

/// <summary>Brackets an atomic update, so that the log does not take it for a plain write.</summary>
internal readonly ref struct AtomicCell
{
    private readonly Block _block;
    private readonly int _entry;

    private AtomicCell(Block block, int entry)
    {
        _block = block;
        _entry = entry;
    }

    /// <summary>Views are pinned, so the address tells the cell; it was touched when the kernel took the reference.</summary>
    public static unsafe AtomicCell Open(ref byte target)
    {
        var watch = Execution.Current.Watch;
        var address = (byte*)Unsafe.AsPointer(ref target);
        var block = watch.BlockAt(address)
            ?? throw new FacadeException($"An atomic update of something that is not in a view{Execution.WhereAmI()}.");
        var cell = block.CellAt(address);
        ref var note = ref block.Cells[cell];
        var entry = (int)(note.Entry - watch.FirstEntry);
        ref var log = ref block.Log[entry];
        if (block.Read(cell) != log.Before)
        {
            log.Written = true;
        }
        else if (note.Written == 0 && note.Atomic == 0 && block.IsPoison(cell))
        {
            throw new FacadeException($"An atomic update of what nobody wrote{Execution.WhereAmI()}: {block.Describe(cell)}.");
        }

        return new(block, entry);
    }

    public void Close()
    {
        ref var log = ref _block.Log[_entry];
        log.Atomic = true;
        log.Before = _block.Read(log.Cell);
    }
}
