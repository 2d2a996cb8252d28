using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Families.Favor;

/// <summary>The built-in kernel functions f, written in the language that a user's method is read into.</summary>
internal static class KernelFunctions
{
    private static readonly Expr X = new Expr.Argument();

    /// <summary>f of φ_r(x) = f(ω_rᵀx̂) + ε; null for the softmax kernels, whose maps are exponentials.</summary>
    public static ScalarFunction? Of(KernelFunction kernel) =>
        Body(kernel) is { } body ? new ScalarFunction(kernel.ToString(), ExprSimplifier.Simplify(body)) : null;

    private static Expr? Body(KernelFunction kernel) => kernel switch
    {
        KernelFunction.Relu => Expr.Max(0, X),
        KernelFunction.Gelu => 0.5 * X * (1 + Expr.Erf(X * (float)Math.Sqrt(0.5))),
        KernelFunction.Sigmoid => 1 / (1 + Expr.Exp(-X)),
        KernelFunction.Exp => Expr.Exp(X),
        KernelFunction.Tanh => Expr.Tanh(X),
        KernelFunction.Abs => Expr.Abs(X),
        KernelFunction.Cos => Expr.Cos(X),
        KernelFunction.Identity => X,
        KernelFunction.Square => X * X,
        KernelFunction.EluPlusOne => Expr.Select(new Condition.Compare(Comparison.Greater, X, 0), X + 1, Expr.Exp(X)),
        _ => null,
    };
}
