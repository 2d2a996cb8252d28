using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Printing;

/// <summary>
/// Spells scalar expressions in C#: for a vector of elements, or for one element. What occurs more than once is computed once and gets a
/// name; a product that only a sum needs is fused with it.
/// </summary>
internal abstract class ExprPrinter
{
    private readonly SourceWriter _writer;
    private readonly string _suffix;
    private readonly Dictionary<Expr, string?> _shared = new();
    private bool _signOfZeroMatters;
    private int _temporaries;

    /// <param name="writer">Takes the lines that name what is used twice.</param>
    /// <param name="suffix">Tells the names of this printer from those of others in the same block.</param>
    protected ExprPrinter(SourceWriter writer, string suffix)
    {
        _writer = writer;
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
            float.NaN => "float.NaN",
            0 when 1 / value < 0 => "-0f",
            _ => single.ToString("G9", CultureInfo.InvariantCulture) + "f",
        };
    }

    public string Print(Expr expr)
    {
        _shared.Clear();
        var seen = new HashSet<Expr>();
        Count(expr, seen);
        _signOfZeroMatters = seen.OfType<Expr.Binary>().Any(
            shows => shows.Operator is BinaryOperator.Divide or BinaryOperator.CopySign && shows.Right.Flatten().Any(IsMaxOrMinWithZero));
        return Print(expr, nested: false);
    }

    protected abstract string Constant(double value);

    protected abstract string Element(Tile tile);

    protected abstract string Argument { get; }

    protected abstract string MultiplyAdd(string a, string b, string c);

    /// <summary>What <see cref="MultiplyAdd"/> or <see cref="Select"/> gave, as an operand.</summary>
    protected virtual string Group(string text, bool nested) => text;

    protected abstract string Function(string name, params string[] operands);

    protected abstract string Call(ScalarFunction function, string operand);

    protected abstract string Select(string condition, string a, string b);

    protected abstract string Compare(Comparison comparison, string a, string b);

    protected abstract string Logic(string symbol, string a, string b);

    protected abstract string Not(string condition);

    /// <summary>Conditions on the position of the element.</summary>
    protected abstract PositionText Position { get; }

    /// <summary>Notes what occurs more than once; what only occurs within such a part does so once.</summary>
    private void Count(Expr expr, HashSet<Expr> seen)
    {
        if (expr is Expr.Constant or Expr.Element or Expr.Argument)
        {
            return;
        }

        if (!seen.Add(expr))
        {
            _shared[expr] = null;
            return;
        }

        if (expr is Expr.Unary { Operator: UnaryOperator.NaNUnlessFinite, Operand: not (Expr.Element or Expr.Argument) and { } operand })
        {
            _shared[operand] = null; // its text uses it twice
        }

        foreach (var part in expr.Operands())
        {
            Count(part, seen);
        }
    }

    private string Print(Expr expr, bool nested)
    {
        if (!_shared.TryGetValue(expr, out var name))
        {
            return Spell(expr, nested);
        }

        if (name is null)
        {
            var text = Spell(expr, nested: false);
            _shared[expr] = name = $"x{_suffix}_{_temporaries++}";
            _writer.Line($"var {name} = {text};");
        }

        return name;
    }

    private string Spell(Expr expr, bool nested) => expr.Match(
        constant: constant => Constant(constant.Value),
        element: element => element.Variable switch
        {
            Tile tile => Element(tile),
            TableEntry entry => Position.Entry(entry),
            TokenNumber number => Position.Number(number),
            var named => named.Name,
        },
        argument: _ => Argument,
        unary: unary => Spell(unary, nested),
        binary: binary => Spell(binary, nested),
        fusedMultiplyAdd: fused => Function(
            nameof(Expr.FusedMultiplyAdd), Print(fused.A, nested: false), Print(fused.B, nested: false), Print(fused.C, nested: false)),
        flushedExp2: exp => Function("Exp2", Print(exp.Exponent, nested: false), Literal(exp.FlushBelow)),
        choice: choice =>
            Group(Select(Spell(choice.Condition), Print(choice.IfTrue, nested: false), Print(choice.IfFalse, nested: false)), nested),
        call: call => Call(call.Function, Print(call.Operand, nested: false)));

    private string Spell(Expr.Unary unary, bool nested)
    {
        if (unary.Operator == UnaryOperator.Negate)
        {
            return "-" + Print(unary.Operand, nested: true);
        }

        if (unary.Operator != UnaryOperator.NaNUnlessFinite)
        {
            return Function(unary.Operator.ToString(), Print(unary.Operand, nested: false));
        }

        // x + x·0 is x where x is finite, else NaN.
        var x = Print(unary.Operand, nested: true);
        return Group(MultiplyAdd(x, Constant(0), x), nested);
    }

    private string Spell(Expr.Binary binary, bool nested)
    {
        if (binary.Operator is BinaryOperator.Max or BinaryOperator.Min)
        {
            return Extremum(binary);
        }

        if (binary.Operator == BinaryOperator.CopySign)
        {
            return Function(binary.Operator.ToString(), Print(binary.Left, nested: false), Print(binary.Right, nested: false));
        }

        if (binary.Operator is BinaryOperator.Add or BinaryOperator.Subtract && Fused(binary) is { } fused)
        {
            return Group(fused, nested);
        }

        var text = $"{Print(binary.Left, nested: true)} {Symbol(binary.Operator)} {Print(binary.Right, nested: true)}";
        return nested ? $"({text})" : text;
    }

    private string Spell(Condition condition) => condition.Match(
        compare: compare => Compare(compare.Comparison, Print(compare.Left, nested: true), Print(compare.Right, nested: true)),
        both: both => Logic("&", Spell(both.Left), Spell(both.Right)),
        either: either => Logic("|", Spell(either.Left), Spell(either.Right)),
        not: not => Not(Spell(not.Operand)),
        below: Position.Below,
        sees: Position.Sees,
        inRun: Position.InRun);

    /// <summary>a·b + c, a·b − c or c − a·b in one rounding, or null where no product serves this sum alone.</summary>
    private string? Fused(Expr.Binary sum)
    {
        var minus = sum.Operator == BinaryOperator.Subtract;
        if (Product(sum.Left) is { } left)
        {
            return MultiplyAdd(
                Print(left.Left, nested: false), Print(left.Right, nested: false),
                minus ? Print(-sum.Right, nested: false) : Print(sum.Right, nested: false));
        }

        return Product(sum.Right) is { } right
            ? MultiplyAdd(
                minus ? Print(-right.Left, nested: false) : Print(right.Left, nested: false), Print(right.Right, nested: false),
                Print(sum.Left, nested: false))
            : null;

        Expr.Binary? Product(Expr operand) =>
            operand is Expr.Binary { Operator: BinaryOperator.Multiply } product && !_shared.ContainsKey(product) ? product : null;
    }

    private string Extremum(Expr.Binary extremum)
    {
        var (first, second) = extremum.Right is Expr.Constant ? (extremum.Right, extremum.Left) : (extremum.Left, extremum.Right);

        // The native instruction returns its second operand where one is NaN, so a constant comes first; of two zeros it returns either.
        var native = first is Expr.Constant constant && !double.IsNaN(constant.Value) && !(_signOfZeroMatters && constant.Value == 0);
        return Function(extremum.Operator + (native ? "Native" : ""), Print(first, nested: false), Print(second, nested: false));
    }

    private static bool IsMaxOrMinWithZero(Expr expr) =>
        expr is Expr.Binary { Operator: BinaryOperator.Max or BinaryOperator.Min } extremum
        && (extremum.Left is Expr.Constant { Value: 0 } || extremum.Right is Expr.Constant { Value: 0 });

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        _ => throw new NotSupportedException(op.ToString()),
    };
}
