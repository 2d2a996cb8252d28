namespace KernelGen.Generator.Expressions;

/// <summary>Walks expressions.</summary>
internal static class ExprTree
{
    /// <summary>The operands of an expression, those of its condition first.</summary>
    public static IEnumerable<Expr> Operands(this Expr expr) => expr.Match<IEnumerable<Expr>>(
        constant: _ => [],
        element: _ => [],
        argument: _ => [],
        unary: unary => [unary.Operand],
        binary: binary => [binary.Left, binary.Right],
        fusedMultiplyAdd: fused => [fused.A, fused.B, fused.C],
        flushedExp2: exp => [exp.Exponent],
        choice: choice => choice.Condition.Operands().Concat([choice.IfTrue, choice.IfFalse]),
        call: call => [call.Operand]);

    /// <summary>The expressions that a condition compares.</summary>
    public static IEnumerable<Expr> Operands(this Condition condition) =>
        condition.Flatten().OfType<Condition.Compare>().SelectMany(compare => new[] { compare.Left, compare.Right });

    /// <summary>A condition and the conditions that it is made of.</summary>
    public static IEnumerable<Condition> Flatten(this Condition condition) => condition.Match<IEnumerable<Condition>>(
        compare: _ => [],
        both: both => [both.Left, both.Right],
        either: either => [either.Left, either.Right],
        not: not => [not.Operand],
        position: _ => []).SelectMany(Flatten).Prepend(condition);

    /// <summary>An expression and everything in it, without the bodies of the functions that it calls.</summary>
    public static IEnumerable<Expr> Flatten(this Expr expr) => expr.Operands().SelectMany(Flatten).Prepend(expr);

    /// <summary>Whether a condition compares a number with itself, which is how a question whether it is NaN is written.</summary>
    public static bool AsksForNaN(this Expr expr) => expr.Flatten()
        .OfType<Expr.Choice>()
        .SelectMany(choice => choice.Condition.Flatten())
        .Any(condition => condition is Condition.Compare { Comparison: Comparison.Equal or Comparison.NotEqual } compare
            && compare.Left == compare.Right);

    /// <summary>The same expression with every part replaced that the function gives a replacement for.</summary>
    public static Expr Replace(this Expr expr, Func<Expr, Expr?> replacement) => replacement(expr) ?? expr.Match<Expr>(
        constant: constant => constant,
        element: element => element,
        argument: argument => argument,
        unary: unary => unary with { Operand = unary.Operand.Replace(replacement) },
        binary: binary => binary with { Left = binary.Left.Replace(replacement), Right = binary.Right.Replace(replacement) },
        fusedMultiplyAdd: fused =>
            new Expr.FusedMultiplyAdd(fused.A.Replace(replacement), fused.B.Replace(replacement), fused.C.Replace(replacement)),
        flushedExp2: exp => exp with { Exponent = exp.Exponent.Replace(replacement) },
        choice: choice => new Expr.Choice(
            choice.Condition.Replace(replacement), choice.IfTrue.Replace(replacement), choice.IfFalse.Replace(replacement)),
        call: call => call with { Operand = call.Operand.Replace(replacement) });

    private static Condition Replace(this Condition condition, Func<Expr, Expr?> replacement) => condition.Match<Condition>(
        compare: compare => compare with { Left = compare.Left.Replace(replacement), Right = compare.Right.Replace(replacement) },
        both: both => new Condition.Both(both.Left.Replace(replacement), both.Right.Replace(replacement)),
        either: either => new Condition.Either(either.Left.Replace(replacement), either.Right.Replace(replacement)),
        not: not => new Condition.Not(not.Operand.Replace(replacement)),
        position: position => position);
}
