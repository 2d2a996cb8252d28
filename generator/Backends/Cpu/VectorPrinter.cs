using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Spells an expression for a vector of elements.</summary>
internal class VectorPrinter : ExprPrinter
{
    private readonly CpuTarget _target;

    public VectorPrinter(CpuTarget target, SourceWriter writer, string suffix)
        : base(writer, suffix) => _target = target;

    protected override string Argument => "x";

    protected override string Constant(double value) =>
        value == 0 && 1 / value > 0 ? $"{_target.Floats}.Zero" : $"{_target.Simd}.Create({Literal(value)})";

    protected override string Element(Tile tile) => throw new NotSupportedException($"There is no tile {tile} here.");

    protected override string MultiplyAdd(string a, string b, string c) => $"{_target.Simd}.{_target.MultiplyAdd}({a}, {b}, {c})";

    protected override string Function(string name, params string[] operands) =>
        $"{(name is "Abs" or "Sqrt" or "Log2" or "CopySign" or "FusedMultiplyAdd" || name.StartsWith("M", StringComparison.Ordinal) ? _target.Simd : "_VectorMath")}.{name}({string.Join(", ", operands)})";

    protected override string Call(ScalarFunction function, string operand) => throw new NotSupportedException($"{function.Name} is not inlined.");

    protected override string Select(string condition, string a, string b) => $"{_target.Simd}.ConditionalSelect({condition}, {a}, {b})";

    protected override string Compare(Comparison comparison, string a, string b) => comparison switch
    {
        Comparison.Less => $"{_target.Simd}.LessThan({a}, {b})",
        Comparison.LessOrEqual => $"{_target.Simd}.LessThanOrEqual({a}, {b})",
        Comparison.Greater => $"{_target.Simd}.GreaterThan({a}, {b})",
        Comparison.GreaterOrEqual => $"{_target.Simd}.GreaterThanOrEqual({a}, {b})",
        Comparison.Equal => $"{_target.Simd}.Equals({a}, {b})",
        _ => $"~{_target.Simd}.Equals({a}, {b})",
    };

    protected override string Logic(string symbol, string a, string b) => $"({a} {symbol} {b})";

    protected override string Not(string condition) => $"~{condition}";

    protected override PositionText Position => PositionText.Nowhere;
}

/// <summary>Spells an expression for a vector of elements of tiles in double: sums, differences, products and quotients.</summary>
internal sealed class DoublePrinter : VectorPrinter
{
    private readonly CpuTarget _target;
    private readonly Func<Tile, string> _operand;

    public DoublePrinter(CpuTarget target, SourceWriter writer, Func<Tile, string> operand, string suffix)
        : base(target, writer, suffix) => (_target, _operand) = (target, operand);

    /// <summary>A literal that reads back as the same double.</summary>
    public static string DoubleLiteral(double value) => value.ToString("G17", CultureInfo.InvariantCulture) + "d";

    protected override string Constant(double value) => $"{_target.Simd}.Create({DoubleLiteral(value)})";

    protected override string Element(Tile tile) => _operand(tile);

    protected override string Function(string name, params string[] operands) => throw new NotSupportedException($"There is no {name} in double.");
}

/// <summary>Spells an expression for a vector of elements of tiles.</summary>
internal sealed class TilePrinter : VectorPrinter
{
    private readonly Func<Tile, string> _operand;
    private readonly Func<ScalarFunction, string> _function;

    /// <param name="function">The name of the method that computes a function.</param>
    public TilePrinter(
        CpuTarget target, SourceWriter writer, Func<Tile, string> operand, PositionText position, Func<ScalarFunction, string> function, string suffix)
        : base(target, writer, suffix) => (_operand, Position, _function) = (operand, position, function);

    protected override string Element(Tile tile) => _operand(tile);

    protected override string Call(ScalarFunction function, string operand) => $"{_function(function)}({operand})";

    protected override PositionText Position { get; }
}
