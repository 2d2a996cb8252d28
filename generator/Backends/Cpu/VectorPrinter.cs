using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Spells an expression for a vector of elements.</summary>
internal class VectorPrinter(SourceWriter writer, string suffix) : ExprPrinter(writer, suffix)
{
    protected override string Argument => "x";

    protected override string Constant(double value) =>
        value == 0 && 1 / value > 0 ? $"{VectorText.Floats}.Zero" : $"{VectorText.Floats}.Create({Literal(value)})";

    protected override string Element(Tile tile) => throw new NotSupportedException($"There is no tile {tile} here.");

    protected override string MultiplyAdd(string a, string b, string c) => $"{VectorText.Floats}.MultiplyAdd({a}, {b}, {c})";

    protected override string Function(string name, params string[] operands) =>
        $"{VectorText.Floats}.{name}({string.Join(", ", operands)})";

    protected override string Call(ScalarFunction function, string operand) =>
        throw new NotSupportedException($"{function.Name} is not inlined.");

    protected override string Select(string condition, string a, string b) => $"{VectorText.Floats}.Select({condition}, {a}, {b})";

    protected override string Compare(Comparison comparison, string a, string b) => comparison switch
    {
        Comparison.Less => $"{VectorText.Floats}.Less({a}, {b})",
        Comparison.LessOrEqual => $"{VectorText.Floats}.LessOrEqual({a}, {b})",
        Comparison.Greater => $"{VectorText.Floats}.Greater({a}, {b})",
        Comparison.GreaterOrEqual => $"{VectorText.Floats}.GreaterOrEqual({a}, {b})",
        Comparison.Equal => $"{VectorText.Floats}.Equal({a}, {b})",
        _ => $"~{VectorText.Floats}.Equal({a}, {b})",
    };

    protected override string Logic(string symbol, string a, string b) => $"({a} {symbol} {b})";

    protected override string Not(string condition) => $"~{condition}";

    protected override PositionText Position => PositionText.Nowhere;
}

/// <summary>Spells an expression for a vector of elements of tiles in double: sums, differences, products and quotients.</summary>
internal sealed class DoublePrinter(SourceWriter writer, Func<Tile, string> operand, string suffix) : VectorPrinter(writer, suffix)
{
    /// <summary>A literal that reads back as the same double.</summary>
    public static string DoubleLiteral(double value) => value.ToString("G17", CultureInfo.InvariantCulture) + "d";

    protected override string Constant(double value) => $"{VectorText.Doubles}.Create({DoubleLiteral(value)})";

    protected override string Element(Tile tile) => operand(tile);

    protected override string MultiplyAdd(string a, string b, string c) => $"{VectorText.Doubles}.MultiplyAdd({a}, {b}, {c})";

    protected override string Function(string name, params string[] operands) =>
        throw new NotSupportedException($"There is no {name} in double.");
}

/// <summary>Spells an expression for a vector of elements of tiles.</summary>
/// <param name="function">The name of the method that computes a function.</param>
internal sealed class TilePrinter(
    SourceWriter writer, Func<Tile, string> operand, PositionText position, Func<ScalarFunction, string> function, string suffix)
    : VectorPrinter(writer, suffix)
{
    protected override string Element(Tile tile) => operand(tile);

    protected override string Call(ScalarFunction called, string argument) => $"{function(called)}({argument})";

    protected override PositionText Position => position;
}
