using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// A matrix that a program computes with. A column vector has one column, a row vector one row; both broadcast in expressions. A tile
/// is a local value, a member of a state, or a parameter of the layer.
/// </summary>
internal class Tile : Variable
{
    public Tile(string name, Dim rows, Dim columns)
        : base(name)
    {
        Rows = rows;
        Columns = columns;
    }

    public Dim Rows { get; }

    public Dim Columns { get; }

    /// <summary>
    /// Whether it holds ints: only conditions and numbers of positions read them. Backends keep their bits where floats would be.
    /// </summary>
    public bool IsWhole { get; init; }

    public bool IsColumnVector => Columns == Dim.One;

    public bool IsRowVector => Rows == Dim.One;

    /// <summary>The tile whose memory this is; itself but for a <see cref="Segment"/>.</summary>
    public virtual Tile Whole => this;

    public static implicit operator Expr(Tile tile) => new Expr.Element(tile);

    public static Expr operator +(Tile a, Tile b) => (Expr)a + b;

    public static Expr operator -(Tile a, Tile b) => (Expr)a - b;

    public static Expr operator *(Tile a, Tile b) => (Expr)a * b;
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
