using ILGPU.Runtime;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// Finds races and reads of unwritten memory. View indexers return references, so reads and writes look alike: each member's touched cells
/// are logged, and a cell that holds something else after the member's turn was written. A member has a turn per phase (the stretch
/// between two barriers of its group), and one more for each vote and each multiplication of its warp, which order nothing in memory. What
/// it cannot see: a write of the value that was there, and what happens through a reference that is kept beyond the turn.
/// </summary>
internal sealed class Watch
{
    /// <summary>In the place of the member that touched a cell, where several have in a phase.</summary>
    private const ushort Several = ushort.MaxValue;

    private readonly List<Block> _touched = [];
    private readonly List<int> _groupStarts = [];

    /// <summary>
    /// The launches that the host has not waited for: the first and the last phase, and the stream. Those of a stream that follow each
    /// other are one.
    /// </summary>
    private readonly List<(int From, int To, AcceleratorStream Stream)> _pending = [];
    private AcceleratorStream? _stream;
    private int _phase = 1;
    private int _launchStart;
    private int _groupStart;

    /// <summary>The first phase of another stream that the host has not waited for.</summary>
    private int _firstPending;

    /// <summary>Entries of this turn have this number or a larger one.</summary>
    public long FirstEntry { get; private set; } = 1;

    /// <summary>The number of the turn; even numbers are the times between turns.</summary>
    public long Turn { get; private set; }

    /// <summary>How many cells were logged since the beginning.</summary>
    public long Touches { get; private set; }

    public void BeginLaunch(AcceleratorStream stream)
    {
        _stream = stream;
        _launchStart = _phase + 1;
        _firstPending = _pending.Where(launch => launch.Stream != stream).Select(launch => launch.From).DefaultIfEmpty(int.MaxValue).Min();
        _groupStarts.Clear();
    }

    public void EndLaunch()
    {
        if (_pending.Count > 0 && _pending[^1].Stream == _stream)
        {
            _pending[^1] = _pending[^1] with { To = _phase };
            return;
        }

        _pending.Add((_launchStart, _phase, _stream!));
    }

    /// <summary>The host has waited for a stream: what it launches from now on comes after what that stream did.</summary>
    public void WaitFor(AcceleratorStream stream) => _pending.RemoveAll(launch => launch.Stream == stream);

    /// <summary>The host has waited for all streams.</summary>
    public void WaitForAll() => _pending.Clear();

    public void BeginGroup()
    {
        _groupStart = ++_phase;
        _groupStarts.Add(_phase);
    }

    public void NextPhase() => _phase = checked(_phase + 1);

    public void BeginTurn() => Turn++;

    /// <summary>Judges what the member did; throws what it finds first.</summary>
    public void EndTurn(int member)
    {
        var longest = 0;
        foreach (var block in _touched)
        {
            if (block.Kind == BlockKind.Local)
            {
                JudgeLocal(block);
            }
            else
            {
                Judge(block, member);
            }

            longest = Math.Max(longest, block.Logged);
            Touches += block.Logged;
        }

        FinishTurn(longest);
    }

    /// <summary>Forgets the turn of a member that failed.</summary>
    public void DropTurn()
    {
        var longest = 0;
        foreach (var block in _touched)
        {
            longest = Math.Max(longest, block.Logged);
        }

        FinishTurn(longest);
    }

    public void Enter(Block block)
    {
        if ((Turn & 1) == 0)
        {
            throw new FacadeException("A view was indexed outside of a kernel (or in a kernel of another accelerator): " +
                "the host cannot see device memory.");
        }

        _touched.Add(block);
    }

    public unsafe Block? BlockAt(byte* address)
    {
        foreach (var block in _touched)
        {
            if (block.Holds(address))
            {
                return block;
            }
        }

        return null;
    }

    private static void JudgeLocal(Block block)
    {
        var cells = block.Cells;
        foreach (ref readonly var entry in block.Log.AsSpan(0, block.Logged))
        {
            ref var cell = ref cells[entry.Cell];
            if (entry.Atomic || entry.Written || block.Read(entry.Cell) != entry.Before)
            {
                cell.Written = 1;
            }
            else if (cell.Written == 0)
            {
                throw Unwritten(block, entry.Cell);
            }
        }
    }

    private static FacadeException Unwritten(Block block, int cell) =>
        new($"A read of what nobody wrote{Execution.WhereAmI()}: {block.Describe(cell)}.");

    private void FinishTurn(int longest)
    {
        FirstEntry += longest;
        Turn++;
        _touched.Clear();
    }

    private void Judge(Block block, int member)
    {
        var cells = block.Cells;
        var phase = _phase;
        var groupStart = _groupStart;
        foreach (ref readonly var entry in block.Log.AsSpan(0, block.Logged))
        {
            ref var cell = ref cells[entry.Cell];
            if (cell.Touched < groupStart)
            {
                cell.TouchedEarlier = cell.Touched;
            }

            if (cell.Atomic < groupStart)
            {
                cell.AtomicEarlier = cell.Atomic;
            }

            var shared = (cell.Touched == phase || cell.Atomic == phase) && cell.Toucher != member;
            var wrote = entry.Written || block.Read(entry.Cell) != entry.Before;
            var plain = wrote || !entry.Atomic;
            Compare(block, entry.Cell, ref cell, member, plain, wrote, entry.Atomic);

            cell.Toucher = shared ? Several : (ushort)member;
            if (plain)
            {
                cell.Touched = phase;
            }

            if (entry.Atomic)
            {
                cell.Atomic = phase;
            }

            if (wrote)
            {
                cell.Written = phase;
                cell.Writer = (ushort)member;
            }
        }
    }

    private void Compare(Block block, int index, ref Cell cell, int member, bool plain, bool wrote, bool atomic)
    {
        if (Meets(cell.Written) && !(cell.Written == _phase && cell.Writer == member))
        {
            throw Race(block, index, wrote || atomic, $"written by member {cell.Writer}", cell.Written);
        }

        if (plain && (Meets(cell.Atomic) || Meets(cell.AtomicEarlier)))
        {
            var then = Meets(cell.Atomic) ? cell.Atomic : cell.AtomicEarlier;
            throw Race(block, index, wrote, $"updated atomically by member {cell.Toucher}", then);
        }

        var isOwn = cell.Touched == _phase && cell.Toucher == member && !Meets(cell.TouchedEarlier);
        if ((wrote || atomic) && (Meets(cell.Touched) || Meets(cell.TouchedEarlier)) && !isOwn)
        {
            // The member is known while nobody touched the cell since.
            var then = Meets(cell.Touched) ? cell.Touched : cell.TouchedEarlier;
            throw Race(
                block, index, true, then == cell.Touched && cell.Toucher != Several ? $"touched by member {cell.Toucher}" : "touched",
                then);
        }

        if (!wrote && !atomic && cell.Written == 0 && cell.Atomic == 0)
        {
            throw Unwritten(block, index);
        }
    }

    /// <summary>
    /// Whether nothing orders then and now: it was in this phase, in another group of this launch, or on another stream that the host has
    /// not waited for.
    /// </summary>
    private bool Meets(int then) =>
        then == _phase || (then >= _launchStart && then < _groupStart) || (then >= _firstPending && IsPending(then));

    private bool IsPending(int then)
    {
        foreach (var (from, to, stream) in _pending)
        {
            if (then >= from && then <= to)
            {
                return stream != _stream;
            }
        }

        return false;
    }

    private FacadeException Race(Block block, int cell, bool wrote, string other, int then)
    {
        var elsewhere = then < _launchStart ? " of a launch on another stream"
            : then < _groupStart ? $" of group {Execution.Current.GroupName(GroupOf(then))}"
            : string.Empty;
        return new($"A race{Execution.WhereAmI()}, which {(wrote ? "wrote" : "touched")} what was {other}{elsewhere} " +
            $"with no {(then < _launchStart ? "wait for that stream" : "barrier")} between: {block.Describe(cell)}.");
    }

    private int GroupOf(int phase)
    {
        var place = _groupStarts.BinarySearch(phase);
        return place >= 0 ? place : ~place - 1;
    }
}
