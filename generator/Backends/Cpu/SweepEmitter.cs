using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits a chain of element-wise statements and reductions over one row axis and one column axis as a method. Several rows run at once,
/// so that what they share (references, the normaliser) is loaded once; a reduction over the columns that a later statement needs starts a
/// new walk over the columns. Columns past the last are zero where they are stored and never take part in a reduction.
/// </summary>
internal sealed class SweepEmitter
{
    /// <summary>Floats of the narrowest vector.</summary>
    private const int LeastLanes = 4;

    /// <summary>Of a vector of floats, each as wide as the vector once it is doubles.</summary>
    private static readonly string[] Halves = ["Lower", "Upper"];

    /// <summary>The parameters of what is the same for all tokens of a head.</summary>
    private static readonly Dictionary<Place, string> OfHeads = new()
    {
        [Place.Head] = "headIndex",
        [Place.Keys] = "positions",
        [Place.PresentKeys] = "presentKeys",
    };

    private readonly CpuSchedule _schedule;
    private readonly BufferPlan _buffers;
    private readonly IReadOnlyList<Statement> _statements;
    private readonly System.Func<Tile, bool> _isReadOutside;
    private readonly System.Func<ScalarFunction, string> _function;
    private readonly Dim _columns;
    private readonly List<(Tile Tile, string Name)> _references = new();
    private readonly Dictionary<Expr, string> _shared = new();
    private SourceWriter _writer = new();
    private int _rows;
    private int _phaseNumber;

    /// <summary>The sums over columns of the current phase that are summed in parts.</summary>
    private IReadOnlyList<Reduce> _longSums = [];

    /// <param name="isReadOutside">Whether a tile made here is read by statements outside the sweep, so that it must be stored.</param>
    /// <param name="function">The name of the method that computes a function.</param>
    public SweepEmitter(
        CpuSchedule schedule, BufferPlan buffers, IReadOnlyList<Statement> statements, System.Func<Tile, bool> isReadOutside,
        System.Func<ScalarFunction, string> function)
    {
        _schedule = schedule;
        _buffers = buffers;
        _statements = statements;
        _isReadOutside = isReadOutside;
        _function = function;
        _columns = Columns(statements[0]);

        foreach (var tile in statements.SelectMany(statement => Dataflow.Reads(statement).Concat(Dataflow.Writes(statement))).Distinct())
        {
            if (!IsMadeHere(tile) || IsStored(tile))
            {
                var shared = _references.FirstOrDefault(other => Storage(other.Tile) == Storage(tile));
                _references.Add((tile, shared.Name ?? tile.Name));
            }
        }

        var conditions = statements.SelectMany(Expressions).SelectMany(Dataflow.Conditions).ToList();
        var numbers = statements.SelectMany(Expressions).SelectMany(Dataflow.TokenNumbers).ToList();
        NeedsPositions = Dataflow.Sights(statements.SelectMany(Expressions)).Any();
        Places =
        [
            .. OfHeads.Keys.Where(place => numbers.Exists(number => number.Number.DependsOn(place))
                || conditions.OfType<Position.Sees>().Any(sees => sees.Sight.Visibility.Sees.DependsOn(place))),
        ];
        NeedsRun = conditions.Any(condition => condition is Position.InRun);
        Limits = conditions.OfType<Position.Below>().Distinct().ToList();
        Tables = [.. Dataflow.Tables(statements.SelectMany(Expressions))];
        Tiles = _references.GroupBy(reference => reference.Name).Select(group => group.First().Tile).ToList();
    }

    /// <summary>
    /// The tiles that the method takes by reference, in order. After them come `rows`, then `columns` if those are tokens, `rowPosition`
    /// and `columnPosition` if <see cref="NeedsPositions"/>, <see cref="Places"/>, `runFrom` and `runTo` if <see cref="NeedsRun"/>,
    /// for each of <see cref="Limits"/> the rows below it, and references to <see cref="Tables"/>.
    /// </summary>
    public IReadOnlyList<Tile> Tiles { get; }

    /// <summary>Whether the method needs to know the positions of its first row and its first column.</summary>
    public bool NeedsPositions { get; }

    /// <summary>What else it needs to know to tell which query sees which key.</summary>
    public IReadOnlyList<Place> Places { get; }

    /// <summary>Whether the method needs the bounds of the current run.</summary>
    public bool NeedsRun { get; }

    /// <summary>The limits of positions that the method compares rows with.</summary>
    public IReadOnlyList<Position.Below> Limits { get; }

    /// <summary>The tables that the method looks numbers up in.</summary>
    public IReadOnlyList<Operand> Tables { get; }

    /// <summary>The column axis of a statement that a sweep can take.</summary>
    public static Dim Columns(Statement statement) => statement is Map map ? map.Target.Columns : ((Reduce)statement).Columns;

    /// <summary>The text of the method.</summary>
    public string Emit(string name)
    {
        (_writer, _phaseNumber) = (new SourceWriter(), 0);
        var parameters = string.Join(", ", Tiles.Select(tile => $"ref float {tile.Name}"))
            + ", int rows" + (_columns.IsTokens ? ", int columns" : "")
            + (NeedsPositions ? ", int rowPosition, int columnPosition" : "")
            + string.Concat(Places.Select(place => $", int {Name(place)}"))
            + (NeedsRun ? ", int runFrom, int runTo" : "")
            + string.Concat(Limits.Select((_, i) => $", int valid{i}"))
            + string.Concat(Tables.Select(table => $", ref float {table.Name}"));

        foreach (var statement in _statements)
        {
            var target = Dataflow.Writes(statement).First();
            _writer.Line($"// {ProgramText.Describe(statement)}, {ProgramText.Shape(target)}.");
        }

        foreach (var reference in _references.Where(reference => reference.Tile.Name != reference.Name))
        {
            _writer.Line($"// {reference.Tile.Name} takes the memory of {reference.Name}.");
        }

        _writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (_writer.Block($"private static void {name}({parameters})"))
        {
            if (_columns == Dim.One)
            {
                Scalars();
            }
            else
            {
                Share();
                Vectors();
            }
        }

        return _writer.ToString();
    }

    private static string Name(Place place) => OfHeads[place];

    private static IEnumerable<Expr> Expressions(Statement statement) =>
        statement is Map map ? map.Branches : new[] { ((Reduce)statement).Body };

    private bool IsMadeHere(Tile tile) =>
        tile is not StateMember && _statements.Any(statement => Dataflow.Writes(statement).Contains(tile));

    private bool IsStored(Tile tile) =>
        !IsMadeHere(tile) || tile.IsRowVector || _isReadOutside(tile) || Phases().Any(phase =>
            phase.Any(statement => Dataflow.Reads(statement).Contains(tile))
            && !phase.Any(statement => Dataflow.Writes(statement).Contains(tile))
            && !tile.IsColumnVector);

    /// <summary>What is the same for tiles that share memory.</summary>
    private string Storage(Tile tile) => _buffers.Contains(tile) ? _buffers[tile].Name : tile.Name;

    private string Reference(Tile tile) => _references.First(reference => reference.Tile == tile.Whole).Name;

    /// <summary>Cuts the statements where one needs a reduction over the columns that an earlier one makes.</summary>
    private IReadOnlyList<IReadOnlyList<Statement>> Phases()
    {
        var phases = new List<IReadOnlyList<Statement>>();
        var phase = new List<Statement>();
        foreach (var statement in _statements)
        {
            if (phase.OfType<Reduce>()
                .SelectMany(Dataflow.Writes)
                .Any(made => made.IsColumnVector && Dataflow.Reads(statement).Contains(made)))
            {
                phases.Add(phase);
                phase = new List<Statement>();
            }

            phase.Add(statement);
        }

        phases.Add(phase);
        return phases;
    }

    /// <summary>
    /// Whether the columns end within a vector. Such sizes are not tuned for speed, and row by row their text is a third as long.
    /// </summary>
    private bool HasTail => !_columns.IsTokens && _schedule.Padded(_columns) != _columns.Size;

    /// <summary>One number a row: plain scalar code.</summary>
    private void Scalars()
    {
        using (_writer.Block("for (var r = 0; r < rows; r++)"))
        {
            var printer = new ScalarPrinter(
                _writer,
                tile => IsMadeHere(tile) ? $"{tile.Name}0" : $"_Unsafe.Add(ref {Reference(tile)}, r)",
                new PositionText(
                    Below: below => $"r < valid{Limits.ToList().IndexOf(below)}",
                    Sees: sees => throw new InvalidOperationException($"A column vector has no column to ask {sees}."),
                    InRun: _ => "r >= runFrom && r < runTo",
                    Number: number => throw new InvalidOperationException($"A column vector has no column for {number}."),
                    Entry: entry => throw new InvalidOperationException($"A column vector has no column for {entry}.")));
            foreach (var map in _statements.Cast<Map>())
            {
                _writer.Line($"var {map.Target.Name}0 = {printer.Print(map.Branches[0])};");
                if (IsStored(map.Target))
                {
                    _writer.Line($"_Unsafe.Add(ref {Reference(map.Target)}, r) = {map.Target.Name}0;");
                }
            }
        }
    }

    private void Vectors()
    {
        var isOneRow = _statements.All(statement => statement is Map && Dataflow.Writes(statement).First().IsRowVector);
        var rows = HasTail || isOneRow ? 1 : _schedule.SweepRows;
        var countsRows = rows > 1 && _statements.Any(statement => statement is Reduce { Target.IsRowVector: true });
        if (!countsRows)
        {
            // Rows past the last are memory of the tile that nobody reads, so whole groups will do.
            using (_writer.Block($"for (nint r = 0; r < rows; r += {rows})"))
            {
                _rows = rows;
                RowGroup();
            }

            return;
        }

        _writer.Line("nint r = 0;");
        using (_writer.Block($"for (; r + {rows} <= rows; r += {rows})"))
        {
            _rows = rows;
            RowGroup();
        }

        using (_writer.Block("for (; r < rows; r++)"))
        {
            _rows = 1;
            RowGroup();
        }
    }

    private void RowGroup()
    {
        foreach (var (tile, name) in _references.GroupBy(reference => reference.Name).Select(group => group.First()))
        {
            if (!tile.IsColumnVector && !tile.IsRowVector)
            {
                _writer.Line($"ref var {name}r = ref _Unsafe.Add(ref {name}, r * {Stride(tile)});");
            }
        }

        // What holds for a whole row: masks of rows, and the column vectors that come from outside.
        for (var i = 0; i < _rows; i++)
        {
            for (var limit = 0; limit < Limits.Count; limit++)
            {
                _writer.Line($"var isValid{limit}_{i} = {VectorText.Floats}.Mask({RowIndex(i)} < valid{limit});");
            }

            if (_statements.SelectMany(Expressions).SelectMany(Dataflow.Conditions).Any(condition => condition is Position.InRun))
            {
                _writer.Line($"var inRun{i} = {VectorText.Floats}.Mask({RowIndex(i)} >= runFrom && {RowIndex(i)} < runTo);");
            }

            foreach (var (number, place) in Steps().Select((number, place) => (number, place)))
            {
                var first = Lanes(number.Sight, RowIndex(i)) with { Column = "columnPosition" };
                _writer.Line($"var steps{place}_{i} = {first.FirstLanes(number.Number)};");
            }

            foreach (var tile in _statements.SelectMany(statement => Expressions(statement).SelectMany(Dataflow.Tiles)).Distinct())
            {
                if (tile.IsColumnVector && !tile.IsWhole && !IsMadeHere(tile))
                {
                    _writer.Line($"var {tile.Name}{i} = {VectorText.Floats}.Create(_Unsafe.Add(ref {Reference(tile)}, {RowIndex(i)}));");
                }
            }
        }

        foreach (var phase in Phases())
        {
            Phase(phase);
        }
    }

    private void Phase(IReadOnlyList<Statement> phase)
    {
        var rowReductions = phase.OfType<Reduce>().Where(reduce => reduce.Target.IsColumnVector).ToList();
        _longSums = [.. rowReductions.Where(IsLongSum)];
        foreach (var reduce in rowReductions)
        {
            for (var i = 0; i < _rows; i++)
            {
                _writer.Line($"var {reduce.Target.Name}Sum{i} = {Identity(reduce)};");
                if (_longSums.Contains(reduce))
                {
                    _writer.Line($"var {reduce.Target.Name}Parts{i} = {Identity(reduce)};");
                }
            }
        }

        var hasBranches = phase.OfType<Map>().Any(map => map.Branches.Count > 1);
        var segments = _columns.Segments;
        if (segments == 1 || (!hasBranches && _schedule.PaddedSegment(_columns) * segments == _columns.Size))
        {
            ColumnLoop(phase, segment: 0, Count(_columns.Size));
        }
        else
        {
            for (var segment = 0; segment < segments; segment++)
            {
                _writer.Line($"// Segment {segment} of the columns.");
                ColumnLoop(phase, segment, Count(_columns.Size / segments));
            }
        }

        foreach (var reduce in rowReductions)
        {
            if (reduce.Rest is not null)
            {
                SumWithRest(phase, reduce);
                continue;
            }

            var method = reduce.Reduction == Reduction.Sum ? "Sum" : "Max";
            for (var i = 0; i < _rows; i++)
            {
                var name = $"{reduce.Target.Name}{i}";
                var total = $"{VectorText.Floats}.{method}({(_longSums.Contains(reduce) ? $"{reduce.Target.Name}Parts{i} + " : "")}{reduce.Target.Name}Sum{i})";
                if (IsMadeHere(reduce.Target) && !IsStored(reduce.Target))
                {
                    _writer.Line($"var {name} = {VectorText.Floats}.Create({total});");
                    continue;
                }

                var element = $"_Unsafe.Add(ref {Reference(reduce.Target)}, {RowIndex(i)})";
                _writer.Line($"{element} {(reduce.Accumulate ? "+=" : "=")} {total};");
                if (IsReadAfter(phase, reduce.Target))
                {
                    _writer.Line($"var {name} = {VectorText.Floats}.Create({element});");
                }
            }
        }
    }

    /// <summary>Whether a lane has so many summands that they are summed in parts; sums of tokens are no longer than a tile.</summary>
    private bool IsLongSum(Reduce reduce) =>
        !_columns.IsTokens && reduce is { Reduction: Reduction.Sum, Rest: null } && _columns.Size > MatMul.MostSummands * LeastLanes;

    /// <summary>Ends a part of the long sums.</summary>
    private void EndPart()
    {
        foreach (var reduce in _longSums)
        {
            for (var i = 0; i < _rows; i++)
            {
                _writer.Line(
                    $"{reduce.Target.Name}Parts{i} += {reduce.Target.Name}Sum{i}; {reduce.Target.Name}Sum{i} = {Identity(reduce)};");
            }
        }
    }

    private bool IsReadAfter(IReadOnlyList<Statement> phase, Tile tile) =>
        _statements.Any(statement => !phase.Contains(statement) && Dataflow.Reads(statement).Contains(tile));

    /// <summary>The total of a sum in double, as a float and what that leaves.</summary>
    private void SumWithRest(IReadOnlyList<Statement> phase, Reduce reduce)
    {
        var (name, (_, factor)) = (reduce.Target.Name, Factored(reduce.Body));
        for (var i = 0; i < _rows; i++)
        {
            var total = $"{name}Total{i}";
            var times = factor is null ? "" : $" * {DoublePrinter.DoubleLiteral(factor.Value)}";
            _writer.Line($"var {total} = {VectorText.Doubles}.Sum({name}Sum{i}){times};");
            foreach (var (tile, value)
                in new[] { (reduce.Target, $"(float){total}"), (reduce.Rest!, $"(float)({total} - (float){total})") })
            {
                if (IsStored(tile))
                {
                    _writer.Line($"_Unsafe.Add(ref {Reference(tile)}, {RowIndex(i)}) = {value};");
                }

                if (IsReadAfter(phase, tile))
                {
                    _writer.Line($"var {tile.Name}{i} = {VectorText.Floats}.Create({value});");
                }
            }
        }
    }

    /// <summary>What is summed in double, without a constant factor, which can as well multiply the total.</summary>
    private static (Expr Body, double? Factor) Factored(Expr body) =>
        body is Expr.Binary { Operator: BinaryOperator.Multiply, Right: Expr.Constant factor } product
            ? (product.Left, factor.Value)
            : (body, null);

    private static string RowIndex(int i) => i == 0 ? "r" : $"r + {i}";

    private string Count(int size) => _columns.IsTokens ? "columns" : size.ToString(CultureInfo.InvariantCulture);

    private void ColumnLoop(IReadOnlyList<Statement> phase, int segment, string count)
    {
        if (!_columns.IsTokens)
        {
            var size = int.Parse(count, CultureInfo.InvariantCulture);
            WholeColumns(phase, segment, size / VectorText.MostLanes * VectorText.MostLanes);
            if (size % VectorText.MostLanes != 0)
            {
                var (whole, padded) = (size / VectorText.MostLanes * VectorText.MostLanes, _schedule.PaddedSegment(_columns));
                using (_writer.Block($"for (nint j = {whole}; j < {padded}; j += {VectorText.Lanes})"))
                {
                    _writer.Line($"var tail = {VectorText.Floats}.First({size} - (int)j);");
                    Body(phase, segment, tail: true);
                }
            }

            return;
        }

        _writer.Line($"var whole{_phaseNumber} = columns - (columns % {VectorText.Lanes});");
        using (_writer.Block($"for (nint j = 0; j < whole{_phaseNumber}; j += {VectorText.Lanes})"))
        {
            Body(phase, segment, tail: false);
        }

        using (_writer.Block($"if (whole{_phaseNumber} < columns)"))
        {
            _writer.Line($"var j = whole{_phaseNumber};");
            _writer.Line($"var tail = {VectorText.Floats}.First(columns - j);");
            Body(phase, segment, tail: true);
        }

        _phaseNumber++;
    }

    /// <summary>The columns before the last vector that is not whole; sums of many are made of parts.</summary>
    private void WholeColumns(IReadOnlyList<Statement> phase, int segment, int count)
    {
        if (_longSums.Count == 0)
        {
            if (count > 0)
            {
                using (_writer.Block($"for (nint j = 0; j < {count}; j += {VectorText.Lanes})"))
                {
                    Body(phase, segment, tail: false);
                }
            }

            return;
        }

        using (_writer.Block($"for (nint part = 0; part < {count}; part += {MatMul.MostSummands} * {VectorText.Lanes})"))
        {
            using (_writer.Block(
                $"for (var j = part; j < global::System.Math.Min({count}, part + ({MatMul.MostSummands} * {VectorText.Lanes})); j += {VectorText.Lanes})"))
            {
                Body(phase, segment, tail: false);
            }

            EndPart();
        }
    }

    private void Body(IReadOnlyList<Statement> phase, int segment, bool tail)
    {
        var made = new HashSet<Tile>();
        var loaded = new HashSet<Tile>();
        var widened = new HashSet<Tile>();
        var columnReductions = phase.OfType<Reduce>().Where(reduce => reduce.Target.IsRowVector).ToList();
        foreach (var reduce in columnReductions)
        {
            _writer.Line($"var {reduce.Target.Name}Sum = {VectorText.Floats}.Load(ref _Unsafe.Add(ref {Reference(reduce.Target)}, {Offset(reduce.Target, segment)}));");
        }

        foreach (var statement in phase)
        {
            var expression = statement is Map { Branches.Count: > 1 } branches
                ? branches.Branches[segment]
                : Expressions(statement).First();
            foreach (var tile in Dataflow.Tiles(expression)
                .Distinct()
                .Where(tile => !tile.IsColumnVector && !made.Contains(tile) && loaded.Add(tile)))
            {
                if (tile.IsRowVector)
                {
                    _writer.Line(
                        $"var {tile.Name}j = {VectorText.Floats}.Load(ref _Unsafe.Add(ref {Reference(tile)}, {Offset(tile, segment)}));");
                    continue;
                }

                for (var i = 0; i < _rows; i++)
                {
                    _writer.Line($"var {tile.Name}{i} = {VectorText.Floats}.Load(ref {Element(tile, i, segment)});");
                }
            }

            if (statement is Reduce { Rest: not null } sum)
            {
                Widen(Factored(sum.Body).Body, widened);
            }

            for (var i = 0; i < _rows; i++)
            {
                Row(statement, expression, i, segment, tail);
            }

            made.UnionWith(Dataflow.Writes(statement));
        }

        foreach (var reduce in columnReductions)
        {
            _writer.Line($"{VectorText.Floats}.Store({reduce.Target.Name}Sum, ref _Unsafe.Add(ref {Reference(reduce.Target)}, {Offset(reduce.Target, segment)}));");
        }
    }

    /// <summary>
    /// What is the same for the whole head, such as a slope that a score gives it, is computed once: names of it, by what it is.
    /// </summary>
    private Expr WithShared(Expr expression) => expression.Replace(part =>
        _shared.TryGetValue(part, out var name) ? new Expr.Element(new NamedValue(name)) : null);

    private void Share()
    {
        _shared.Clear();
        foreach (var expression in _statements.SelectMany(Expressions).SelectMany(OfHead).Distinct())
        {
            var name = $"ofHead{_shared.Count.ToString(CultureInfo.InvariantCulture)}";
            var printer = new TilePrinter(
                _writer, tile => throw new InvalidOperationException($"{tile} is not the same for a head."),
                PositionText.Nowhere with
                {
                    Number = number => Lanes(number.Sight, "0").Number(number.Number),
                    Entry = entry => Lanes(entry.Sight, "0").Entry(entry),
                },
                _function, name);
            _writer.Line($"var {name} = {printer.Print(expression)};");
            _shared[expression] = name;
        }
    }

    /// <summary>The largest parts of an expression that are the same for the whole head, and no literals.</summary>
    private static IEnumerable<Expr> OfHead(Expr expression)
    {
        var leaves = expression.Flatten().Where(part => !part.Operands().Any()).ToList();
        var isOfHead = leaves.TrueForAll(leaf => leaf is Expr.Constant
                || leaf is Expr.Element { Variable: TokenNumber { Number: var number } }
                && !number.DependsOn(Place.Query) && !number.DependsOn(Place.Key))
            && !Dataflow.Conditions(expression).OfType<Condition.OfPosition>().Any();
        return !isOfHead ? expression.Operands().SelectMany(OfHead)
            : leaves.OfType<Expr.Element>().Any() ? [expression]
            : [];
    }

    /// <summary>The numbers that change by 1 or −1 from column to column.</summary>
    private List<TokenNumber> Steps() =>
        [
            .. _statements.SelectMany(Expressions).SelectMany(Dataflow.TokenNumbers).Distinct()
                .Where(number => number is not TableEntry && StepOf(number) is not null),
        ];

    private int? StepOf(TokenNumber number) =>
        MaskText.StepOf(number.Number, number.Sight.Keys == _columns ? Place.Key : Place.Query);

    private MaskText Lanes(Sight sight, string row) => new(
        sight.Keys == _columns ? Place.Key : Place.Query, $"(rowPosition + (int){row})", "(columnPosition + (int)j)", Name,
        own => sight.TileOf(own)! is { IsRowVector: true } lanes
            ? $"{lanes.Name}j"
            : $"global::System.BitConverter.SingleToInt32Bits(_Unsafe.Add(ref {Reference(sight.TileOf(own)!)}, {row}))");

    private void Row(Statement statement, Expr expression, int i, int segment, bool tail)
    {
        expression = WithShared(expression);
        var printer = new TilePrinter(
            _writer,
            tile => tile.Name + Index(tile, i),
            new PositionText(
                Below: below => $"isValid{Limits.ToList().IndexOf(below)}_{i}",
                Sees: sees => Lanes(sees.Sight, RowIndex(i)).Mask(sees.Sight.Visibility.Sees),
                InRun: _ => $"inRun{i}",
                Number: number => Steps().FindIndex(number.Equals) is >= 0 and var place
                    ? $"{VectorText.Floats}.FromWhole({VectorText.Floats}.AddWhole(steps{place}_{i}, {VectorText.Floats}.CreateWhole({(StepOf(number) < 0 ? "-" : "")}(int)j)))"
                    : Lanes(number.Sight, RowIndex(i)).Number(number.Number),
                Entry: entry => Lanes(entry.Sight, RowIndex(i)).Entry(entry)),
            _function,
            $"{Dataflow.Writes(statement).First().Name}{i}");

        if (statement is Map map)
        {
            _writer.Line($"var {map.Target.Name}{i} = {printer.Print(expression)};");
            if (IsStored(map.Target))
            {
                var value = $"{map.Target.Name}{i}";
                value = tail ? $"{VectorText.Floats}.Select(tail, {value}, {VectorText.Floats}.Zero)" : value;
                _writer.Line($"{VectorText.Floats}.Store({value}, ref {Element(map.Target, i, segment)});");
            }

            return;
        }

        var reduce = (Reduce)statement;
        if (reduce.Rest is not null)
        {
            AddInDouble(reduce, i, tail);
            return;
        }

        var accumulator = reduce.Target.IsColumnVector ? $"{reduce.Target.Name}Sum{i}" : $"{reduce.Target.Name}Sum";
        if (reduce.Reduction == Reduction.Sum && reduce.Body is Expr.Binary { Operator: BinaryOperator.Multiply } product && !tail)
        {
            _writer.Line($"{accumulator} = {VectorText.Floats}.MultiplyAdd({printer.Print(product.Left)}, {printer.Print(product.Right)}, {accumulator});");
            return;
        }

        var element = printer.Print(reduce.Body);
        element = tail ? $"{VectorText.Floats}.Select(tail, {element}, {Identity(reduce)})" : element;
        _writer.Line(reduce.Reduction == Reduction.Sum
            ? $"{accumulator} += {element};"
            : $"{accumulator} = {VectorText.Floats}.MaxNative({accumulator}, {element});");
    }

    /// <summary>The tiles of an expression in double, unless they are already.</summary>
    private void Widen(Expr body, HashSet<Tile> widened)
    {
        foreach (var tile in Dataflow.Tiles(body).Distinct().Where(widened.Add))
        {
            for (var i = 0; i < (tile.IsRowVector ? 1 : _rows); i++)
            {
                foreach (var half in Halves)
                {
                    _writer.Line($"var {tile.Name}{half}{Index(tile, i)} = {VectorText.Doubles}.{half}({tile.Name}{Index(tile, i)});");
                }
            }
        }
    }

    /// <summary>What follows the name of a tile in that of a vector of it.</summary>
    private static string Index(Tile tile, int i) => tile.IsRowVector ? "j" : i.ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds an element of each lane in double: the halves of a vector are a vector each.</summary>
    private void AddInDouble(Reduce reduce, int i, bool tail)
    {
        if (reduce is not { Reduction: Reduction.Sum, Accumulate: false, Target.IsColumnVector: true })
        {
            throw new NotSupportedException($"Only sums of rows are computed in twice the precision: {ProgramText.Describe(reduce)}.");
        }

        var body = Factored(reduce.Body).Body;
        foreach (var half in Halves)
        {
            var accumulator = $"{reduce.Target.Name}Sum{i}";
            var printer = new DoublePrinter(_writer, tile => $"{tile.Name}{half}{Index(tile, i)}", $"{reduce.Target.Name}{half}{i}");
            if (body is Expr.Binary { Operator: BinaryOperator.Multiply } product && !tail)
            {
                _writer.Line($"{accumulator} = {VectorText.Doubles}.MultiplyAdd({printer.Print(product.Left)}, {printer.Print(product.Right)}, {accumulator});");
                continue;
            }

            var element = printer.Print(body);
            _writer.Line(tail
                ? $"{accumulator} += {VectorText.Doubles}.Select{half}(tail, {element}, {Identity(reduce)});"
                : $"{accumulator} += {element};");
        }
    }

    private string Identity(Reduce reduce) =>
        reduce.Rest is not null ? $"{VectorText.Doubles}.Create(0d)"
        : reduce.Reduction == Reduction.Sum ? $"{VectorText.Floats}.Zero"
        : $"{VectorText.Floats}.Create(float.NegativeInfinity)";

    private static Dim RowAxis(Statement statement) => statement is Map map ? map.Target.Rows : ((Reduce)statement).Rows;

    private int Stride(Tile tile) => _buffers.Contains(tile.Whole) ? _buffers[tile.Whole].Stride : _schedule.Stride(tile.Whole);

    /// <summary>The column of a tile that the loop's column j is: tiles as wide as the whole axis skip the segments before.</summary>
    private string Offset(Tile tile, int segment)
    {
        var skipped = tile is Segment part ? part.Index * _schedule.PaddedSegment(part.Whole.Columns)
            : tile.Columns == _columns ? segment * _schedule.PaddedSegment(_columns) : 0;
        return skipped == 0 ? "j" : $"j + {skipped}";
    }

    private string Element(Tile tile, int i, int segment)
    {
        var row = i * Stride(tile);
        var start = tile.IsRowVector ? Reference(tile) : Reference(tile) + "r";
        return $"_Unsafe.Add(ref {start}, {Offset(tile, segment)}{(row == 0 ? "" : $" + {row}")})";
    }
}
