using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// One launch: the groups one after the other, and in a group its members one after the other from barrier to barrier, in the order of
/// their numbers. So every run is the same run, and what a mistake does is the same each time.
/// </summary>
internal sealed class Execution
{
    [ThreadStatic]
    private static Execution? _current;

    private readonly string _kernel;
    private readonly IKernelBody _body;
    private readonly int _sharedLimit;
    private readonly bool _runsPtx;
    private readonly BarrierKind[] _waits;
    private readonly bool[] _votes;
    private readonly int[] _sharedAllocations;
    private readonly int[] _localAllocations;
    private readonly List<Block> _shared = [];
    private readonly List<Block>?[] _local;
    private long _sharedBytes;
    private int _barriers;
    private int _answer;
    private bool _running;

    public Execution(Watch watch, string kernel, IKernelBody body, KernelConfig config, int sharedLimit, bool runsPtx)
    {
        Watch = watch;
        _runsPtx = runsPtx;
        _kernel = kernel;
        _body = body;
        _sharedLimit = sharedLimit;
        Grid = config.GridDim;
        Group = config.GroupDim;
        _waits = new BarrierKind[Group.Size];
        _votes = new bool[Group.Size];
        _sharedAllocations = new int[Group.Size];
        _localAllocations = new int[Group.Size];
        _local = new List<Block>?[Group.Size];
        TensorCores = new TensorCore(Group.Size, () => Member);
    }

    /// <summary>Whether kernels may use inline PTX.</summary>
    public static bool RunsPtx => _current is { _runsPtx: true };

    public static Execution Current =>
        _current ?? throw new FacadeException("Something that only kernels have was used outside of a kernel.");

    public Watch Watch { get; }

    public TensorCore TensorCores { get; }

    public Index3D Grid { get; }

    public Index3D Group { get; }

    public Index3D GroupIndex { get; private set; }

    public Index3D MemberIndex { get; private set; }

    public int Member { get; private set; }

    /// <summary>Names the kernel, the group and the member that is running, for messages.</summary>
    public static string WhereAmI() => _current is { _running: true } run
        ? $" in kernel {run._kernel}, group {run.GroupIndex}, member {run.MemberName(run.Member)}"
        : string.Empty;

    /// <summary>Coroutines call this in place of a barrier, and then return.</summary>
    public static void Arrive(bool vote, int kind)
    {
        var run = Current;
        run._waits[run.Member] = (BarrierKind)kind;
        run._votes[run.Member] = vote;
    }

    public static bool AnswerBarrierOr() => Current._answer > 0;

    public static bool AnswerBarrierAnd() => Current._answer == Current._votes.Length;

    public static int AnswerBarrierPopCount() => Current._answer;

    public void Run(AcceleratorStream stream)
    {
        var outer = _current;
        _current = this;
        Watch.BeginLaunch(stream);
        try
        {
            for (var z = 0; z < Grid.Z; z++)
            {
                for (var y = 0; y < Grid.Y; y++)
                {
                    for (var x = 0; x < Grid.X; x++)
                    {
                        RunGroup(new Index3D(x, y, z));
                    }
                }
            }
        }
        finally
        {
            Watch.EndLaunch();
            _running = false;
            _current = outer;
        }
    }

    public string GroupName(int linear) => $"{new Index3D(linear % Grid.X, linear / Grid.X % Grid.Y, linear / (Grid.X * Grid.Y))}";

    /// <summary>The memory of a member's next shared allocation, which all members of the group have in common.</summary>
    /// <remarks>
    /// A site that is reached again is another allocation here, whereas on a device it is the same memory: allocate at the top.
    /// </remarks>
    public Block Shared(long bytes, int elementSize)
    {
        var place = _sharedAllocations[Member]++;
        if (place < _shared.Count)
        {
            var block = _shared[place];
            if (block.Bytes != bytes || block.ElementSize != elementSize)
            {
                throw new FacadeException(
                    $"Shared allocation number {place}{WhereAmI()} is of {bytes / elementSize} elements of {elementSize} " +
                        $"bytes, and of {block.Bytes / block.ElementSize} of {block.ElementSize} bytes for another member.");
            }

            return block;
        }

        _sharedBytes += bytes;
        if (_sharedBytes > _sharedLimit)
        {
            throw new FacadeException($"{_sharedBytes} bytes of shared memory{WhereAmI()}: a group has {_sharedLimit}.");
        }

        _shared.Add(new Block(Watch, BlockKind.Shared, bytes, elementSize));
        return _shared[^1];
    }

    public Block Local(long bytes, int elementSize)
    {
        var blocks = _local[Member] ??= [];
        var place = _localAllocations[Member]++;
        if (place < blocks.Count && blocks[place].Bytes == bytes && blocks[place].ElementSize == elementSize)
        {
            // The same member of an earlier group left it.
            blocks[place].Forget();
            return blocks[place];
        }

        var block = new Block(Watch, BlockKind.Local, bytes, elementSize);
        blocks.Insert(place, block);
        return block;
    }

    private void RunGroup(Index3D group)
    {
        GroupIndex = group;
        _barriers = 0;
        foreach (var block in _shared)
        {
            block.Forget();
        }

        Array.Clear(_sharedAllocations);
        Array.Clear(_localAllocations);
        Array.Clear(_waits);
        _body.BeginGroup(Group.Size);
        Watch.BeginGroup();
        for (; ; )
        {
            RunPhase();
            if (_waits[0] == BarrierKind.None)
            {
                break;
            }

            _barriers++;
            if (_waits[0] == BarrierKind.Barrier)
            {
                // Votes make members wait, but OpenCL's (work_group_any) order no memory.
                Watch.NextPhase();
            }
        }
    }

    /// <summary>Runs each warp up to its members' next barrier or their end, and finds out whether all did the same.</summary>
    private void RunPhase()
    {
        for (var first = 0; first < _waits.Length; first += TensorCore.Warp)
        {
            RunWarp(first, Math.Min(TensorCore.Warp, _waits.Length - first));
        }

        _answer = 0;
        for (var member = 0; member < _waits.Length; member++)
        {
            if (_waits[member] != _waits[0])
            {
                throw new FacadeException($"A divergent barrier in kernel {_kernel}, group {GroupIndex}, after {_barriers} common ones: " +
                    $"member {MemberName(0)} {Did(_waits[0])} while member {MemberName(member)} {Did(_waits[member])}.");
            }

            _answer += _votes[member] ? 1 : 0;
        }
    }

    /// <summary>
    /// Gives each member of a warp its turn, and another after each multiplication, at which all must come to the same place.
    /// </summary>
    private void RunWarp(int first, int count)
    {
        do
        {
            for (var member = first; member < first + count; member++)
            {
                TakeTurn(member);
            }

            for (var member = first; member < first + count; member++)
            {
                if ((_waits[member] == BarrierKind.Multiply) != (_waits[first] == BarrierKind.Multiply)
                    || (_waits[first] == BarrierKind.Multiply
                        && (count < TensorCore.Warp || _body.PlaceOf(member) != _body.PlaceOf(first))))
                {
                    throw new FacadeException(
                        $"A divergent multiplication in kernel {_kernel}, group {GroupIndex}, after {_barriers} barriers: " +
                            $"not all {TensorCore.Warp} members of the warp from member {MemberName(first)} came to the same one.");
                }
            }

            if (_waits[first] == BarrierKind.Multiply)
            {
                TensorCores.Multiply(first);
            }
        }
        while (_waits[first] == BarrierKind.Multiply);
    }

    private void TakeTurn(int member)
    {
        Member = member;
        MemberIndex = IndexOf(member);
        _waits[member] = BarrierKind.None;
        _running = true;
        Watch.BeginTurn();
        try
        {
            _body.Resume(member);
            Watch.EndTurn(member);
        }
        catch (FacadeException)
        {
            Watch.DropTurn();
            throw;
        }
        catch (Exception error)
        {
            Watch.DropTurn();
            var hint = error is NullReferenceException ? " (a reference that was kept across a barrier?)" : string.Empty;
            throw new FacadeException($"{error.GetType().Name}{WhereAmI()}{hint}: {error.Message}", error);
        }

        _running = false;
    }

    private string MemberName(int member) => Group.Y * Group.Z == 1
        ? $"{member}"
        : $"{IndexOf(member)}";

    private Index3D IndexOf(int member) => new(member % Group.X, member / Group.X % Group.Y, member / (Group.X * Group.Y));

    private static string Did(BarrierKind kind) => kind == BarrierKind.None ? "returned" : $"waits at Group.{kind}";
}
