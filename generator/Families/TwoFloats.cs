using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families;

/// <summary>
/// A logarithm of each token in twice the precision of float32: thousands where norms are large, so that one rounding would be an error of
/// every weight.
/// </summary>
/// <remarks>
/// It meets a number of nearly its size before any other: their sum, or difference, has no rounding where they cancel, and the rest is as
/// small as what is left.
/// </remarks>
/// <param name="Rounded">The logarithm as one float.</param>
/// <param name="Rest">What that has lost; null where it has lost nothing.</param>
internal sealed record TwoFloats(Expr Rounded, Expr? Rest)
{
    /// <summary>
    /// The logarithm of a query's normaliser, of base 2, from its log-sum-exp: the one float that both passes compute it as. It must be a
    /// tile of its own, or a product would be fused with what is added to it.
    /// </summary>
    public static Expr RoundedLogNormaliser(Tile logSumExp) => (Expr)logSumExp * Base2.Log2E;

    /// <summary>What large + small has lost as the float <paramref name="rounded"/>.</summary>
    public static Expr RestOf(Expr large, Expr small, Expr rounded) => large - rounded + small;

    public Expr AddedTo(Expr number) => Rest is null ? number + Rounded : number + Rounded + Rest;

    public Expr TakenFrom(Expr number) => Rest is null ? number - Rounded : number - Rounded - Rest;
}
