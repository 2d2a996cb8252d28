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

    public static Expr operator +(Tile a, Tile b) => (Expr)a + b;

    public static Expr operator -(Tile a, Tile b) => (Expr)a - b;

    public static Expr operator *(Tile a, Tile b) => (Expr)a * b;

    public override string ToString() => Name;
}

/// <summary>A weight of the layer, read by <see cref="MatMul"/> only, each element multiplied by <see cref="Scale"/> when it is packed.</summary>
internal sealed class Parameter : Tile
{
    public Parameter(string name, Dim rows, Dim columns, double scale)
        : base(name, rows, columns) => Scale = scale;

    public double Scale { get; }
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
