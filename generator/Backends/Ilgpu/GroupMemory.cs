using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Where a tile lives on a GPU.</summary>
/// <param name="View">The view that holds it: shared memory, scratch memory of the group, parameters or a state.</param>
/// <param name="Offset">Floats from the start of the view; a multiple of 4.</param>
/// <param name="Stride">Floats from one row to the next; a multiple of 4 but for column vectors, where it is 1.</param>
/// <param name="Floats">Its size.</param>
internal sealed record Place(string View, int Offset, int Stride, int Floats)
{
    /// <summary>The element in a row and a column, both given as text.</summary>
    public string Element(string row, string column)
    {
        var start = Offset == 0 ? "" : $"{Offset} + ";
        return Stride == 1 && column == "0" ? $"{View}[{start}{row}]"
            : row == "0" ? $"{View}[{start}{column}]"
            : $"{View}[{start}{Times(row, Stride)} + {column}]";
    }

    /// <summary>Four elements, the first in a column that is a multiple of 4.</summary>
    public string Four(string row, string column)
    {
        var start = Offset == 0 ? "" : $"{Offset / 4} + ";
        var vector = $"({Factor(column)} / 4)";
        return row == "0" ? $"{View}4[{start}{vector}]"
            : column == "0" ? $"{View}4[{start}{Times(row, Stride / 4)}]"
            : $"{View}4[{start}{Times(row, Stride / 4)} + {vector}]";
    }

    /// <summary>Four elements of a row vector, by their number.</summary>
    public string Vector(string index) => $"{View}4[{(Offset == 0 ? "" : $"{Offset / 4} + ")}{index}]";

    public bool Overlaps(Place other) => View == other.View && Offset < other.Offset + other.Floats && other.Offset < Offset + Floats;

    private static string Times(string text, int factor) => factor == 1 ? text : $"({Factor(text)} * {factor})";

    private static string Factor(string text) => text.Contains(' ') ? $"({text})" : text;
}

/// <summary>
/// Gives the tiles of one kernel places in the shared memory of a group, the memory of a dead tile going to the next, with as many tokens a
/// tile as fit; what does not fit even then goes to scratch memory of the group.
/// </summary>
internal sealed class GroupMemory
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Floats of shared memory: 48 KB is what every device has.</summary>
    public const int SharedFloats = 48 * 1024 / 4;

    private static readonly int[] TokensToTry = [32, 16, 8, 4];

    private readonly Dictionary<Tile, Place> _places = new();
    private readonly HashSet<Tile> _readAlongRows = new();
    private readonly List<(Statement Statement, Workspace Workspace, Tile Tile)> _workspaces = new();
    private readonly List<(Operand Table, Place Sums)> _tables = new();

    private GroupMemory(int tokens) => Tokens = tokens;

    /// <summary>Tokens of a tile along every token axis.</summary>
    public int Tokens { get; }

    /// <summary>Floats of shared memory in use.</summary>
    public int Shared { get; private set; }

    /// <summary>Floats of scratch memory of each group.</summary>
    public int Scratch { get; private set; }

    /// <summary>One number a thread, for reductions.</summary>
    public Place Partials { get; private set; } = null!;

    /// <summary>What a statement needs memory for beside its tiles.</summary>
    private enum Workspace
    {
        PartialSums,
        Factors,
        RunMaxima,
        Indices,
    }

    /// <summary>The tables that are added to, with the sums of the group, which last from tile to tile: in its scratch memory.</summary>
    public IReadOnlyList<(Operand Table, Place Sums)> Tables => _tables;

    /// <summary>
    /// Where the threads that share an element of a product put their parts of it; null where each element is one thread's.
    /// </summary>
    public Place? PartialSumsOf(MatMul product) => WorkspaceOf(product, Workspace.PartialSums);

    /// <summary>A row for the factors with which the sums of a state follow its reference.</summary>
    public Place FactorsOf(Statement rebaseOrRuns) => WorkspaceOf(rebaseOrRuns, Workspace.Factors)!;

    /// <summary>A row for the largest logarithms of a run.</summary>
    public Place MaximaOf(Runs runs) => WorkspaceOf(runs, Workspace.RunMaxima)!;

    /// <summary>The place of the indices at which the elements of a tile are added to a table, as floats: they are small.</summary>
    public Place IndicesOf(AddToTable add) => WorkspaceOf(add, Workspace.Indices)!;

    public Place this[Tile tile] => _places.TryGetValue(tile, out var place)
        ? place
        : throw new KeyNotFoundException($"The tile {tile} has no place.");

    public static int Pad(int size) => (size + 3) / 4 * 4;

    /// <param name="block">The statements of the kernel, outermost loop first.</param>
    /// <param name="outside">Tiles that have a place of their own: parameters, what of the state is not in shared memory.</param>
    public static GroupMemory Plan(IReadOnlyList<Statement> block, IReadOnlyDictionary<Tile, Place> outside)
    {
        foreach (var count in TokensToTry)
        {
            var plan = new GroupMemory(count);
            plan.Assign(block, outside, spill: false);
            if (plan.Shared <= SharedFloats)
            {
                return plan;
            }
        }

        // Even four tokens do not fit: the matrices with a column for each feature go to scratch memory.
        var spilled = new GroupMemory(16);
        spilled.Assign(block, outside, spill: true);
        return spilled;
    }

    /// <summary>How a group shares the elements of a product.</summary>
    public RegisterBlock BlockOf(MatMul product) =>
        RegisterBlock.Of(PaddedRows(product.Target), Pad(Columns(product.Target)), InnerSize(product));

    /// <summary>Rows of the target of a product, padded where it has no tokens.</summary>
    public int PaddedRows(Tile tile) => tile.Rows.IsTokens ? Rows(tile) : Pad(tile.Rows.Size);

    public int Rows(Tile tile) => Size(tile.Rows);

    public int Columns(Tile tile) => Size(tile.Columns);

    /// <summary>Of a band there are as many as of both its axes, one more than there are differences.</summary>
    public int Size(Dim dim) => dim.Between is not null ? 2 * Tokens : dim.IsTokens ? Tokens : dim.Size;

    /// <summary>
    /// Threads read rows below each other of a tile that is multiplied with rows of another: at an odd number of four floats from one row
    /// to the next, eight of them read from all banks of shared memory.
    /// </summary>
    private int Stride(Tile tile) =>
        tile.IsColumnVector ? 1
        : tile.IsRowVector || !_readAlongRows.Contains(tile) ? Pad(Columns(tile))
        : Pad(Columns(tile)) % 8 == 0 ? Pad(Columns(tile)) + 4
        : Pad(Columns(tile));

    private int Floats(Tile tile) => Pad(Rows(tile) * Stride(tile));

    private void Assign(IReadOnlyList<Statement> block, IReadOnlyDictionary<Tile, Place> outside, bool spill)
    {
        foreach (var pair in outside)
        {
            _places[pair.Key] = pair.Value;
        }

        Partials = Take(Threads);
        var lives = Lifetimes(block);
        var statements = Dataflow.Flatten(block).ToList();
        var alongRows = new HashSet<Tile>(
            statements.OfType<MatMul>().Where(GroupEmitter.IsReadTransposed).SelectMany(product => new[] { product.A, product.B }));

        // Tiles that share memory because one overwrites the other count as one that lives as long as all of them.
        var owners = new Dictionary<Tile, Tile>();
        var spans = new Dictionary<Tile, Life>();
        var makers = statements.SelectMany(statement => Dataflow.Writes(statement).Select(tile => (tile, statement)))
            .GroupBy(pair => pair.tile).ToDictionary(group => group.Key, group => group.First().statement);
        foreach (var life in lives.Where(life => !outside.ContainsKey(life.Key)).OrderBy(life => life.Value.From))
        {
            var source = makers.TryGetValue(life.Key, out var maker) ? Overwritten(maker, life.Key, lives) : null;
            var owner = source is not null && owners.TryGetValue(source, out var first) ? first : life.Key;
            owners[life.Key] = owner;
            if (alongRows.Contains(life.Key))
            {
                _readAlongRows.Add(owner);
            }

            spans[owner] = spans.TryGetValue(owner, out var span)
                ? span with { To = life.Value.To, Remade = span.Remade ?? life.Value.Remade }
                : life.Value;
        }

        // The largest first, each in the lowest gap between those that live at the same time.
        var start = Shared;
        var placed = new List<(Place Place, Life Life)>();
        foreach (var owner in spans.Keys.OrderByDescending(Floats)
            .ThenBy(tile => spans[tile].From)
            .ThenBy(tile => tile.Name, StringComparer.Ordinal))
        {
            var (life, size) = (spans[owner], Floats(owner));
            if (spill && !owner.IsColumnVector && size > SharedFloats / 8)
            {
                _places[owner] = new Place("scratch", Scratch, Stride(owner), size);
                Scratch += size;
                continue;
            }

            var offset = start;
            foreach (var other in placed.Where(other => life.Meets(other.Life)).OrderBy(other => other.Place.Offset))
            {
                if (offset + size <= other.Place.Offset)
                {
                    break;
                }

                offset = Math.Max(offset, other.Place.Offset + other.Place.Floats);
            }

            _places[owner] = new Place("shared", offset, Stride(owner), size);
            placed.Add((_places[owner], life));
            Shared = Math.Max(Shared, offset + size);
        }

        foreach (var pair in owners)
        {
            _places[pair.Key] = _places[pair.Value];
        }

        foreach (var table in statements.OfType<AddToTable>().Select(add => add.Entry.Table).Distinct())
        {
            var floats = Pad(TableSumEmitter.Floats(table));
            _tables.Add((table, new Place("scratch", Scratch, floats, floats)));
            Scratch += floats;
        }
    }

    private Place Take(int floats)
    {
        var place = new Place("shared", Shared, Pad(floats), Pad(floats));
        Shared += place.Floats;
        return place;
    }

    /// <summary>The numbers that each element of a product is the sum of, where that is known.</summary>
    private static int? InnerSize(MatMul product)
    {
        var inner = product.TransposeA ? product.A.Rows : product.A.Columns;
        return inner.IsTokens ? null : inner.Size;
    }

    /// <summary>A row of numbers for a statement, which lives while that is executed.</summary>
    private Tile AddWorkspace(Statement statement, Workspace workspace, int floats)
    {
        var tile = new Tile($"{workspace}", Dim.One, Dim.Fixed("n", floats));
        _workspaces.Add((statement, workspace, tile));
        return tile;
    }

    /// <summary>By reference: two statements may be equal.</summary>
    private Place? WorkspaceOf(Statement statement, Workspace workspace)
    {
        var found = _workspaces.FirstOrDefault(work => ReferenceEquals(work.Statement, statement) && work.Workspace == workspace);
        return found.Tile is null ? null : this[found.Tile];
    }

    /// <summary>
    /// The statements that a tile lives through, by number; and, where it is made again at the end of a loop, those from there.
    /// </summary>
    private readonly record struct Life(int From, int To)
    {
        public (int From, int To)? Remade { get; init; }

        public bool Meets(Life other) => Spans().Any(span => other.Spans().Any(with => span.From <= with.To && with.From <= span.To));

        private IEnumerable<(int From, int To)> Spans() => Remade is { } remade ? [(From, To), remade] : [(From, To)];
    }

    /// <summary>
    /// The statements that each tile lives through. What a loop reads from outside lives through all of it, unless it is made again at its
    /// end.
    /// </summary>
    private Dictionary<Tile, Life> Lifetimes(IReadOnlyList<Statement> block)
    {
        var lives = new Dictionary<Tile, Life>();
        var step = 0;
        Visit(block);
        return lives;

        void Visit(IReadOnlyList<Statement> statements)
        {
            foreach (var statement in statements)
            {
                var start = step++;
                foreach (var tile in Dataflow.Reads(statement).Concat(Dataflow.Writes(statement)))
                {
                    Extend(tile, start, start);
                }

                switch (statement)
                {
                    case MatMul product when BlockOf(product).Parts is > 1 and var parts:
                        Extend(
                            AddWorkspace(product, Workspace.PartialSums, parts * PaddedRows(product.Target) * Pad(Columns(product.Target))),
                            start, start);
                        break;
                    case Rebase rebase:
                        Extend(AddWorkspace(rebase, Workspace.Factors, Floats(rebase.State.Reference!)), start, start);
                        break;
                    case AddToTable add:
                        Extend(AddWorkspace(add, Workspace.Indices, Rows(add.Source) * Columns(add.Source)), start, start);
                        break;
                }

                var (body, between) = statement is Runs { Body: var inRuns, Between: var again } ? (inRuns, again) : (statement.Body(), []);
                var madeAgain = between.SelectMany(Dataflow.Writes).Where(lives.ContainsKey).ToList();
                var before = new HashSet<Tile>(lives.Keys.Except(madeAgain));
                Visit(body);
                if (statement is Runs runs)
                {
                    // References are raised before the body, and after it to the maxima.
                    var (raise, floats) = (step++, Floats(runs.State.Reference!));
                    Extend(AddWorkspace(runs, Workspace.RunMaxima, floats), start, raise);
                    lives[AddWorkspace(runs, Workspace.Factors, floats)] = new Life(start, start) { Remade = (raise, raise) };
                }

                var (ends, first) = (madeAgain.ToDictionary(tile => tile, tile => lives[tile]), step);
                Visit(between);
                foreach (var tile in madeAgain)
                {
                    lives[tile] = ends[tile] with { Remade = (first, step - 1) };
                }

                foreach (var tile in Dataflow.Flatten([statement])
                    .SelectMany(inside => Dataflow.Reads(inside).Concat(Dataflow.Writes(inside)))
                    .Where(before.Contains))
                {
                    Extend(tile, start, step - 1);
                }

                if (statement is Fold fold)
                {
                    foreach (var member in fold.State.Members)
                    {
                        Extend(member, start, step - 1);
                    }
                }
            }
        }

        void Extend(Tile tile, int from, int to) => lives[tile] = lives.TryGetValue(tile, out var life)
            ? life with { From = Math.Min(life.From, from), To = Math.Max(life.To, to) }
            : new Life(from, to);
    }

    /// <summary>
    /// A tile that an element-wise statement reads for the last time, of the shape of its target: each thread overwrites just what it has
    /// read itself, so the target can take its memory, unless the tile is made again while the target lives.
    /// </summary>
    private static Tile? Overwritten(Statement maker, Tile target, Dictionary<Tile, Life> lives) =>
        maker is Map { Branches.Count: 1 }
            ? Dataflow.Reads(maker).FirstOrDefault(tile =>
                tile is not (StateMember or Parameter)
                && tile.Rows == target.Rows
                && tile.Columns == target.Columns
                && lives[tile].To == lives[target].From
                && (lives[tile].Remade is not { } remade || lives[target].To < remade.From || lives[target].Remade == remade))
            : null;
}
