using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Emits the body of one kernel: the threads of a group share the elements of each tile, statement by statement, with a barrier where one
/// reads or overwrites what another thread may have written since the last.
/// </summary>
internal sealed class GroupEmitter
{
    /// <summary>
    /// Tokens that registers sum one by one: as many roundings one way are at most 4e-6 of the sum. A multiple of the tokens of every tile.
    /// </summary>
    private const int Chain = 256;

    /// <summary>The most registers a thread has for the rests of a matrix in a kernel whose spans can be short instead.</summary>
    private const int MostRests = 16;

    private const string ZeroFour = "new _Float4(0f, 0f, 0f, 0f)";

    private static readonly string[] Lanes = ["X", "Y", "Z", "W"];

    /// <summary>Where a kernel finds the positions of its tokens.</summary>
    private static readonly SightText Positions = new("firstPosition", "queryHead", "(firstPosition + queryCount)", "keyCount");

    private readonly IReadOnlyList<Sight> _sights;
    private readonly GroupMemory _memory;
    private readonly DeviceFunctions _functions;
    private readonly SourceWriter _writer;
    private readonly StateMember? _inRegisters;
    private readonly RegisterBlock _registers;
    private readonly TableSumEmitter _tableSums;
    private readonly TensorEmitter? _tensor;
    private readonly WarpBlock? _warpRegisters;
    private readonly Func<Tile, bool> _isExponent;
    private readonly List<Place> _written = new(), _read = new();
    private readonly Dictionary<Tile, Statement> _rests = new();
    private bool _inRun;

    /// <summary>The condition that some of what the registers have summed was moved to memory.</summary>
    private string _hasMoved = "";

    /// <param name="inRegisters">The matrix of the state that is only accumulated and so stays in registers; null: none.</param>
    /// <param name="tensor">Prints products for tensor cores; null where the precision is float32.</param>
    /// <param name="isExponent">Whether exponentials are taken of a tile.</param>
    /// <param name="sights">What tiles of tokens see of each other.</param>
    public GroupEmitter(
        GroupMemory memory, DeviceFunctions functions, SourceWriter writer, StateMember? inRegisters, TensorEmitter? tensor,
        Func<Tile, bool> isExponent, IReadOnlyList<Sight> sights)
    {
        _memory = memory;
        _sights = sights;
        _functions = functions;
        _writer = writer;
        _tableSums = new(writer, functions);
        _inRegisters = inRegisters;
        _registers = inRegisters is null ? default : RegistersFor(inRegisters)!.Value;
        _tensor = tensor;
        _isExponent = isExponent;

        // Where no block holds it, long thin matrices, the state stays in float32.
        _warpRegisters = inRegisters is null || tensor is null ? null : WarpBlock.Holding(StateRows, StateColumns);
    }

    /// <summary>How a group holds a matrix of a state in its registers; null where it is too large.</summary>
    public static RegisterBlock? RegistersFor(StateMember member) =>
        RegisterBlock.Holding(GroupMemory.Pad(member.Rows.Size), GroupMemory.Pad(member.Columns.Size));

    private int StateRows => GroupMemory.Pad(_inRegisters!.Rows.Size);

    private int StateColumns => GroupMemory.Pad(_inRegisters!.Columns.Size);

    /// <summary>Whether a sum over tokens lies in memory and is rounded with every tile, so that it drifts with the tiles.</summary>
    public bool HasPlainSums { get; private set; }

    /// <summary>
    /// Declares registers for what rounding takes away from sums over tokens that lie in memory: with it they do not drift. Where that
    /// would take too many, or a number is not one thread's, sums stay as they are.
    /// </summary>
    /// <param name="state">The sums.</param>
    /// <param name="body">What is done for each tile.</param>
    /// <param name="most">The most registers that a thread may have for a matrix.</param>
    public void DeclareRests(State state, IReadOnlyList<Statement> body, int most = MostRests)
    {
        foreach (var member in Sums(state).Where(member => member != _inRegisters))
        {
            var makers = Dataflow.Flatten(body)
                .Where(statement => statement is MatMul or Tiles.Map or Tiles.Reduce && Dataflow.Writes(statement).Contains(member))
                .ToList();
            var names = makers.Count == 1 ? RestsOf(member, makers[0]).ToList() : [];
            if (names.Count == 0 || names.Count > most)
            {
                HasPlainSums = true;
                continue;
            }

            _rests[member] = makers[0];
            _writer.Line($"// What rounding takes away from {member}.");
            foreach (var name in names)
            {
                _writer.Line($"var {name} = 0f;");
            }
        }
    }

    /// <summary>The registers for what rounding takes away where a statement adds to a member; none where it does something else.</summary>
    private IEnumerable<string> RestsOf(StateMember member, Statement statement) => statement.Match(
        load: _ => [],
        store: _ => [],
        matMul: product => product is { Accumulate: true, Structure: Structure.Full } && _memory.BlockOf(product) is { Parts: 1 } block
            ? from turn in Enumerable.Range(0, Turns(BlocksOf(product)))
              from r in Enumerable.Range(0, block.Rows)
              from c in Enumerable.Range(0, block.Columns)
              select $"{RestOf(member, turn)}{r}_{c}"
            : [],
        map: map => member.IsRowVector && Addend(map) is not null
            ? Enumerable.Range(0, Turns(_memory.Columns(member))).Select(turn => RestOf(member, turn))
            : [],
        transpose: _ => [],
        reduce: reduce =>
            reduce is { Accumulate: true, Reduction: Reduction.Sum, Target.IsColumnVector: true, Rest: null } ? [RestOf(member, 0)] : [],
        rebase: _ => [],
        runs: _ => [],
        fold: _ => [],
        parallel: _ => [],
        forEach: _ => Enumerable.Empty<string>(),
        addToTable: _ => Enumerable.Empty<string>(),
        loadBand: _ => Enumerable.Empty<string>(),
        skew: _ => Enumerable.Empty<string>());

    private int BlocksOf(MatMul product) =>
        _memory.BlockOf(product).Count(_memory.PaddedRows(product.Target), GroupMemory.Pad(_memory.Columns(product.Target)));

    /// <summary>How often the threads of a group share out so many things.</summary>
    private static int Turns(int count) => (count + GroupMemory.Threads - 1) / GroupMemory.Threads;

    private static string RestOf(Tile member, int turn) => $"{member}Rest{turn}_";

    /// <summary>What a map adds to its target; null where it does not.</summary>
    private static Expr? Addend(Map map) =>
        map.Branches is [Expr.Binary { Operator: BinaryOperator.Add, Left: Expr.Element { Variable: var tile }, Right: var addend }]
        && tile == map.Target
            ? addend
            : null;

    /// <summary>Does something for each thing that a thread has of so many, its number being named, turn by turn.</summary>
    private void ForTurns(int count, Action<int, string> body)
    {
        for (var turn = 0; turn < Turns(count); turn++)
        {
            var number = turn == 0 ? "thread" : $"(thread + {turn * GroupMemory.Threads})";
            using (_writer.Block((turn + 1) * GroupMemory.Threads > count ? $"if ({number} < {count})" : null))
            {
                body(turn, number);
            }
        }
    }

    /// <summary>Adds to four numbers in memory four of a thread's own, which become what rounding takes away.</summary>
    /// <param name="memory">The four in memory.</param>
    /// <param name="own">The thread's.</param>
    /// <param name="isFirst">The condition that nothing is there yet; null: never.</param>
    private void AddKeepingRests(string memory, IReadOnlyList<string> own, string? isFirst)
    {
        using (_writer.Block())
        {
            _writer.Line($"var old = {(isFirst is null ? memory : $"{isFirst} ? {ZeroFour} : {memory}")};");
            _writer.Line($"var total = old.Plus({string.Join(", ", own)});");
            _writer.Line($"{memory} = total;");
            for (var i = 0; i < 4; i++)
            {
                _writer.Line($"{own[i]} = {_functions.Use("RestOfSum", 3)}(old.{Lanes[i]}, {own[i]}, total.{Lanes[i]});");
            }
        }
    }

    /// <summary>Adds to a number in memory, which is `old`, one of a thread's own; the register gets what rounding takes away.</summary>
    private void AddKeepingRest(string memory, string own, string rest)
    {
        _writer.Line($"{memory} = old + {own};");
        _writer.Line($"{rest} = {_functions.Use("RestOfSum", 3)}(old, {own}, old + {own});");
    }

    private void AddBlockKeepingRests(
        Place target, int columns, string row, string column, RegisterBlock block, string own, string? isFirst = null) =>
        Fours(block, (r, c) => AddKeepingRests(
            target.Four(r == 0 ? row : $"{row} + {r}", block.Column(column, c, columns)),
            Enumerable.Range(c, 4).Select(i => $"{own}{r}_{i}").ToList(),
            isFirst));

    private static void Fours(RegisterBlock block, Action<int, int> body)
    {
        for (var r = 0; r < block.Rows; r++)
        {
            for (var c = 0; c < block.Columns; c += 4)
            {
                body(r, c);
            }
        }
    }

    /// <summary>Declares the registers of the state, all zero.</summary>
    private void DeclareRegisters()
    {
        if (_inRegisters is null)
        {
            return;
        }

        _writer.Line(
            $"// {_inRegisters} {ProgramText.Shape(_inRegisters)} stays in registers, {_registers.Rows} × {_registers.Columns} a thread.");
        _writer.Line($"var holds = thread < {_registers.Count(StateRows, StateColumns)};");
        _writer.Line($"var row{_inRegisters} = {_registers.Row("thread", StateRows, StateColumns, rowsFirst: false)};");
        _writer.Line($"var column{_inRegisters} = {_registers.Column("thread", StateRows, StateColumns, rowsFirst: false)};");
        Rows(_registers, (r, c) => $"var {_inRegisters}{r}_{c} = 0f;");
        if (_warpRegisters is { } block)
        {
            _writer.Line($"// On tensor cores {block.Rows} × {block.Columns} a warp.");
            _writer.Line($"var warpHolds = warp < {block.Count(StateRows, StateColumns)};");
            _writer.Line($"var warpRow = warp / {block.Across(StateColumns)} * {block.Rows};");
            _writer.Line($"var warpColumn = warp % {block.Across(StateColumns)} * {block.Columns};");
            _tensor!.DeclareSums(block, WarpSum);
        }
    }

    /// <summary>
    /// Moves what threads hold of the state to its memory after every so many tokens, but for what rounding takes away: a sum of all tokens
    /// one by one would drift. Sums of tensor cores, which are exact to 10 bits, stay.
    /// </summary>
    private void MoveRegisters(Dim tokens)
    {
        if (_inRegisters is null)
        {
            return;
        }

        var next = $"{Start(tokens)} + {_memory.Tokens}";
        var isThreads = _warpRegisters is null ? "" : $"!{TensorEmitter.IsSupported} && ";
        using (_writer.Block($"if ({isThreads}holds && ({next} - from) % {Chain} == 0 && {next} < to)"))
        {
            AddBlockKeepingRests(
                _memory[_inRegisters], StateColumns, $"row{_inRegisters}", $"column{_inRegisters}", _registers, _inRegisters.Name,
                $"{next} - from == {Chain}");
        }
    }

    /// <summary>Writes the registers of the state to its memory, or adds them to what was moved there.</summary>
    private void StoreRegisters()
    {
        if (_inRegisters is null)
        {
            return;
        }

        Holding(
            () => StoreBlock(
                _memory[_inRegisters], StateColumns, $"row{_inRegisters}", $"column{_inRegisters}", _registers, _inRegisters.Name,
                element => $"(to - from <= {Chain} ? {ZeroFour} : {element})"),
            block => _tensor!.Store(
                _memory[_inRegisters], block, "warpRow", "warpColumn", StateRows, StateColumns, WarpSum,
                accumulate: false, isLower: false));
    }

    /// <summary>The name of the state's registers in a warp.</summary>
    private string WarpSum => $"warp{_inRegisters}";

    /// <summary>What the holders of the state's registers do: threads, or warps on tensor cores.</summary>
    private void Holding(Action threads, Action<WarpBlock> warps) => Either(
        _warpRegisters,
        block =>
        {
            using (_writer.Block("if (warpHolds)"))
            {
                warps(block);
            }
        },
        () =>
        {
            using (_writer.Block("if (holds)"))
            {
                threads();
            }
        });

    /// <summary>Text for tensor cores, if there is a block for them, with the other in its else-branch.</summary>
    private void Either(WarpBlock? block, Action<WarpBlock> tensor, Action otherwise)
    {
        if (block is null)
        {
            otherwise();
            return;
        }

        using (_writer.Block($"if ({TensorEmitter.IsSupported})"))
        {
            tensor(block.Value);
        }

        using (_writer.Block("else"))
        {
            otherwise();
        }
    }

    /// <summary>Sets a member of a state to its start.</summary>
    private void Initialise(StateMember member)
    {
        if (member == _inRegisters)
        {
            return;
        }

        var place = _memory[member];
        Touch([], place);
        using (_writer.Block($"for (var i = thread; i < {place.Floats}; i += {GroupMemory.Threads})"))
        {
            _writer.Line($"{place.Element("0", "i")} = {ExprPrinter.Literal(member.Initial)};");
        }
    }

    /// <summary>A barrier, if anything was touched since the last.</summary>
    public void Barrier()
    {
        if (_written.Count + _read.Count > 0)
        {
            _writer.Line("_Group.Barrier();");
            Passed();
        }
    }

    /// <summary>Sums a state over the tiles of [from, to), which are variables, and leaves it in its memory.</summary>
    public void Sum(TokenLoop loop, State state, IReadOnlyList<Statement> body)
    {
        foreach (var member in state.Members)
        {
            Initialise(member);
        }

        DeclareRegisters();
        DeclareRests(state, body);
        _hasMoved = $"{Start(loop.Tokens)} - from >= {Chain}";
        Loop(loop, new("from", "to"), body, () => MoveRegisters(loop.Tokens));
        StoreRegisters();
    }

    /// <param name="loop">The loop.</param>
    /// <param name="range">Where it begins and ends.</param>
    /// <param name="body">What is done for each tile.</param>
    /// <param name="last">What is done then; null: nothing.</param>
    public void Loop(TokenLoop loop, LoopRange range, IReadOnlyList<Statement> body, Action? last = null)
    {
        var (tokens, to) = (loop.Tokens, range.To);
        Barrier();
        _writer.Line();
        _writer.Line($"// Tiles of {_memory.Tokens} tokens {tokens}.");
        var step = range.Next is null ? $"{Start(tokens)} += {_memory.Tokens}" : $"{Start(tokens)} = {range.Next}";
        using (_writer.Block($"for (var {Start(tokens)} = {range.From}; {Start(tokens)} < {to}; {step})"))
        {
            _writer.Line($"var {Count(tokens)} = global::ILGPU.IntrinsicMath.Min({_memory.Tokens}, {to} - {Start(tokens)});");
            if (_sights.Any(sight => sight.Queries == tokens || sight.Keys == tokens))
            {
                _writer.Line(Positions.Declare(tokens, _sights));
            }

            if (range.Unseen is not null)
            {
                // All threads of the group say the same.
                using (_writer.Block($"if ({range.Unseen})"))
                {
                    _writer.Line("continue;");
                }

                _writer.Line();
            }

            Emit(body);
            last?.Invoke();
            _writer.Line("_Group.Barrier();");
            Passed();
        }
    }

    public void Emit(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in statements)
        {
            if (statement is not (Tiles.Runs or Tiles.Fold or Tiles.Parallel))
            {
                _writer.Line($"// {ProgramText.Describe(statement)}");
            }

            statement.Switch(
                load: Load,
                store: Store,
                matMul: Multiply,
                map: Map,
                transpose: Transpose,
                reduce: Reduce,
                rebase: Rebase,
                runs: Runs,
                fold: Fold,
                parallel: Inner,
                forEach: Unsupported.Throw,
                addToTable: AddToTable,
                loadBand: LoadBand,
                skew: Skew);
        }
    }

    private void Reduce(Reduce reduce)
    {
        if (reduce.Rest is not null)
        {
            SumSquares(reduce);
        }
        else if (reduce.Target.IsColumnVector)
        {
            ReduceRows(reduce);
        }
        else
        {
            ReduceColumns(reduce);
        }
    }

    private void Rebase(Rebase rebase)
    {
        if (rebase.State.Axis.IsTokens)
        {
            RebaseRows(rebase);
            return;
        }

        RebaseAll(
            rebase.State, _memory.FactorsOf(rebase), [_memory[rebase.Candidate]],
            () => _memory[rebase.Candidate].Element("0", "c"), rebase.Threshold);
    }

    private void Fold(Fold fold)
    {
        foreach (var member in fold.State.Members)
        {
            Initialise(member);
        }

        DeclareRests(fold.State, fold.Body, int.MaxValue);
        Loop(fold.Loop, RangeOf(fold.Loop), fold.Body);
    }

    /// <summary>A loop within that of the group, which goes through its tiles in order.</summary>
    private void Inner(Tiles.Parallel parallel) => Loop(parallel.Loop, RangeOf(parallel.Loop), parallel.Body);

    private LoopRange RangeOf(TokenLoop loop) => loop.Sight is null
        ? new(Print(loop.From), Print(loop.To))
        : Positions.Range(_writer, loop, _memory.Tokens, Print(loop.To));

    /// <summary>Sets what the group adds to tables to zero.</summary>
    public void ClearTables()
    {
        foreach (var (table, sums) in _memory.Tables)
        {
            _tableSums.Clear(table, sums);
        }
    }

    /// <summary>Each thread finds the indices of some elements, and then goes through all for those that it adds.</summary>
    private void AddToTable(AddToTable add)
    {
        var (entry, source, indices) = (add.Entry, add.Source, _memory.IndicesOf(add));
        Touch(Places(Dataflow.Reads(add).Where(tile => tile != source)), indices);
        Elements(
            _memory.Rows(source), _memory.Columns(source),
            () => _writer.Line($"{indices.Element("0", "i")} = {Index(entry, source.Rows, "r", "c")};"));
        Touch([indices, _memory[source]]);
        _tableSums.Add(
            entry.Table, _memory.Tables.Single(table => table.Table == entry.Table).Sums,
            indices.Element("0", $"(r * {_memory.Columns(source)}) + c"), _memory[source].Element("r", "c"), Count(source.Rows),
            Count(source.Columns));
    }

    public static string Print(TokenIndex index) => IndexText.Print(
        index,
        length => length.Operand.Positions is { } positions ? positions.ToString(CultureInfo.InvariantCulture)
            : length.Operand.IsOfKeys ? "keyCount"
            : "queryCount",
        "global::ILGPU.IntrinsicMath");

    private static string Start(Dim tokens) => IndexText.Start(tokens);

    private string Count(Dim tokens) =>
        tokens.Between is null ? IndexText.Count(tokens) : _memory.Size(tokens).ToString(CultureInfo.InvariantCulture);

    /// <summary>The token of row r of the current tile of a loop.</summary>
    private static string Token(TokenLoop loop) => loop switch
    {
        { Stride: 1, Offset: TokenIndex.Constant { Value: 0 } } => $"{Start(loop.Tokens)} + r",
        { Stride: -1 } => $"{Print(loop.Offset)} - {Start(loop.Tokens)} - r",
        _ => throw new NotSupportedException("The GPU backend walks tokens one by one, forwards or backwards."),
    };

    /// <summary>
    /// An element of a tensor: of a token, and a column unless it has one number a token. Where the head is the kernel finds out once,
    /// before it goes through tiles.
    /// </summary>
    private static string Element(Operand tensor, TokenLoop loop, string column = "c", bool atPositions = false)
    {
        var token = (atPositions ? "firstPosition + " : "") + Token(loop);
        var row = tensor.Source is OperandSource.Kept or OperandSource.RunningSum
            ? $"{(tensor.Source == OperandSource.Kept ? IlgpuKernels.Kept : IlgpuKernels.Memory)}[{tensor.Name}Base + {token}"
            : $"{tensor.Name}[{tensor.Name}Base + ((long)({token}) * {tensor.Name}Stride)";
        return row + (tensor.Columns == Dim.One ? "]" : $" + {column}]");
    }

    /// <summary>
    /// Readies all that the next statement reads and writes: what it reads must be visible, and everyone must be done with what it
    /// overwrites. All at once, since a barrier forgets what was touched before it, and what the statement touches comes after.
    /// </summary>
    private void Touch(IReadOnlyCollection<Place> reads, params Place[] writes)
    {
        if (reads.Any(read => _written.Any(read.Overlaps)) || writes.Any(write => _written.Concat(_read).Any(write.Overlaps)))
        {
            Barrier();
        }

        _read.AddRange(reads);
        _written.AddRange(writes);
    }

    /// <summary>Where tiles live, but for the one in registers.</summary>
    private List<Place> Places(IEnumerable<Tile> tiles) =>
        tiles.Where(tile => tile != _inRegisters).Select(tile => _memory[tile]).Distinct().ToList();

    private void Passed()
    {
        _written.Clear();
        _read.Clear();
    }

    /// <summary>
    /// What a group does under a condition that all its threads answer alike. It ends with a barrier where it has touched anything; what
    /// goes on without it still has all to wait for that came before.
    /// </summary>
    private void Branch(string condition, Action body)
    {
        var (written, read) = (_written.ToList(), _read.ToList());
        using (_writer.Block($"if ({condition})"))
        {
            body();
            Barrier();
        }

        _written.AddRange(written);
        _read.AddRange(read);
    }

    /// <summary>
    /// What a group does where any of its threads votes for it. Threads wait for each other at a vote, but it is no fence: OpenCL promises
    /// none.
    /// </summary>
    private void Vote(string condition, Action body) => Branch($"_Group.BarrierOr({condition})", body);

    private void Load(Load load)
    {
        var target = _memory[load.Target];
        Touch([], target);
        // At positions of queries there are rows: no query stands past the keys.
        var valid = $"r < {Count(load.Loop.Tokens)}" + (load.IsAtPositions ? "" : Within(load.Loop, load.Source));
        var columns = load.Source.Columns.Size;
        var padded = GroupMemory.Pad(columns);
        if (load.Rotation is { } rotation)
        {
            LoadRotated(load, rotation, target, valid, padded);
            return;
        }

        if (load.Target.IsColumnVector)
        {
            var element = Element(load.Source, load.Loop, atPositions: load.IsAtPositions);
            element = load.Target.IsWhole ? $"global::ILGPU.Interop.IntAsFloat((uint){element})" : element;
            Tokens(() => _writer.Line($"{target.Element("r", "0")} = {valid} ? {element} : 0f;"));
            return;
        }

        valid += padded == columns ? "" : $" && c < {columns}";
        Elements(
            _memory.Tokens, padded, () => _writer.Line($"{target.Element("r", "c")} = {valid} ? {Element(load.Source, load.Loop)} : 0f;"));
    }

    /// <summary>Row r is that of the source by the difference of the last query of a tile and token r of the other.</summary>
    private void LoadBand(LoadBand load)
    {
        var (source, target) = (load.Source, _memory[load.Target]);
        var (queries, others) = load.Target.Rows.Between!.Value;
        var columns = source.Columns.Size;
        var padded = GroupMemory.Pad(columns);
        Touch([], target);
        Elements(_memory.Rows(load.Target), padded, () =>
        {
            _writer.Line($"var row = firstPosition + {Start(queries)} + {_memory.Tokens - 1} - {Start(others)} - r;");
            _writer.Line(
                $"{target.Element("r", "c")} = row >= 0 && row < {Print(source.Length)}{(padded == columns ? "" : $" && c < {columns}")} ? {source.Name}[{source.Name}Base + ((long)row * {source.Name}Stride) + c] : 0f;");
        });
    }

    /// <summary>
    /// A copy: products read four numbers at once, which a view with rows one number closer together could not give them.
    /// </summary>
    private void Skew(Skew skew)
    {
        var (target, source) = (_memory[skew.Target], _memory[skew.Source]);
        var last = _memory.Tokens - 1;
        Touch([source], target);
        if (!skew.IsAdjoint)
        {
            Elements(
                _memory.Tokens, _memory.Tokens,
                () => _writer.Line($"{target.Element("r", "c")} = {source.Element("r", $"{last} - r + c")};"));
            return;
        }

        // Columns past the last hold what no token has made.
        var count = Count(skew.Source.Columns);
        Elements(_memory.Tokens, _memory.Columns(skew.Target), () =>
        {
            _writer.Line($"var column = c - {last} + r;");
            _writer.Line(
                $"{target.Element("r", "c")} = column >= 0 && column < {count} ? {source.Element("r", "column")} : 0f;");
        });
    }

    /// <summary>Loads rotated tokens: a thread has both numbers of a pair.</summary>
    private void LoadRotated(Load load, Rotation rotation, Place target, string valid, int padded)
    {
        var half = rotation.Columns.Size / 2;
        Elements(_memory.Tokens, padded / 2, () =>
        {
            if (padded > 2 * half)
            {
                using (_writer.Block($"if (c == {half})"))
                {
                    _writer.Line($"{target.Element("r", $"{2 * half}")} = 0f;");
                    _writer.Line($"{target.Element("r", $"{(2 * half) + 1}")} = 0f;");
                    _writer.Line("continue; // padding");
                }

                _writer.Line();
            }

            Turn(rotation, load.Source, load.Loop);
            _writer.Line($"var x0 = {valid} ? {Element(load.Source, load.Loop)} : 0f;");
            _writer.Line($"var x1 = {valid} ? {Element(load.Source, load.Loop, $"{half} + c")} : 0f;");
            _writer.Line($"{target.Element("r", "c")} = (x0 * cos) - (x1 * sin);");
            _writer.Line($"{target.Element("r", $"{half} + c")} = (x0 * sin) + (x1 * cos);");
        });
    }

    /// <summary>Declares cosine and sine of the angle by which pair c of the token of row r is rotated.</summary>
    private void Turn(Rotation rotation, Operand tensor, TokenLoop loop)
    {
        var rates = _memory[rotation];
        var position = (tensor.IsOfKeys ? "" : "firstPosition + ") + Token(loop);
        _writer.Line(
            $"var angle = global::KernelGen.CompilerServices.Rotary.Angle((int)global::ILGPU.Interop.FloatAsInt({rates.Element("0", "c")}), {rates.Element("0", $"{rotation.RowFloats} + c")}, {position});");
        _writer.Line($"var cos = {_functions.Use("Cos", 1)}(angle);");
        _writer.Line($"var sin = {_functions.Use("Sin", 1)}(angle);");
    }

    private void Store(Store store)
    {
        var (source, destination) = (_memory[store.Source], store.Destination);
        Touch([source]);
        var rows = (_inRun ? "r >= runFrom && r < runTo" : $"r < {Count(store.Loop.Tokens)}") + Within(store.Loop, destination);
        if (destination.IsOptional)
        {
            using (_writer.Block($"if ({IlgpuKernels.Wants(destination)})"))
            {
                StoreRows();
            }
        }
        else
        {
            StoreRows();
        }

        void StoreRows()
        {
            if (store.Source.IsColumnVector)
            {
                Tokens(() => StoreRow("0"));
            }
            else if (store.Rotation is { } rotation)
            {
                StoreRotatedBack(rotation);
            }
            else
            {
                Elements(_memory.Tokens, destination.Columns.Size, () => StoreRow("c"));
            }
        }

        void StoreRow(string column)
        {
            using (_writer.Block($"if ({rows})"))
            {
                Write(Element(destination, store.Loop), source.Element("r", column));
            }
        }

        // A thread has both numbers of a pair.
        void StoreRotatedBack(Rotation rotation)
        {
            var half = rotation.Columns.Size / 2;
            Elements(_memory.Tokens, half, () =>
            {
                using (_writer.Block($"if ({rows})"))
                {
                    Turn(rotation, destination, store.Loop);
                    _writer.Line($"var x0 = {source.Element("r", "c")};");
                    _writer.Line($"var x1 = {source.Element("r", $"{half} + c")};");
                    Write(Element(destination, store.Loop), "((x0 * cos) + (x1 * sin))");
                    Write(Element(destination, store.Loop, $"{half} + c"), "((x1 * cos) - (x0 * sin))");
                }
            });
        }

        void Write(string element, string value) => _writer.Line(destination.Access == OperandAccess.Accumulate
            ? $"{element} = shape.AddsGradients != 0 ? {element} + {value} : {value};"
            : $"{element} = {value};");
    }

    /// <summary>
    /// The condition that the token of row r is one of the tensor, where the positions of the loop do not say so already.
    /// </summary>
    private static string Within(TokenLoop loop, Operand tensor) =>
        Print(loop.To) == Print(tensor.Length) || tensor.HasAllOf(loop.To) ? "" : $" && {Token(loop)} < {Print(tensor.Length)}";

    private void Transpose(Transpose transpose)
    {
        var (target, source) = (_memory[transpose.Target], _memory[transpose.Source]);
        Touch([source], target);
        Tokens(() => _writer.Line($"{target.Element("0", "r")} = {source.Element("r", "0")};"));
    }

    private void Map(Map map)
    {
        var target = map.Target;
        var place = _memory[target];

        // The target may have the memory of a tile that is read: each thread overwrites just what it has read itself.
        Touch(Places(Dataflow.Reads(map)), place);
        if (_rests.ContainsKey(target))
        {
            ForTurns(_memory.Columns(target), (turn, number) =>
            {
                _writer.Line($"var old = {place.Element("0", number)};");
                _writer.Line($"var own = {RestOf(target, turn)} + {Expression(Addend(map)!, target.Rows, "0", number, null)};");
                AddKeepingRest(place.Element("0", number), "own", RestOf(target, turn));
            });
            return;
        }

        if (target.IsRowVector || target.IsColumnVector)
        {
            var (size, index, other) = target.IsRowVector ? (_memory.Columns(target), "c", "r") : (_memory.Tokens, "r", "c");
            using (_writer.Block($"for (var {index} = thread; {index} < {size}; {index} += {GroupMemory.Threads})"))
            {
                var value = Expression(map.Branches[0], target.Rows, target.IsRowVector ? "0" : "r", target.IsRowVector ? "c" : "0", null);
                _writer.Line($"{place.Element(target.IsRowVector ? "0" : "r", target.IsRowVector ? "c" : "0")} = {value};");
            }

            return;
        }

        var columns = _memory.Columns(target);
        var segment = columns / map.Branches.Count;
        if (map.Branches.Count == 1)
        {
            Elements(_memory.Tokens, columns, () =>
                _writer.Line($"{place.Element("r", "c")} = {Expression(map.Branches[0], target.Rows, "r", "c", null)};"));
        }
        else
        {
            Elements(_memory.Tokens, segment, () =>
            {
                for (var branch = 0; branch < map.Branches.Count; branch++)
                {
                    using (_writer.Block())
                    {
                        var whole = branch == 0 ? "c" : $"c + {branch * segment}";
                        var value = Expression(map.Branches[branch], target.Rows, "r", "c", (target.Columns, whole));
                        _writer.Line($"{place.Element("r", whole)} = {value};");
                    }
                }
            });
        }

        ZeroPadding(place, columns);
    }

    /// <summary>Columns past the last are zero, so that products may run over whole vectors of four.</summary>
    private void ZeroPadding(Place place, int columns)
    {
        if (GroupMemory.Pad(columns) > columns)
        {
            Elements(
                _memory.Tokens, GroupMemory.Pad(columns) - columns, () => _writer.Line($"{place.Element("r", $"{columns} + c")} = 0f;"));
        }
    }

    private void ReduceRows(Reduce reduce)
    {
        var share = GroupMemory.Threads / _memory.Tokens;
        var target = _memory[reduce.Target];
        var partials = _memory.Partials;
        Touch(Places(Dataflow.Reads(reduce)), partials);
        var count = reduce.Columns.IsTokens ? Count(reduce.Columns) : _memory.Size(reduce.Columns).ToString(CultureInfo.InvariantCulture);
        var sum = reduce.Reduction == Reduction.Sum;
        using (_writer.Block())
        {
            _writer.Line($"var r = thread / {share};");
            _writer.Line($"var part = {(sum ? "0f" : "float.NegativeInfinity")};");
            using (_writer.Block($"for (var c = thread % {share}; c < {count}; c += {share})"))
            {
                var value = Expression(reduce.Body, reduce.Rows, "r", "c", null);
                _writer.Line(sum ? $"part += {value};" : $"part = {_functions.Use("Max", 0)}(part, {value});");
            }

            _writer.Line($"{partials.Element("0", "thread")} = part;");
        }

        Touch([partials], target);
        using (_writer.Block($"if (thread < {_memory.Tokens})"))
        {
            _writer.Line($"var offset = thread * {share};");
            _writer.Line($"var part = {partials.Element("0", "offset")};");
            using (_writer.Block($"for (var i = 1; i < {share}; i++)"))
            {
                var next = partials.Element("0", "offset + i");
                _writer.Line(sum ? $"part += {next};" : $"part = {_functions.Use("Max", 0)}(part, {next});");
            }

            if (_rests.ContainsKey(reduce.Target))
            {
                _writer.Line($"var old = {target.Element("thread", "0")};");
                _writer.Line($"part += {RestOf(reduce.Target, 0)};");
                AddKeepingRest(target.Element("thread", "0"), "part", RestOf(reduce.Target, 0));
            }
            else
            {
                _writer.Line($"{target.Element("thread", "0")} {(reduce.Accumulate ? "+=" : "=")} part;");
            }
        }
    }

    /// <summary>
    /// Sums of squares in two floats. Every product is of two numbers of at most 12 bits and so has no rounding: whether a compiler fuses
    /// it with a sum makes no difference.
    /// </summary>
    private void SumSquares(Reduce reduce)
    {
        if (reduce is not
            {
                Reduction: Reduction.Sum, Accumulate: false, Target.IsColumnVector: true, Columns.IsTokens: false,
                Body: Expr.Binary
                {
                    Operator: BinaryOperator.Multiply,
                    Left: Expr.Binary { Operator: BinaryOperator.Multiply } square,
                    Right: Expr.Constant { Value: var scale },
                },
            } || square.Left != square.Right)
        {
            throw new NotSupportedException($"Only squares are summed in twice the precision: {ProgramText.Describe(reduce)}.");
        }

        var share = GroupMemory.Threads / _memory.Tokens;
        var (target, rest, partials) = (_memory[reduce.Target], _memory[reduce.Rest!], _memory.Partials);
        Touch(Places(Dataflow.Reads(reduce)), partials);
        using (_writer.Block())
        {
            _writer.Line($"var r = thread / {share};");
            _writer.Line("var (part, partRest) = (0f, 0f);");
            using (_writer.Block($"for (var c = thread % {share}; c < {_memory.Size(reduce.Columns)}; c += {share})"))
            {
                _writer.Line($"var x = {Expression(square.Left, reduce.Rows, "r", "c", null)};");
                _writer.Line($"var x1 = {_functions.Use("UpperBits", 1)}(x);");
                _writer.Line("var x2 = x - x1;");
                _writer.Line("partRest += (2f * x1 * x2) + (x2 * x2);");
                AddTo("part", "x1 * x1");
            }

            _writer.Line("// The sums of all threads of a row, then their rests.");
            _writer.Line($"{partials.Element("0", "thread")} = part;");
            Touch([partials]);
            _writer.Line("var (sum, sumRest) = (0f, 0f);");
            _writer.Line($"var offset = thread * {share};");
            using (_writer.Block($"if (thread < {_memory.Tokens})"))
            using (_writer.Block($"for (var i = 0; i < {share}; i++)"))
            {
                AddTo("sum", partials.Element("0", "offset + i"));
            }

            Touch([], partials);
            _writer.Line($"{partials.Element("0", "thread")} = partRest;");
            Touch([partials], target, rest);
            using (_writer.Block($"if (thread < {_memory.Tokens})"))
            {
                using (_writer.Block($"for (var i = 0; i < {share}; i++)"))
                {
                    _writer.Line($"sumRest += {partials.Element("0", "offset + i")};");
                }

                var upper = (double)BitConverter.ToSingle(
                    BitConverter.GetBytes(BitConverter.ToInt32(BitConverter.GetBytes((float)scale), 0) & ~0xFFF), 0);
                _writer.Line($"// Times {ExprPrinter.Literal(scale)}, of which {ExprPrinter.Literal(upper)} are 12 bits.");
                _writer.Line($"var s1 = {_functions.Use("UpperBits", 1)}(sum);");
                _writer.Line("var s2 = sum - s1;");
                _writer.Line(
                    $"sumRest = (s2 * {ExprPrinter.Literal(upper)}) + (sum * {ExprPrinter.Literal(scale - upper)}) + (sumRest * {ExprPrinter.Literal(scale)});");
                _writer.Line($"sum = (s1 * {ExprPrinter.Literal(upper)}) + sumRest;");
                _writer.Line($"{target.Element("thread", "0")} = sum;");
                _writer.Line($"{rest.Element("thread", "0")} = sumRest - (sum - (s1 * {ExprPrinter.Literal(upper)}));");
            }
        }

        void AddTo(string sum, string number)
        {
            _writer.Line($"var number = {number};");
            _writer.Line($"var total = {sum} + number;");
            _writer.Line($"var added = total - {sum};");
            _writer.Line($"{sum}Rest += ({sum} - (total - added)) + (number - added);");
            _writer.Line($"{sum} = total;");
        }
    }

    private void ReduceColumns(Reduce reduce)
    {
        Touch(Places(Dataflow.Reads(reduce)), _memory[reduce.Target]);
        var target = _memory[reduce.Target].Element("0", "c");
        var sum = reduce.Reduction == Reduction.Sum;
        using (_writer.Block($"for (var c = thread; c < {_memory.Size(reduce.Columns)}; c += {GroupMemory.Threads})"))
        {
            _writer.Line($"var part = {(reduce.Accumulate ? target : sum ? "0f" : "float.NegativeInfinity")};");
            using (_writer.Block($"for (var r = 0; r < {Count(reduce.Rows)}; r++)"))
            {
                var value = Expression(reduce.Body, reduce.Rows, "r", "c", null);
                _writer.Line(sum ? $"part += {value};" : $"part = {_functions.Use("Max", 0)}(part, {value});");
            }

            _writer.Line($"{target} = part;");
        }
    }

    private void RebaseRows(Rebase rebase)
    {
        var (state, factors) = (rebase.State, _memory.FactorsOf(rebase));
        var reference = _memory[state.Reference!];
        var candidate = _memory[rebase.Candidate];
        var members = Sums(state).Where(member => member.IsColumnVector).ToList();
        Touch([candidate], [reference, factors, .. Places(members)]);
        using (_writer.Block($"if (thread < {_memory.Tokens})"))
        {
            _writer.Line($"var old = {reference.Element("thread", "0")};");
            _writer.Line($"var top = {candidate.Element("thread", "0")};");
            _writer.Line("var factor = 1f;");
            using (_writer.Block($"if (top - old > {ExprPrinter.Literal(rebase.Threshold)})"))
            {
                _writer.Line($"factor = {_functions.Use("Exp2", 2)}(old - top, -64f);");
                _writer.Line($"{reference.Element("thread", "0")} = top;");
            }

            _writer.Line($"{factors.Element("0", "thread")} = factor;");
            foreach (var member in members)
            {
                _writer.Line($"{_memory[member].Element("thread", "0")} *= factor;");
                if (_rests.ContainsKey(member))
                {
                    _writer.Line($"{RestOf(member, 0)} *= factor;");
                }
            }
        }

        foreach (var member in Sums(state).Where(member => !member.IsColumnVector))
        {
            var place = _memory[member];
            Touch([factors], place);
            Elements(
                _memory.Tokens, _memory.Columns(member), () => _writer.Line($"{place.Element("r", "c")} *= {factors.Element("0", "r")};"));
            ScaleRests(member, factors, byColumn: false, _memory.Tokens);
        }
    }

    /// <summary>Lets the rests of a member follow its sums.</summary>
    /// <param name="member">The member.</param>
    /// <param name="factors">The factors.</param>
    /// <param name="byColumn">Whether there is one for each column of a matrix, not for each row.</param>
    /// <param name="size">How many there are.</param>
    private void ScaleRests(StateMember member, Place factors, bool byColumn, int size)
    {
        if (!_rests.TryGetValue(member, out var maker) || maker is not MatMul product)
        {
            return;
        }

        var (block, rows, columns) = (_memory.BlockOf(product), _memory.PaddedRows(member), GroupMemory.Pad(_memory.Columns(member)));
        ForTurns(block.Count(rows, columns), (turn, number) =>
        {
            LocateBlock(product, block, number, rows, columns);
            ScaleBlock(block, RestOf(member, turn), "row", "column", columns, factors, byColumn, size);
        });
    }

    /// <summary>Raises references along a fixed axis to a row of candidates where any is too far above, and lets the sums follow.</summary>
    /// <param name="state">The state.</param>
    /// <param name="factors">Where the factors go that the sums are multiplied by.</param>
    /// <param name="candidates">Where the candidates lie.</param>
    /// <param name="candidate">Spells the candidate of column c.</param>
    /// <param name="threshold">How far above is too far.</param>
    private void RebaseAll(State state, Place factors, IReadOnlyList<Place> candidates, Func<string> candidate, double threshold)
    {
        var (reference, size) = (_memory[state.Reference!], state.Axis.Size);
        Touch([.. candidates, reference]);
        using (_writer.Block())
        {
            _writer.Line("var exceeds = false;");
            using (_writer.Block($"for (var c = thread; c < {size}; c += {GroupMemory.Threads})"))
            {
                _writer.Line($"exceeds |= {candidate()} - {reference.Element("0", "c")} > {ExprPrinter.Literal(threshold)};");
            }

            Vote("exceeds", () =>
            {
                var vectors = Sums(state).Where(member => member.IsRowVector).ToList();
                Touch([], [factors, reference, .. Places(vectors)]);
                using (_writer.Block($"for (var c = thread; c < {size}; c += {GroupMemory.Threads})"))
                {
                    _writer.Line($"var old = {reference.Element("0", "c")};");
                    _writer.Line($"var raised = {_functions.Use("Max", 0)}(old, {candidate()});");
                    _writer.Line($"var factor = {_functions.Use("Exp2", 2)}(old - raised, -64f);");
                    _writer.Line($"{reference.Element("0", "c")} = raised;");
                    _writer.Line($"{factors.Element("0", "c")} = factor;");
                    foreach (var vector in vectors)
                    {
                        _writer.Line($"{_memory[vector].Element("0", "c")} *= factor;");
                    }
                }

                foreach (var vector in vectors.Where(_rests.ContainsKey))
                {
                    ForTurns(size, (turn, number) => _writer.Line($"{RestOf(vector, turn)} *= {factors.Element("0", number)};"));
                }

                foreach (var member in Sums(state).Where(member => !member.IsRowVector))
                {
                    if (member == _inRegisters)
                    {
                        Touch([factors]);
                        Holding(
                            () => ScaleRegisters(member, factors, size),
                            block => _tensor!.ScaleSums(
                                block, WarpSum, IsTransposed(member) ? "warpColumn" : "warpRow", size, factors, IsTransposed(member)));
                        continue;
                    }

                    var place = _memory[member];
                    Touch([factors], place);
                    Elements(
                        _memory.Rows(member), _memory.Columns(member),
                        () => _writer.Line($"{place.Element("r", "c")} *= {factors.Element("0", IsTransposed(member) ? "c" : "r")};"));
                    ScaleRests(member, factors, IsTransposed(member), size);
                }
            });
        }
    }

    private void ScaleRegisters(StateMember member, Place factors, int size)
    {
        ScaleBlock(_registers, member.Name, $"row{member}", $"column{member}", StateColumns, factors, IsTransposed(member), size);
        using (_writer.Block($"if ({_hasMoved})"))
        {
            Fours(_registers, (r, c) =>
            {
                var memory = _memory[member].Four(
                    r == 0 ? $"row{member}" : $"row{member} + {r}", _registers.Column($"column{member}", c, StateColumns));
                var scaled = Lanes.Select((lane, i) => $"moved.{lane} * f{(IsTransposed(member) ? c + i : r)}");
                using (_writer.Block())
                {
                    _writer.Line($"var moved = {memory};");
                    _writer.Line($"{memory} = new _Float4({string.Join(", ", scaled)});");
                }
            });
        }
    }

    /// <summary>Multiplies the rows of a block in registers, or its columns, by factors, which are named f0, f1 and so on.</summary>
    private void ScaleBlock(
        RegisterBlock block, string name, string row, string column, int columns, Place factors, bool byColumn, int size)
    {
        for (var i = 0; i < (byColumn ? block.Columns : block.Rows); i++)
        {
            // Rows past the last are zero, and have no factor.
            var index = byColumn ? block.Column(column, i, columns) : $"{row}{(i == 0 ? "" : $" + {i}")}";
            _writer.Line(GroupMemory.Pad(size) == size
                ? $"var f{i} = {factors.Element("0", index)};"
                : $"var f{i} = {index} < {size} ? {factors.Element("0", index)} : 0f;");
        }

        Rows(block, (r, c) => $"{name}{r}_{c} *= f{(byColumn ? c : r)};");
    }

    /// <summary>Whether the axis of its state runs along its rows.</summary>
    private static bool IsTransposed(StateMember member) => member.Columns == member.State.Axis;

    private void Runs(Runs runs)
    {
        var reference = _memory[runs.State.Reference!];
        var logarithms = Places(Dataflow.Tiles(runs.Values));
        string Logarithm(string row) => Expression(runs.Values, runs.Logarithms.Rows, row, "c", null);
        var (partials, maxima, factors, size) = (_memory.Partials, _memory.MaximaOf(runs), _memory.FactorsOf(runs), runs.State.Axis.Size);
        var count = Count(runs.Logarithms.Rows);
        Barrier();
        _writer.Line();
        _writer.Line($"// Runs of rows whose {ProgramText.Logarithms(runs)} exceeds {runs.State.Reference} by at most {ExprPrinter.Literal(runs.Threshold)}: almost always one, the whole tile.");
        using (_writer.Block($"for (int runFrom = 0, runTo; runFrom < {count}; runFrom = runTo)"))
        {
            RebaseAll(runs.State, factors, logarithms, () => Logarithm("runFrom"), runs.Threshold);
            Touch([.. logarithms, reference]);
            _writer.Line($"var first = {count};");
            using (_writer.Block($"for (var c = thread; c < {size}; c += {GroupMemory.Threads})"))
            using (_writer.Block("for (var r = runFrom + 1; r < first; r++)"))
            using (_writer.Block($"if ({Logarithm("r")} - {reference.Element("0", "c")} > {ExprPrinter.Literal(runs.Threshold)})"))
            {
                _writer.Line("first = r;");
            }

            _writer.Line($"runTo = {count};");
            Vote($"first < {count}", () =>
            {
                Touch([], partials);
                _writer.Line($"{partials.Element("0", "thread")} = first;");
                Touch([partials]);
                using (_writer.Block($"for (var i = 0; i < {GroupMemory.Threads}; i++)"))
                {
                    _writer.Line($"runTo = global::ILGPU.IntrinsicMath.Min(runTo, (int){partials.Element("0", "i")});");
                }
            });
            Touch(logarithms, maxima);
            using (_writer.Block($"for (var c = thread; c < {size}; c += {GroupMemory.Threads})"))
            {
                _writer.Line($"var top = {Logarithm("runFrom")};");
                using (_writer.Block("for (var r = runFrom + 1; r < runTo; r++)"))
                {
                    _writer.Line($"top = {_functions.Use("Max", 0)}(top, {Logarithm("r")});");
                }

                _writer.Line($"{maxima.Element("0", "c")} = top;");
            }

            _inRun = true;
            Emit(runs.Body);
            _inRun = false;
            RebaseAll(runs.State, factors, [maxima], () => maxima.Element("0", "c"), runs.Rise);
            Branch($"runTo < {count}", () =>
            {
                _writer.Line(runs.Between.Count == 0
                    ? "// Another run follows."
                    : "// Another run follows: what its rows are cut by is made again, since this run took its memory.");
                Emit(runs.Between);
            });
        }
    }

    private void Multiply(MatMul product)
    {
        var transposeB = IsReadTransposed(product);
        var (a, b) = (_memory[product.A], _memory[product.B]);
        var inner = product.TransposeA ? product.A.Rows : product.A.Columns;
        var innerCount = inner.IsTokens ? Count(inner) : inner.Size.ToString(CultureInfo.InvariantCulture);
        if (product.Target == _inRegisters)
        {
            Touch([a, b]);
            Holding(
                () => Accumulators(
                    product, a, b, transposeB, $"row{_inRegisters}", $"column{_inRegisters}", StateColumns, "0", innerCount, inner,
                    _registers, _inRegisters.Name),
                block =>
                {
                    // Tensor cores cut what they add, and do not round it: a sum from zero for each tile keeps that from growing with the
                    // tokens.
                    _tensor!.DeclareSums(block, "s");
                    _tensor.Accumulate(
                        product, a, b, block, "warpRow", "warpColumn", StateRows, StateColumns, innerCount,
                        GroupMemory.Pad(_memory.Size(inner)), "s", isExponent: false);
                    _tensor.AddSums(block, WarpSum, "s");
                });
            return;
        }

        var target = _memory[product.Target];
        Touch([a, b], _memory.PartialSumsOf(product) is { } sums ? [target, sums] : [target]);
        var rows = _memory.PaddedRows(product.Target);
        var columns = GroupMemory.Pad(_memory.Columns(product.Target));
        Either(
            _tensor is null || IsProjection(product) ? null : WarpBlock.Of(rows, columns),
            block => MultiplyOnTensorCores(product, a, b, target, rows, columns, innerCount, inner, block),
            () => MultiplyInRegisterBlocks(product, a, b, target, rows, columns, innerCount, inner));
    }

    /// <summary>Whether a product is one of tokens with projections, which exponentials are taken of: it stays in float32.</summary>
    private static bool IsProjection(MatMul product) => product is { B: Parameter, TransposeB: true };

    /// <summary>Whether the right operand is read along its rows. Projections are packed transposed already.</summary>
    public static bool IsReadTransposed(MatMul product) => product.TransposeB && !IsProjection(product);

    private void MultiplyOnTensorCores(
        MatMul product, Place a, Place b, Place target, int rows, int columns, string innerCount, Dim inner, WarpBlock block)
    {
        var (warps, count) = (GroupMemory.Threads / 32, block.Count(rows, columns));
        if (_memory.PartialSumsOf(product) is not { } sums
            || block.PartsOf(rows, columns, inner.Size, sums.Floats) is not (> 1 and var parts))
        {
            using (_writer.Block($"for (var block = warp; block < {count}; block += {warps})"))
            {
                Locate("block");
                _tensor!.DeclareSums(block, "s");
                if (product.Structure == Structure.LowerLeft)
                {
                    _writer.Line($"var last = global::ILGPU.IntrinsicMath.Min({innerCount}, row + {block.Rows});");
                    innerCount = "last";
                }

                Accumulate(innerCount, null);
                Store();
            }

            return;
        }

        // The tiles of 16 × 8 are too few for the group: several warps have a part of the sums of each.
        using (_writer.Block(count * parts < warps ? $"if (warp < {count * parts})" : null))
        {
            Locate($"warp % {count}");
            _tensor!.DeclareSums(block, "s");
            _writer.Line($"var start = warp / {count} * {inner.Size / parts};");
            Accumulate($"{inner.Size / parts}", "start");
            _writer.Line($"{sums.Vector("thread")} = s0_0;");
        }

        _writer.Line("_Group.Barrier();");
        using (_writer.Block($"if (warp < {count})"))
        {
            Locate("warp");
            _writer.Line($"var s0_0 = {sums.Vector("thread")};");
            SumParts("s0_0", sums, count * 32, count * 32 * parts);
            Store();
        }

        void Locate(string number)
        {
            _writer.Line($"var row = {number} / {block.Across(columns)} * {block.Rows};");
            _writer.Line($"var column = {number} % {block.Across(columns)} * {block.Columns};");
        }

        void Accumulate(string size, string? start) => _tensor!.Accumulate(
            product, a, b, block, "row", "column", rows, columns, size, GroupMemory.Pad(_memory.Size(inner)), "s",
            _isExponent(product.Target), start);

        void Store() => _tensor!.Store(
            target, block, "row", "column", rows, columns, "s", product.Accumulate, product.Structure == Structure.LowerTarget);
    }

    /// <summary>Adds to a thread's part of some sums those that are a step of threads further.</summary>
    private void SumParts(string sum, Place parts, int step, int end)
    {
        using (_writer.Block($"for (var other = thread + {step}; other < {end}; other += {step})"))
        {
            _writer.Line($"var part = {parts.Vector("other")};");
            _writer.Line($"{sum} = {sum}.Plus(part.X, part.Y, part.Z, part.W);");
        }
    }

    private void MultiplyInRegisterBlocks(
        MatMul product, Place a, Place b, Place target, int rows, int columns, string innerCount, Dim inner)
    {
        var transposeB = IsReadTransposed(product);
        var block = _memory.BlockOf(product);
        var count = block.Count(rows, columns);
        if (_rests.ContainsKey(product.Target))
        {
            ForTurns(count, (turn, number) =>
            {
                Locate(number);
                Accumulators(
                    product, a, b, transposeB, "row", "column", columns, "0", innerCount, inner, block, RestOf(product.Target, turn));
                AddBlockKeepingRests(target, columns, "row", "column", block, RestOf(product.Target, turn));
            });
            return;
        }

        if (_memory.PartialSumsOf(product) is not { } parts)
        {
            using (_writer.Block($"for (var block = thread; block < {count}; block += {GroupMemory.Threads})"))
            {
                Locate("block");
                Rows(block, (r, c) => $"var s{r}_{c} = 0f;");
                if (product.Structure == Structure.LowerLeft)
                {
                    _writer.Line($"var last = global::ILGPU.IntrinsicMath.Min({innerCount}, row + {block.Rows});");
                    innerCount = "last";
                }

                Accumulators(product, a, b, transposeB, "row", "column", columns, "0", innerCount, inner, block, "s");
                StoreSums();
            }

            return;
        }

        // The blocks, of one row and four columns, are too few for the group: several threads have a part of the sums of each.
        var threads = count * block.Parts;
        using (_writer.Block(threads < GroupMemory.Threads ? $"if (thread < {threads})" : null))
        {
            Locate($"thread % {count}");
            var length = inner.Size / block.Parts;
            _writer.Line($"var start = thread / {count} * {length};");
            Rows(block, (r, c) => $"var s{r}_{c} = 0f;");
            Accumulators(product, a, b, transposeB, "row", "column", columns, "start", $"start + {length}", inner, block, "s");
            _writer.Line($"{parts.Vector("thread")} = new _Float4(s0_0, s0_1, s0_2, s0_3);");
        }

        _writer.Line("_Group.Barrier();");
        if (_tensor is null)
        {
            // Nothing is between this barrier and what went before on any path.
            Passed();
            Touch([parts], target);
        }

        using (_writer.Block($"if (thread < {count})"))
        {
            Locate("thread");
            _writer.Line($"var sum = {parts.Vector("thread")};");
            SumParts("sum", parts, count, threads);
            _writer.Line("var (s0_0, s0_1, s0_2, s0_3) = (sum.X, sum.Y, sum.Z, sum.W);");
            StoreSums();
        }

        void Locate(string number) => LocateBlock(product, block, number, rows, columns);

        void StoreSums()
        {
            if (product.Structure == Structure.LowerTarget)
            {
                Rows(block, (r, c) => $"s{r}_{c} = {block.Column("column", c, columns)} <= row + {r} ? s{r}_{c} : 0f;");
            }

            StoreBlock(target, columns, "row", "column", block, "s", product.Accumulate ? element => element : null);
        }
    }

    /// <summary>
    /// Names the first row and column of a block. Threads of a warp that read the same rows of the right operand need one load for all of
    /// them; those of the left one meet in no bank.
    /// </summary>
    private void LocateBlock(MatMul product, RegisterBlock block, string number, int rows, int columns)
    {
        var rowsFirst = IsReadTransposed(product);
        _writer.Line($"var row = {block.Row(number, rows, columns, rowsFirst)};");
        _writer.Line($"var column = {block.Column(number, rows, columns, rowsFirst)};");
    }

    /// <summary>
    /// The inner loop of a product: all of a block stays in registers. A long sum is made of parts, as rounding grows with the number of
    /// summands.
    /// </summary>
    private void Accumulators(
        MatMul product, Place a, Place b, bool transposeB, string row, string column, int columns, string from, string to, Dim inner,
        RegisterBlock block, string sum)
    {
        if (transposeB && block.Parts == 1)
        {
            to = GroupMemory.Pad(_memory.Size(inner)).ToString(CultureInfo.InvariantCulture);
        }

        if (inner.IsTokens || inner.Size / block.Parts <= MatMul.MostSummands)
        {
            InnerLoop(product, a, b, transposeB, row, column, columns, from, to, inner, block, sum);
            return;
        }

        using (_writer.Block($"for (var part = {from}; part < {to}; part += {MatMul.MostSummands})"))
        {
            _writer.Line($"var partEnd = {to} - part < {MatMul.MostSummands} ? {to} : part + {MatMul.MostSummands};");
            Rows(block, (r, c) => $"var p{r}_{c} = 0f;");
            InnerLoop(product, a, b, transposeB, row, column, columns, "part", "partEnd", inner, block, "p");
            Rows(block, (r, c) => $"{sum}{r}_{c} += p{r}_{c};");
        }
    }

    private void InnerLoop(
        MatMul product, Place a, Place b, bool transposeB, string row, string column, int columns, string from, string to, Dim inner,
        RegisterBlock block, string sum)
    {
        string Row(int r) => r == 0 ? row : $"{row} + {r}";
        string Column(int c) => block.Column(column, c, columns);
        if (transposeB)
        {
            // Both operands have the inner axis along their rows, padded with zeros: four products at a time.
            using (_writer.Block($"for (var k = {from}; k < {to}; k += 4)"))
            {
                for (var r = 0; r < block.Rows; r++)
                {
                    _writer.Line($"var a{r} = {a.Four(Row(r), "k")};");
                }

                for (var c = 0; c < block.Columns; c++)
                {
                    _writer.Line($"var b{c} = {b.Four(Column(c), "k")};");
                }

                Rows(block, (r, c) => string.Join(" ", Lanes.Select(lane => $"{sum}{r}_{c} += a{r}.{lane} * b{c}.{lane};")));
            }

            return;
        }

        if (!product.TransposeA && !inner.IsTokens && inner.Size % 4 == 0)
        {
            // Four numbers of a row of the left operand at once.
            using (_writer.Block($"for (var k = {from}; k < {to}; k += 4)"))
            {
                for (var r = 0; r < block.Rows; r++)
                {
                    _writer.Line($"var a{r} = {a.Four(Row(r), "k")};");
                }

                for (var i = 0; i < 4; i++)
                {
                    for (var c = 0; c < block.Columns; c += 4)
                    {
                        _writer.Line($"var b{i}_{c / 4} = {b.Four(i == 0 ? "k" : $"k + {i}", Column(c))};");
                    }

                    Rows(block, (r, c) => $"{sum}{r}_{c} += a{r}.{Lanes[i]} * b{i}_{c / 4}.{Lanes[c % 4]};");
                }
            }

            return;
        }

        using (_writer.Block($"for (var k = {from}; k < {to}; k++)"))
        {
            for (var c = 0; c < block.Columns; c += 4)
            {
                _writer.Line($"var b{c / 4} = {b.Four("k", Column(c))};");
            }

            for (var r = 0; r < block.Rows; r++)
            {
                if (product.TransposeA && block.Rows % 4 == 0)
                {
                    if (r % 4 == 0)
                    {
                        _writer.Line($"var a{r / 4} = {a.Four("k", Row(r))};");
                    }
                }
                else
                {
                    _writer.Line($"var a{r} = {(product.TransposeA ? a.Element("k", Row(r)) : a.Element(Row(r), "k"))};");
                }
            }

            Rows(block, (r, c) => $"{sum}{r}_{c} += {(product.TransposeA && block.Rows % 4 == 0 ? $"a{r / 4}.{Lanes[r % 4]}" : $"a{r}")} * b{c / 4}.{Lanes[c % 4]};");
        }
    }

    /// <param name="target">Where the block goes.</param>
    /// <param name="columns">The columns of the target.</param>
    /// <param name="row">The first row of the block.</param>
    /// <param name="column">Its first column.</param>
    /// <param name="block">The block.</param>
    /// <param name="sum">The name of its registers.</param>
    /// <param name="addsTo">What they are added to, from the four numbers that are there; null: they overwrite these.</param>
    private void StoreBlock(
        Place target, int columns, string row, string column, RegisterBlock block, string sum, Func<string, string>? addsTo) =>
        Fours(block, (r, c) =>
        {
            var element = target.Four(r == 0 ? row : $"{row} + {r}", block.Column(column, c, columns));
            var values = string.Join(", ", Enumerable.Range(c, 4).Select(i => $"{sum}{r}_{i}"));
            _writer.Line(addsTo is null ? $"{element} = new _Float4({values});" : $"{element} = {addsTo(element)}.Plus({values});");
        });

    private void Rows(RegisterBlock block, Func<int, int, string> text)
    {
        for (var r = 0; r < block.Rows; r++)
        {
            _writer.Line(string.Join(" ", Enumerable.Range(0, block.Columns).Select(c => text(r, c))));
        }
    }

    /// <summary>What is done for each row r of a tile by a thread of its own.</summary>
    private void Tokens(Action body)
    {
        using (_writer.Block($"for (var r = thread; r < {_memory.Tokens}; r += {GroupMemory.Threads})"))
        {
            body();
        }
    }

    /// <summary>A loop in which the threads share the elements (r, c) of a matrix.</summary>
    private void Elements(int rows, int columns, Action body)
    {
        using (_writer.Block($"for (var i = thread; i < {rows * columns}; i += {GroupMemory.Threads})"))
        {
            _writer.Line($"var r = i / {columns};");
            _writer.Line($"var c = i % {columns};");
            body();
        }
    }

    /// <param name="rows">The axis of the rows.</param>
    /// <param name="whole">The axis of which only one segment is walked, and the column of it.</param>
    private string Expression(Expr expression, Dim rows, string row, string column, (Dim Axis, string Column)? whole)
    {
        var printer = new IlgpuPrinter(
            _writer,
            tile => _memory[tile.Whole].Element(
                tile.IsRowVector ? "0" : row,
                tile.IsColumnVector ? "0"
                : tile is Segment { Index: > 0 } part ? $"{column} + {part.Index * part.Columns.Size}"
                : whole is { } segment && tile.Columns == segment.Axis ? segment.Column
                : column),
            new PositionText(
                Below: below => $"{Start(below.Tokens)} + {row} < {Print(below.Limit)}",
                Sees: sees => sees.Sight.Queries == rows
                    ? Positions.Element(sees.Sight, query: row, key: column, whole: WholeOf)
                    : Positions.Element(sees.Sight, query: column, key: row, whole: WholeOf),
                InRun: _ => $"({row} >= runFrom && {row} < runTo)",
                Number: number => number.Sight.Queries == rows
                    ? Positions.Element(number, query: row, key: column, whole: WholeOf)
                    : Positions.Element(number, query: column, key: row, whole: WholeOf),
                Entry: entry => $"{entry.Table}[{Index(entry, rows, row, column)}]"),
            _functions);
        return printer.Print(expression);

        string WholeOf(Tile tile) => Whole(tile, row, column);
    }

    /// <summary>The index of a row and a column in a table, kept within it: rows past the last token hold anything.</summary>
    private string Index(TableEntry entry, Dim rows, string row, string column)
    {
        var (query, key) = entry.Sight.Queries == rows ? (row, column) : (column, row);
        var index = Positions.Whole(entry, query, key, tile => Whole(tile, row, column));
        return $"_Positions.Within({index}, {entry.Table.Columns.Size - 1})";
    }

    /// <summary>An element of a tile of whole numbers.</summary>
    private string Whole(Tile tile, string row, string column) =>
        $"(int)global::ILGPU.Interop.FloatAsInt({_memory[tile].Element(tile.IsRowVector ? "0" : row, tile.IsColumnVector ? "0" : column)})";

    private static IEnumerable<StateMember> Sums(State state) => state.Members.Where(member => member != state.Reference);
}
