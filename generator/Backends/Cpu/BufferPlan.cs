using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Where a tile lives in scratch memory.</summary>
/// <param name="Name">The variable that refers to its first element.</param>
/// <param name="Offset">Floats from the start of the scratch memory.</param>
/// <param name="Stride">Floats from one row to the next.</param>
/// <param name="IsStrip">It holds one strip, not a whole tile.</param>
/// <param name="IsTransposed">Rows of the memory are columns of the tile.</param>
internal sealed record Buffer(string Name, int Offset, int Stride, bool IsStrip, bool IsTransposed);

/// <summary>Assigns scratch memory to the tiles of one kernel method.</summary>
internal sealed class BufferPlan
{
    private readonly CpuSchedule _schedule;
    private readonly Dictionary<Tile, Buffer> _buffers = new();
    private readonly Dictionary<Tile, Buffer> _packed = new();
    private readonly List<Buffer> _all = new();

    public BufferPlan(CpuSchedule schedule, IReadOnlyList<Step> steps, State? kept)
    {
        _schedule = schedule;
        var statements = Statements(steps).ToList();
        foreach (var member in kept?.Members ?? Enumerable.Empty<StateMember>())
        {
            var readers = statements.Where(statement => Dataflow.Reads(statement).Contains(member)).ToList();
            if (readers.Count > 0 && readers.All(reader => IsRightOperand(reader, member)))
            {
                _buffers[member] = AllocateTransposed(member.Name, member);
            }
            else if (readers.Count > 0)
            {
                _buffers[member] = Allocate(member.Name, _schedule.Floats(member), _schedule.Stride(member));
            }
        }

        foreach (var member in statements.SelectMany(Dataflow.Reads).OfType<StateMember>().Distinct())
        {
            var isTransposed = _buffers.TryGetValue(member, out var own) && own.IsTransposed;
            if (!isTransposed && statements.Any(statement => IsRightOperand(statement, member)))
            {
                _packed[member] = AllocateTransposed(member.Name + "T", member);
            }
        }

        Visit(steps, steps);
    }

    /// <summary>A plan of no steps, to which tiles are added one by one.</summary>
    public BufferPlan(CpuSchedule schedule) => _schedule = schedule;

    /// <summary>Floats in all.</summary>
    public int Floats { get; private set; }

    /// <summary>All buffers, in the order of their memory.</summary>
    public IReadOnlyList<Buffer> All => _all;

    /// <summary>The rows that the factors of a rebase lie in.</summary>
    public Buffer? Factors { get; private set; }

    /// <summary>The column maxima of a run.</summary>
    public Buffer? RunMaxima { get; private set; }

    /// <summary>What a transform works in.</summary>
    public Buffer? Transform { get; private set; }

    public Buffer this[Tile tile] => _buffers[tile];

    public bool Contains(Tile tile) => _buffers.ContainsKey(tile);

    /// <summary>The transposed copy of a tile that a product reads as its right-hand operand.</summary>
    public Buffer Packed(Tile tile) => _packed.TryGetValue(tile, out var copy) ? copy
        : _buffers[tile] is { IsTransposed: true } own ? own
        : throw new InvalidOperationException($"A product reads {tile} transposed, but it has no such copy.");

    /// <summary>Whether a tile has a transposed copy beside itself.</summary>
    public bool HasCopy(Tile tile) => _packed.ContainsKey(tile);

    /// <summary>Gives a tile rows of its own.</summary>
    public void Add(Tile tile, int rows, int stride) => _buffers[tile] = Allocate(tile.Name, rows * stride, stride);

    /// <summary>Says where a tile lives that has memory elsewhere.</summary>
    public void Place(Tile tile, int stride) =>
        _buffers[tile] = new Buffer(tile.Name, Offset: 0, stride, IsStrip: false, IsTransposed: false);

    /// <summary>Leaves memory out: what is allocated from here on begins at an offset, or beyond.</summary>
    public void Skip(int offset) => Floats = Math.Max(Floats, offset);

    /// <summary>Memory that belongs to no tile.</summary>
    public Buffer AddWork(string name, int floats) => Allocate(name, floats, 0);

    private void Visit(IReadOnlyList<Step> all, IReadOnlyList<Step> steps)
    {
        foreach (var step in steps)
        {
            switch (step)
            {
                case StripStep strip:
                    foreach (var statement in strip.Statements)
                    {
                        Assign(all, steps, strip, statement);
                    }

                    break;
                case WholeStep whole:
                    if (whole.Statement is Fold { State.Axis.IsTokens: true } fold)
                    {
                        foreach (var member in fold.State.Members)
                        {
                            _buffers[member] = Allocate(member.Name, _schedule.Floats(member), _schedule.Stride(member));
                        }
                    }

                    if (whole.Statement is MatMul { B: Parameter { Form: ParameterForm.Transform } projections } product)
                    {
                        Transform ??= Allocate("transform", HadamardCall.WorkFloats(projections), 0);
                        _buffers[product.Target] = Allocate(
                            product.Target.Name, _schedule.Floats(product.Target), _schedule.Stride(product.Target));
                    }

                    if (whole.Statement is Map { Target: not StateMember and var made })
                    {
                        _buffers[made] = Allocate(made.Name, _schedule.Floats(made), _schedule.Stride(made));
                    }

                    if (whole.Statement is Transpose transpose)
                    {
                        _buffers[transpose.Target] = _buffers[transpose.Source];
                    }

                    if (whole.Statement is Rebase or Runs)
                    {
                        var state = whole.Statement is Rebase rebase ? rebase.State : ((Runs)whole.Statement).State;
                        Factors ??= Allocate("factor", _schedule.Floats(state.Reference!), 0);
                    }

                    if (whole.Statement is Runs runs)
                    {
                        RunMaxima ??= Allocate("runTop", _schedule.Floats(runs.State.Reference!), 0);
                    }

                    Visit(all, whole.Body);
                    break;
            }
        }
    }

    private void Assign(IReadOnlyList<Step> all, IReadOnlyList<Step> block, StripStep strip, Statement statement)
    {
        if (statement is Store or Rebase)
        {
            return;
        }

        if (statement is Skew { IsAdjoint: false } skew)
        {
            _buffers[skew.Target] = View(skew.Target, skew.Source);
            return;
        }

        foreach (var target in Dataflow.Writes(statement).Where(target => target is not StateMember && !_buffers.ContainsKey(target)))
        {
            Assign(all, block, strip, statement, target);
        }
    }

    private void Assign(IReadOnlyList<Step> all, IReadOnlyList<Step> block, StripStep strip, Statement statement, Tile target)
    {
        var readers = Statements(all).Where(other => Dataflow.Reads(other).Contains(target)).ToList();
        // What is rotated is packed after that.
        if (statement is Load { Rotation: null } or LoadBand
            && readers.All(reader => IsRightOperand(reader, target) && ((MatMul)reader).A != target))
        {
            _buffers[target] = AllocateTransposed(target.Name, target);
            return;
        }

        if (readers.OfType<Skew>().FirstOrDefault(reader => reader.IsAdjoint) is { } adjoint)
        {
            // It is made where it is a band.
            Assign(all, block, strip, adjoint, adjoint.Target);
            _buffers[target] = View(target, adjoint.Target);
            return;
        }

        if (statement is Map { Branches.Count: 1 } map && Reusable(all, block, strip, map) is { } reused)
        {
            _buffers[target] = _buffers[reused];
        }
        else
        {
            var local = strip.IsStripped && !target.IsRowVector && readers.All(strip.Statements.Contains);
            var rows = target.IsRowVector ? 1 : local ? _schedule.StripRows : _schedule.TileRows(target.Rows);
            var stride = _schedule.Stride(target);
            var floats = target.IsColumnVector ? rows : rows * stride;
            _buffers[target] = Allocate(target.Name, floats, stride) with { IsStrip = local };
        }

        if (readers.Any(reader => IsRightOperand(reader, target)))
        {
            _packed[target] = AllocateTransposed(target.Name + "T", target);
        }
    }

    private static bool IsRightOperand(Statement statement, Tile tile) =>
        statement is MatMul { TransposeB: true } product && product.B == tile;

    /// <summary>
    /// A tile whose memory an element-wise statement may overwrite: of the same shape, made in the same block, and not read again.
    /// </summary>
    private Tile? Reusable(IReadOnlyList<Step> all, IReadOnlyList<Step> block, StripStep strip, Map map)
    {
        var sameBlock = Statements(block.Where(step => step is StripStep or WholeStep { Body.Count: 0 })).ToList();
        var before = sameBlock.Take(sameBlock.IndexOf(map) + 1).ToList();
        var readLater = new HashSet<Tile>(Statements(all).Where(other => !before.Contains(other)).SelectMany(Dataflow.Reads));
        var targetStays = Statements(all).Any(other => Dataflow.Reads(other).Contains(map.Target) && !strip.Statements.Contains(other));
        return Dataflow.Reads(map).FirstOrDefault(tile =>
            tile is not StateMember && tile.Columns == map.Target.Columns && tile.Rows == map.Target.Rows && tile.Columns != Dim.One
            && before.SelectMany(Dataflow.Writes).Contains(tile)
            && !readLater.Contains(tile)
            && _buffers[tile] is { IsTransposed: false } buffer
            && !(buffer.IsStrip && targetStays));
    }

    private static IEnumerable<Statement> Statements(IEnumerable<Step> steps) => steps.SelectMany(step => step switch
    {
        StripStep strip => strip.Statements,
        WholeStep whole => new[] { whole.Statement }.Concat(Statements(whole.Body)),
        _ => Enumerable.Empty<Statement>(),
    });

    /// <summary>
    /// The elements of a strip of a band that belong to columns: each row begins one before that above it, so rows are one float closer
    /// together.
    /// </summary>
    private Buffer View(Tile tile, Tile band)
    {
        var whole = _buffers[band];
        if (!whole.IsStrip)
        {
            throw new NotSupportedException($"{band} is a band that outlives a strip.");
        }

        var view = whole with { Name = tile.Name, Offset = whole.Offset + _schedule.StripRows - 1, Stride = whole.Stride - 1 };
        _all.Add(view);
        return view;
    }

    private Buffer AllocateTransposed(string name, Tile tile)
    {
        var stride = _schedule.Stride(_schedule.PaddedRows(tile));
        return Allocate(name, _schedule.Padded(tile.Columns) * stride, stride) with { IsTransposed = true };
    }

    private Buffer Allocate(string name, int floats, int stride)
    {
        var buffer = new Buffer(name, Floats, stride, IsStrip: false, IsTransposed: false);
        _all.Add(buffer);
        Floats += (floats + 15) / 16 * 16;
        return buffer;
    }
}
