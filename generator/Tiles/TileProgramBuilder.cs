using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// Writes tile programs so that they read like the paper's pseudo-code: each call appends one statement to the innermost open block and
/// returns the tile that it makes. Shapes are derived and checked here, so a program that builds is well formed.
/// </summary>
internal sealed class TileProgramBuilder
{
    private readonly string _name;
    private readonly List<Operand> _operands = new();
    private readonly HashSet<string> _names = new();
    private List<Statement> _block = new();
    private readonly List<Parameter> _parameters = new();
    private State? _state;
    private State? _kept;
    private int? _heads;

    public TileProgramBuilder(string name) => _name = name;

    /// <summary>Calls must have so many query heads; null: any.</summary>
    public void RequireHeads(int? heads) => _heads = heads;

    /// <summary>What a call hands in. An operand that no statement touches is left out of the program.</summary>
    public Operand Operand(Operand operand)
    {
        Unique(operand.Name);
        _operands.Add(operand);
        return operand;
    }

    /// <summary>The rotation of queries and keys by their positions; null where there is no θ.</summary>
    public Rotation? Rotation(Dim headDim, float? theta) =>
        theta is { } number ? (Rotation)Parameter(new Rotation("rates", headDim, number)) : null;

    public Parameter Parameter(Parameter parameter)
    {
        Unique(parameter.Name);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>A state that the whole program carries, and that the caller can split, merge and keep.</summary>
    public State State(string name, Dim axis) => _state = new State(Unique(name), axis);

    /// <summary>The final state of an earlier program, to be read only.</summary>
    public State KeptState(string name, Dim axis) => _kept = new State(Unique(name), axis);

    /// <summary>A state that lives within one tile of an outer loop.</summary>
    public State LocalState(string name, Dim axis) => new(Unique(name), axis);

    public TokenLoop Loop(Dim tokens, TokenIndex from, TokenIndex to) => new(tokens, from, to, 0, 1);

    /// <summary>Over the tiles that the current tile of the other axis of a sight sees, or is seen by.</summary>
    public TokenLoop Loop(Dim tokens, TokenIndex length, Sight sight) =>
        new(tokens, 0, length, 0, 1) { Sight = sight.Visibility.IsAll ? null : sight };

    /// <summary>From the last token to the first.</summary>
    public TokenLoop ReversedLoop(Dim tokens, TokenIndex length) => new(tokens, 0, length, length - 1, -1);

    public void Fold(TokenLoop loop, State state, Action body) => _block.Add(new Fold(loop, state, Nested(body)));

    public void Parallel(TokenLoop loop, Action body) => _block.Add(new Parallel(loop, Nested(body)));

    public void ForEach(string counter, int count, Action<TokenIndex> body)
    {
        var index = new TokenIndex.Counter(Unique(counter));
        _block.Add(new ForEach(index, count, Nested(() => body(index))));
    }

    /// <param name="name">Of the logarithms, unless they are a tile already.</param>
    public void Runs(
        string name, Dim rows, Expr logarithms, State state, double threshold, double rise, Action body) => _block.Add(new Runs(
            logarithms is Expr.Element { Variable: Tile tile } ? tile : New(name, rows, state.Axis), logarithms,
            state, threshold, rise, Nested(body)));

    /// <param name="atPositions">Whether queries take the rows of the keys where they stand.</param>
    public Tile Load(string name, Operand source, TokenLoop loop, Rotation? rotation = null, bool atPositions = false)
    {
        var target = New(name, loop.Tokens, source.Columns, source.Element == OperandElement.Int32);
        _block.Add(new Load(target, source, loop) { Rotation = rotation, IsAtPositions = atPositions });
        return target;
    }

    /// <summary>The rows of a source by the differences of positions of a band.</summary>
    public Tile LoadBand(string name, Operand source, Dim band)
    {
        var target = New(name, band, source.Columns);
        _block.Add(new LoadBand(target, source));
        return target;
    }

    /// <summary>A tile whose columns are a band, with the columns of its other axis.</summary>
    public Tile Skew(string name, Tile source)
    {
        Require(source.Columns.Between is not null, $"the columns of {source} are no band");
        return Skewed(New(name, source.Rows, source.Columns.Between!.Value.Columns), source);
    }

    /// <summary>The adjoint: a tile with the columns of a band, zeros where the source has none.</summary>
    public Tile Unskew(string name, Tile source, Dim band) => Skewed(New(name, source.Rows, band), source);

    public void Store(Operand destination, Tile source, TokenLoop loop, Rotation? rotation = null)
    {
        Require(source.Rows == loop.Tokens && source.Columns == destination.Columns, $"{source} does not fit {destination}");
        _block.Add(new Store(destination, source, loop) { Rotation = rotation });
    }

    /// <summary>op(A)·op(B).</summary>
    public Tile MatMul(
        string name, Tile a, Tile b, bool transposeA = false, bool transposeB = false, Structure structure = Structure.Full)
    {
        var target = New(name, transposeA ? a.Columns : a.Rows, transposeB ? b.Rows : b.Columns);
        Append(target, a, transposeA, b, transposeB, structure, accumulate: false);
        return target;
    }

    /// <summary>target += op(A)·op(B).</summary>
    public void AddMatMul(
        Tile target, Tile a, Tile b, bool transposeA = false, bool transposeB = false, Structure structure = Structure.Full) =>
        Append(target, a, transposeA, b, transposeB, structure, accumulate: true);

    /// <summary>An element-wise expression over rows × columns.</summary>
    public Tile Map(string name, Dim rows, Dim columns, Expr body)
    {
        var target = New(name, rows, columns);
        _block.Add(new Map(target, new[] { body }));
        return target;
    }

    /// <summary>One expression for each segment of the columns, side by side.</summary>
    public Tile Concat(string name, Dim rows, Dim columns, params Expr[] branches)
    {
        Require(branches.Length == columns.Segments, $"{name} has {branches.Length} branches for {columns.Segments} segments");
        var target = New(name, rows, columns);
        _block.Add(new Map(target, branches));
        return target;
    }

    /// <summary>A column vector of tokens as a row vector.</summary>
    public Tile Transpose(string name, Tile vector)
    {
        Require(vector.IsColumnVector, $"{vector} is no column vector");
        var target = New(name, Dim.One, vector.Rows, vector.IsWhole);
        _block.Add(new Transpose(target, vector));
        return target;
    }

    public Tile RowSum(string name, Dim rows, Dim columns, Expr body) =>
        Reduced(New(name, rows, Dim.One), Reduction.Sum, body, rows, columns);

    /// <summary>Row sums in twice the precision of float32: rounded, and what rounding took away.</summary>
    public (Tile Sum, Tile SumRest) RowSumWithRest(string name, Dim rows, Dim columns, Expr body)
    {
        var (target, rest) = (New(name, rows, Dim.One), New(name + "r", rows, Dim.One));
        _block.Add(new Reduce(target, Reduction.Sum, body, rows, columns, Accumulate: false, rest));
        return (target, rest);
    }

    public Tile RowMax(string name, Dim rows, Dim columns, Expr body) =>
        Reduced(New(name, rows, Dim.One), Reduction.Max, body, rows, columns);

    public Tile ColumnSum(string name, Dim rows, Dim columns, Expr body) =>
        Reduced(New(name, Dim.One, columns), Reduction.Sum, body, rows, columns);

    public Tile ColumnMax(string name, Dim rows, Dim columns, Expr body) =>
        Reduced(New(name, Dim.One, columns), Reduction.Max, body, rows, columns);

    /// <summary>target += row sums.</summary>
    public void AddRowSum(Tile target, Dim rows, Dim columns, Expr body)
    {
        Require(target.IsColumnVector && target.Rows == rows, $"{target} cannot take the sum");
        _block.Add(new Reduce(target, Reduction.Sum, body, rows, columns, Accumulate: true));
    }

    /// <summary>target += summand, of the same shape.</summary>
    public void Add(Tile target, Tile summand)
    {
        Require(target.Rows == summand.Rows && target.Columns == summand.Columns, $"{target} cannot take {summand}");
        _block.Add(new Map(target, new[] { target + summand }));
    }

    /// <summary>A table += each element of a tile, at the index that its row and column make.</summary>
    public void AddToTable(TableEntry entry, Tile source) => _block.Add(new AddToTable(entry, source));

    public void Rebase(State state, Tile candidate, double threshold)
    {
        Require(state.Reference is { } c && c.Rows == candidate.Rows && c.Columns == candidate.Columns, $"{candidate} is no reference");
        _block.Add(new Rebase(state, candidate, threshold));
    }

    /// <exception cref="MalformedProgramException">The statements make no program.</exception>
    public TileProgram Build()
    {
        var touched = new HashSet<Operand>(Dataflow.Flatten(_block).SelectMany(Dataflow.Operands));

        // What a running sum is made of is handed in for its sake.
        touched.UnionWith(touched.Select(operand => operand.SumOf?.Operand).OfType<Operand>().ToList());
        var program = new TileProgram(_name, [.. _operands.Where(touched.Contains)], _parameters, _state, _block)
        {
            Kept = _kept,
            Heads = _heads,
        };
        Verifier.Check(program);
        return program;
    }

    private Tile Skewed(Tile target, Tile source)
    {
        _block.Add(new Skew(target, source));
        return target;
    }

    private Tile Reduced(Tile target, Reduction reduction, Expr body, Dim rows, Dim columns)
    {
        _block.Add(new Reduce(target, reduction, body, rows, columns, Accumulate: false));
        return target;
    }

    private void Append(Tile target, Tile a, bool transposeA, Tile b, bool transposeB, Structure structure, bool accumulate)
    {
        var (rows, inner) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (innerB, columns) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        Require(inner == innerB, $"{a} and {b} do not multiply: {inner} against {innerB}");
        Require(target.Rows == rows && target.Columns == columns, $"{target} is not {rows} by {columns}");
        _block.Add(new MatMul(target, a, transposeA, b, transposeB, structure, accumulate));
    }

    private Tile New(string name, Dim rows, Dim columns, bool isWhole = false) =>
        new(Unique(name), rows, columns) { IsWhole = isWhole };

    private IReadOnlyList<Statement> Nested(Action body)
    {
        var outer = _block;
        var inner = _block = new List<Statement>();
        body();
        _block = outer;
        return inner;
    }

    private string Unique(string name)
    {
        Require(_names.Add(name), $"the name {name} is taken");
        return name;
    }

    private void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Malformed tile program {_name}: {what}.");
        }
    }
}
