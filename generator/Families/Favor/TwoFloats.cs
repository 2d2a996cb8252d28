using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// A logarithm of each token in twice the precision of float32: thousands where norms are large, so that one rounding would be an error of every weight.
/// </summary>
/// <remarks>
/// It meets a number of nearly its size before any other: their sum, or difference, has no rounding where they cancel, and the rest is as small
/// as what is left.
/// </remarks>
/// <param name="Rounded">The logarithm as one float.</param>
/// <param name="Rest">What that has lost; null where it has lost nothing.</param>
internal sealed record TwoFloats(Expr Rounded, Expr? Rest)
{
    public Expr AddedTo(Expr number) => Rest is null ? number + Rounded : number + Rounded + Rest;

    public Expr TakenFrom(Expr number) => Rest is null ? number - Rounded : number - Rounded - Rest;
}
