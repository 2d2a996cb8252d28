using System.Globalization;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Printing;

/// <summary>
/// Spells token indices in C#. The first token of a loop's current tile is the variable iStart, where i is the loop's axis, and its tokens
/// are iCount.
/// </summary>
internal static class IndexText
{
    /// <param name="index">The index.</param>
    /// <param name="length">The variable that holds a length.</param>
    /// <param name="math">The class that has Min and Max.</param>
    public static string Print(TokenIndex index, Func<TokenIndex.Length, string> length, string math)
    {
        return Text(index);

        string Text(TokenIndex part) => part.Match(
            constant: constant => Literal(constant.Value),
            length: length,
            start: start => Start(start.Tokens),
            end: end => $"({Start(end.Tokens)} + {Count(end.Tokens)})",
            counter: counter => counter.Name,
            sum: sum => $"({Text(sum.Left)} + {Text(sum.Right)})",
            difference: difference => $"({Text(difference.Left)} - {Text(difference.Right)})",
            extremum: extremum => $"{math}.{(extremum.IsMax ? "Max" : "Min")}({Text(extremum.Left)}, {Text(extremum.Right)})",
            stridedCount: count =>
                $"{math}.Max(0, ({Text(count.Total)} - {Text(count.Offset)} + {Literal(count.Stride - 1)}) / {Literal(count.Stride)})");
    }

    public static string Start(Dim tokens) => tokens.Name + "Start";

    public static string Count(Dim tokens) => tokens.Name + "Count";

    private static string Literal(int number) => number.ToString(CultureInfo.InvariantCulture);
}
