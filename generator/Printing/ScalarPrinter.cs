using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Printing;

/// <summary>Spells an expression for one element of a column vector, or a function of one number.</summary>
internal class ScalarPrinter : ExprPrinter
{
    private readonly Func<Tile, string> _operand;

    public ScalarPrinter(SourceWriter writer, Func<Tile, string> operand, PositionText position)
        : base(writer, "") => (_operand, Position) = (operand, position);

    protected override string Argument => "x";

    protected override string Constant(double value) => Literal(value);

    protected override string Element(Tile tile) => _operand(tile);

    protected override string MultiplyAdd(string a, string b, string c) => $"({Factor(a)} * {Factor(b)}) + {Factor(c)}";

    protected override string Group(string text, bool nested) => nested ? $"({text})" : text;

    protected override string Function(string name, params string[] operands) => name switch
    {
        "Abs" or "Sqrt" or "Log2" or "Max" or "Min" or "CopySign" or "FusedMultiplyAdd" =>
            $"global::System.MathF.{name}({string.Join(", ", operands)})",
        "MaxNative" or "MinNative" => $"float.{name}({string.Join(", ", operands)})",
        _ => $"_VectorMath.{name}({string.Join(", ", operands)})",
    };

    protected override string Call(ScalarFunction function, string operand) =>
        throw new NotSupportedException($"{function.Name} is not inlined.");

    protected override string Select(string condition, string a, string b) => $"{condition} ? {a} : {b}";

    protected override string Compare(Comparison comparison, string a, string b) => comparison switch
    {
        // `x != x` would be the compiler's warning CS1718.
        Comparison.Equal when a == b => $"!float.IsNaN({a})",
        Comparison.NotEqual when a == b => $"float.IsNaN({a})",
        Comparison.Less => $"{a} < {b}",
        Comparison.LessOrEqual => $"{a} <= {b}",
        Comparison.Greater => $"{a} > {b}",
        Comparison.GreaterOrEqual => $"{a} >= {b}",
        Comparison.Equal => $"{a} == {b}",
        _ => $"{a} != {b}",
    };

    protected override string Logic(string symbol, string a, string b) => $"({a} {symbol}{symbol} {b})";

    protected override string Not(string condition) => $"!({condition})";

    protected override PositionText Position { get; }

    /// <summary>An operand: in parentheses unless it is one term.</summary>
    private static string Factor(string text)
    {
        var depth = 0;
        foreach (var character in text)
        {
            depth += character is '(' or '[' ? 1 : character is ')' or ']' ? -1 : 0;
            if (character == ' ' && depth == 0)
            {
                return $"({text})";
            }
        }

        return text;
    }
}
