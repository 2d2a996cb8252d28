using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// A matrix that a program computes with. A column vector has one column, a row vector one row; both broadcast in expressions. A tile
/// is a local value, a member of a state, or a parameter of the layer.
/// </summary>
internal class Tile
{
    public Tile(string name, Dim rows, Dim columns)
    {
        Name = name;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The name in the notation of the paper; unique in a program and an identifier in emitted text.</summary>
    public string Name { get; }

    public Dim Rows { get; }

    public Dim Columns { get; }

    public bool IsColumnVector => Columns == Dim.One;

    public bool IsRowVector => Rows == Dim.One;

    /// <summary>The tile whose memory this is; itself but for a <see cref="Segment"/>.</summary>
    public virtual Tile Whole => this;

    public static Expr operator +(Tile a, Tile b) => (Expr)a + b;

    public static Expr operator -(Tile a, Tile b) => (Expr)a - b;

    public static Expr operator *(Tile a, Tile b) => (Expr)a * b;

    public override string ToString() => Name;
}

/// <summary>One of the equal parts that the columns of a tile are made of, to be read in expressions.</summary>
internal sealed class Segment : Tile
{
    /// <param name="columns">An axis of the part's size.</param>
    public Segment(Tile whole, int index, Dim columns)
        : base($"{whole.Name}_{index}", whole.Rows, columns)
    {
        Whole = whole;
        Index = index;
    }

    public override Tile Whole { get; }

    /// <summary>The parts before it.</summary>
    public int Index { get; }
}

/// <summary>
/// A number of each projection ω_r that the layer packs before any call: the vector itself, times <see cref="Scale"/> (and a hyperparameter),
/// which only <see cref="MatMul"/> reads; or its ‖ω_r‖² in a row vector.
/// </summary>
internal sealed class Parameter : Tile
{
    /// <param name="hyperparameter">The place of the hyperparameter that each number is multiplied by, if any.</param>
    /// <param name="offset">The place of the hyperparameter that is added to each number, if any.</param>
    public Parameter(
        string name, Dim rows, Dim columns, ParameterSource source, double scale, int? hyperparameter = null, int? offset = null)
        : base(name, rows, columns)
    {
        Source = source;
        Scale = scale;
        Hyperparameter = hyperparameter;
        Offset = offset;
    }

    public ParameterSource Source { get; }

    public double Scale { get; }

    public int? Hyperparameter { get; }

    public int? Offset { get; }
}

/// <summary>What a <see cref="Parameter"/> holds.</summary>
internal enum ParameterSource
{
    /// <summary>W, [projections, d].</summary>
    Projections,

    /// <summary>
    /// W as lengths · H·D₃·H·D₂·H·D₁ in blocks of the next power of two of d, H a Walsh–Hadamard matrix and D diagonals of ±1: a product with it is
    /// a fast transform.
    /// </summary>
    HadamardProjections,

    /// <summary>‖ω_r‖², [1, projections].</summary>
    SquaredNorms,
}

/// <summary>What a state carries from tile to tile, with the value that it starts from.</summary>
internal sealed class StateMember : Tile
{
    public StateMember(State state, string name, Dim rows, Dim columns, double initial)
        : base(name, rows, columns)
    {
        State = state;
        Initial = initial;
    }

    public State State { get; }

    public double Initial { get; }
}
