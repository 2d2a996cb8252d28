namespace KernelGen.Generator.Expressions;

/// <summary>What is done with an expression of each kind.</summary>
internal interface IExprCases<out T>
{
    T Of(Expr.Constant constant);

    T Of(Expr.Element element);

    T Of(Expr.Argument argument);

    T Of(Expr.Unary unary);

    T Of(Expr.Binary binary);

    T Of(Expr.FusedMultiplyAdd fused);

    T Of(Expr.FlushedExp2 exp);

    T Of(Expr.Choice choice);

    T Of(Expr.Call call);
}

/// <summary>The cases as functions, to be written where an expression is asked for its kind.</summary>
internal static class ExprCases
{
    public static T Match<T>(
        this Expr expr, Func<Expr.Constant, T> constant, Func<Expr.Element, T> element, Func<Expr.Argument, T> argument,
        Func<Expr.Unary, T> unary, Func<Expr.Binary, T> binary, Func<Expr.FusedMultiplyAdd, T> fusedMultiplyAdd,
        Func<Expr.FlushedExp2, T> flushedExp2, Func<Expr.Choice, T> choice, Func<Expr.Call, T> call) =>
        expr.Match(new Functions<T>(constant, element, argument, unary, binary, fusedMultiplyAdd, flushedExp2, choice, call));

    private sealed class Functions<T>(
        Func<Expr.Constant, T> constant, Func<Expr.Element, T> element, Func<Expr.Argument, T> argument, Func<Expr.Unary, T> unary,
        Func<Expr.Binary, T> binary, Func<Expr.FusedMultiplyAdd, T> fusedMultiplyAdd, Func<Expr.FlushedExp2, T> flushedExp2,
        Func<Expr.Choice, T> choice, Func<Expr.Call, T> call) : IExprCases<T>
    {
        public T Of(Expr.Constant expr) => constant(expr);

        public T Of(Expr.Element expr) => element(expr);

        public T Of(Expr.Argument expr) => argument(expr);

        public T Of(Expr.Unary expr) => unary(expr);

        public T Of(Expr.Binary expr) => binary(expr);

        public T Of(Expr.FusedMultiplyAdd expr) => fusedMultiplyAdd(expr);

        public T Of(Expr.FlushedExp2 expr) => flushedExp2(expr);

        public T Of(Expr.Choice expr) => choice(expr);

        public T Of(Expr.Call expr) => call(expr);
    }
}
