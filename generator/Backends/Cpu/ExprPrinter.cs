using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Spells scalar expressions in C#: for a vector of elements, or for one element.</summary>
internal abstract class ExprPrinter
{
    private readonly SourceWriter _writer;
    private readonly Func<Tile, string> _operand;
    private readonly Func<Condition, string> _condition;
    private readonly string _suffix;
    private int _temporaries;

    protected ExprPrinter(SourceWriter writer, Func<Tile, string> operand, Func<Condition, string> condition, string suffix)
    {
        _writer = writer;
        _operand = operand;
        _condition = condition;
        _suffix = suffix;
    }

    /// <summary>A float literal that reads back as the same float, with a decimal point or exponent and the suffix f.</summary>
    public static string Literal(double value)
    {
        var single = (float)value;
        return single switch
        {
            float.PositiveInfinity => "float.PositiveInfinity",
            float.NegativeInfinity => "float.NegativeInfinity",
            _ => single.ToString("G9", CultureInfo.InvariantCulture) + "f",
        };
    }

    public string Print(Expr expr) => Print(expr, nested: false);

    protected abstract string Constant(double value);

    protected abstract string MultiplyAdd(string a, string b, string c);

    protected abstract string Max(string a, string b);

    protected abstract string Exp2(string exponent, string flushBelow);

    protected abstract string Log2(string operand);

    protected abstract string Select(string condition, string a, string b);

    protected abstract string IsZero(string operand);

    private string Print(Expr expr, bool nested)
    {
        switch (expr)
        {
            case Expr.Constant constant:
                return Constant(constant.Value);
            case Expr.Element element:
                return _operand(element.Tile);
            case Expr.Unary { Operator: UnaryOperator.Negate } negate:
                return "-" + Print(negate.Operand, nested: true);
            case Expr.Unary { Operator: UnaryOperator.Log2 } log:
                return Log2(Print(log.Operand));
            case Expr.Unary { Operator: UnaryOperator.NaNUnlessFinite } finite:
                // x + x·0 is x where x is finite, else NaN.
                var x = Name(finite.Operand);
                return MultiplyAdd(x, Constant(0), x);
            case Expr.Binary { Operator: BinaryOperator.Max } max:
                // The vector instruction returns its second operand when one is NaN, so the constant comes first.
                var (first, second) = max.Right is Expr.Constant ? (max.Right, max.Left) : (max.Left, max.Right);
                return Max(Print(first), Print(second));
            case Expr.Binary { Operator: BinaryOperator.Add, Left: Expr.Binary { Operator: BinaryOperator.Multiply } product } sum:
                return MultiplyAdd(Print(product.Left), Print(product.Right), Print(sum.Right));
            case Expr.Binary binary:
                var text = $"{Print(binary.Left, nested: true)} {Symbol(binary.Operator)} {Print(binary.Right, nested: true)}";
                return nested ? $"({text})" : text;
            case Expr.FlushedExp2 exp:
                return Exp2(Print(exp.Exponent), Literal(exp.FlushBelow));
            case Expr.Choice choice:
                var condition = choice.Condition is Condition.IsZero zero ? IsZero(Print(zero.Operand, nested: true)) : _condition(choice.Condition);
                return Select(condition, Print(choice.IfTrue), Print(choice.IfFalse));
            default:
                throw new NotSupportedException(expr.GetType().Name);
        }
    }

    /// <summary>An operand that is used twice gets a name.</summary>
    private string Name(Expr expr)
    {
        if (expr is Expr.Element element)
        {
            return _operand(element.Tile);
        }

        var name = $"x{_suffix}_{_temporaries++}";
        _writer.Line($"var {name} = {Print(expr)};");
        return name;
    }

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        _ => throw new NotSupportedException(op.ToString()),
    };
}

/// <summary>Spells an expression for a vector of elements.</summary>
internal sealed class VectorPrinter : ExprPrinter
{
    private readonly CpuTarget _target;

    public VectorPrinter(
        CpuTarget target, SourceWriter writer, Func<Tile, string> operand, Func<Condition, string> condition, string suffix)
        : base(writer, operand, condition, suffix) => _target = target;

    protected override string Constant(double value) => value == 0 ? $"{_target.Floats}.Zero" : $"{_target.Simd}.Create({Literal(value)})";

    protected override string MultiplyAdd(string a, string b, string c) => $"{_target.Simd}.{_target.MultiplyAdd}({a}, {b}, {c})";

    protected override string Max(string a, string b) => $"{_target.Simd}.MaxNative({a}, {b})";

    protected override string Exp2(string exponent, string flushBelow) => $"_VectorMath.Exp2({exponent}, {flushBelow})";

    protected override string Log2(string operand) => $"{_target.Simd}.Log2({operand})";

    protected override string Select(string condition, string a, string b) => $"{_target.Simd}.ConditionalSelect({condition}, {a}, {b})";

    protected override string IsZero(string operand) => $"{_target.Simd}.Equals({operand}, {_target.Floats}.Zero)";
}

/// <summary>Spells an expression for one element.</summary>
internal sealed class ScalarPrinter : ExprPrinter
{
    public ScalarPrinter(SourceWriter writer, Func<Tile, string> operand, Func<Condition, string> condition)
        : base(writer, operand, condition, "")
    {
    }

    protected override string Constant(double value) => Literal(value);

    protected override string MultiplyAdd(string a, string b, string c) => $"({Factor(a)} * {Factor(b)}) + {Factor(c)}";

    protected override string Max(string a, string b) => $"float.MaxNative({a}, {b})";

    protected override string Exp2(string exponent, string flushBelow) => $"_VectorMath.Exp2({exponent}, {flushBelow})";

    protected override string Log2(string operand) => $"global::System.MathF.Log2({operand})";

    protected override string Select(string condition, string a, string b) => $"{condition} ? {a} : {b}";

    protected override string IsZero(string operand) => $"{operand} == 0f";

    private static string Factor(string text) => text.Contains(' ') ? $"({text})" : text;
}
