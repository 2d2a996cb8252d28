namespace KernelGen.Examples.LongRange;

/// <summary>An expression of ListOps.</summary>
/// <param name="Tokens">
/// Of <see cref="ListOpsToken"/>: an operator, its arguments, which are digits or expressions, and a bracket.
/// </param>
/// <param name="Value">What it comes to, 0 to 9.</param>
internal sealed record ListOpsExpression(IReadOnlyList<int> Tokens, int Value)
{
    /// <summary>As the papers print it: <c>[MAX 2 9 [MIN 4 7 ] 0 ]</c>.</summary>
    public override string ToString() => string.Join(' ', Tokens.Select(ListOpsToken.Text));
}
