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

    /// <summary>
    /// The sum of two logarithms, of any sizes: what their sum as one float has lost is found exactly (Knuth, "The Art of Computer
    /// Programming", volume 2, section 4.2.2, theorem B) and kept with both rests.
    /// </summary>
    /// <param name="b">Takes the two tiles.</param>
    /// <param name="name">Of the sum; with an r, of the rest.</param>
    /// <param name="tokens">The rows.</param>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    public static TwoFloats Sum(TileProgramBuilder b, string name, Dim tokens, TwoFloats first, TwoFloats second)
    {
        var sum = b.Map(name, tokens, Dim.One, first.Rounded + second.Rounded);
        var taken = b.Map(name + "s", tokens, Dim.One, sum - first.Rounded);
        var lost = first.Rounded - (sum - taken) + (second.Rounded - taken);
        return new TwoFloats(
            sum, b.Map(name + "r", tokens, Dim.One, Plus(Plus(lost, first.Rest), second.Rest)));

        static Expr Plus(Expr number, Expr? rest) => rest is null ? number : number + rest;
    }

    public static TwoFloats operator -(TwoFloats number) => new(-number.Rounded, number.Rest is { } rest ? -rest : null);

    public Expr AddedTo(Expr number) => Rest is null ? number + Rounded : number + Rounded + Rest;

    public Expr TakenFrom(Expr number) => Rest is null ? number - Rounded : number - Rounded - Rest;
}
