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
    /// <param name="expr">The expression.</param>
    /// <param name="replacement">Of a part; null: its own parts are gone into.</param>
    /// <param name="position">What takes the place of a condition on positions; null: they stay.</param>
    public static Expr Replace(
        this Expr expr, Func<Expr, Expr?> replacement, Func<Condition.OfPosition, Condition>? position = null)
    {
        return Of(expr);

        Expr Of(Expr part) => replacement(part) ?? part.Match<Expr>(
            constant: constant => constant,
            element: element => element,
            argument: argument => argument,
            unary: unary => unary with { Operand = Of(unary.Operand) },
            binary: binary => binary with { Left = Of(binary.Left), Right = Of(binary.Right) },
            fusedMultiplyAdd: fused => new Expr.FusedMultiplyAdd(Of(fused.A), Of(fused.B), Of(fused.C)),
            flushedExp2: exp => exp with { Exponent = Of(exp.Exponent) },
            choice: choice => new Expr.Choice(OfCondition(choice.Condition), Of(choice.IfTrue), Of(choice.IfFalse)),
            call: call => call with { Operand = Of(call.Operand) });

        Condition OfCondition(Condition condition) => condition.Match<Condition>(
            compare: compare => compare with { Left = Of(compare.Left), Right = Of(compare.Right) },
            both: both => new Condition.Both(OfCondition(both.Left), OfCondition(both.Right)),
            either: either => new Condition.Either(OfCondition(either.Left), OfCondition(either.Right)),
            not: not => new Condition.Not(OfCondition(not.Operand)),
            position: asked => position is null ? asked : position(asked));
    }
}
