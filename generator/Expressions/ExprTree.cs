namespace KernelGen.Generator.Expressions;

/// <summary>Walks expressions.</summary>
internal static class ExprTree
{
    /// <summary>The operands of an expression, those of its condition first.</summary>
    public static IEnumerable<Expr> Operands(this Expr expr) => expr switch
    {
        Expr.Unary unary => [unary.Operand],
        Expr.Binary binary => [binary.Left, binary.Right],
        Expr.FusedMultiplyAdd fused => [fused.A, fused.B, fused.C],
        Expr.FlushedExp2 exp => [exp.Exponent],
        Expr.Call call => [call.Operand],
        Expr.Choice choice => choice.Condition.Operands().Concat([choice.IfTrue, choice.IfFalse]),
        _ => [],
    };

    /// <summary>The expressions that a condition compares.</summary>
    public static IEnumerable<Expr> Operands(this Condition condition) =>
        condition.Flatten().OfType<Condition.Compare>().SelectMany(compare => new[] { compare.Left, compare.Right });

    /// <summary>A condition and the conditions that it is made of.</summary>
    public static IEnumerable<Condition> Flatten(this Condition condition) => condition switch
    {
        Condition.Both both => both.Left.Flatten().Concat(both.Right.Flatten()).Prepend(both),
        Condition.Either either => either.Left.Flatten().Concat(either.Right.Flatten()).Prepend(either),
        Condition.Not not => not.Operand.Flatten().Prepend(not),
        _ => [condition],
    };

    /// <summary>An expression and everything in it, without the bodies of the functions that it calls.</summary>
    public static IEnumerable<Expr> Flatten(this Expr expr) => expr.Operands().SelectMany(Flatten).Prepend(expr);

    /// <summary>Whether a condition compares a number with itself, which is how a question whether it is NaN is written.</summary>
    public static bool AsksForNaN(this Expr expr) => expr.Flatten()
        .OfType<Expr.Choice>()
        .SelectMany(choice => choice.Condition.Flatten())
        .Any(condition => condition is Condition.Compare { Comparison: Comparison.Equal or Comparison.NotEqual } compare && compare.Left == compare.Right);

    /// <summary>The same expression with every part replaced that the function gives a replacement for.</summary>
    public static Expr Replace(this Expr expr, Func<Expr, Expr?> replacement) => replacement(expr) ?? expr switch
    {
        Expr.Unary unary => unary with { Operand = unary.Operand.Replace(replacement) },
        Expr.Binary binary => binary with { Left = binary.Left.Replace(replacement), Right = binary.Right.Replace(replacement) },
        Expr.FusedMultiplyAdd fused => new Expr.FusedMultiplyAdd(fused.A.Replace(replacement), fused.B.Replace(replacement), fused.C.Replace(replacement)),
        Expr.FlushedExp2 exp => exp with { Exponent = exp.Exponent.Replace(replacement) },
        Expr.Call call => call with { Operand = call.Operand.Replace(replacement) },
        Expr.Choice choice => new Expr.Choice(
            choice.Condition.Replace(replacement), choice.IfTrue.Replace(replacement), choice.IfFalse.Replace(replacement)),
        _ => expr,
    };

    private static Condition Replace(this Condition condition, Func<Expr, Expr?> replacement) => condition switch
    {
        Condition.Compare compare => compare with { Left = compare.Left.Replace(replacement), Right = compare.Right.Replace(replacement) },
        Condition.Both both => new Condition.Both(both.Left.Replace(replacement), both.Right.Replace(replacement)),
        Condition.Either either => new Condition.Either(either.Left.Replace(replacement), either.Right.Replace(replacement)),
        Condition.Not not => new Condition.Not(not.Operand.Replace(replacement)),
        _ => condition,
    };
}
