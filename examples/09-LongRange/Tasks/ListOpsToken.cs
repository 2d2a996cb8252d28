using System.Globalization;

namespace KernelGen.Examples.LongRange;

/// <summary>The tokens of ListOps: a digit is its own number, so that answers are the first ten tokens.</summary>
internal static class ListOpsToken
{
    /// <summary>The least argument.</summary>
    public const int Minimum = 10;

    /// <summary>The largest argument.</summary>
    public const int Maximum = 11;

    /// <summary>The one in the middle; of an even number the mean of the two in the middle, rounded down.</summary>
    public const int Median = 12;

    /// <summary>The last digit of the sum.</summary>
    public const int SumModulo = 13;

    /// <summary>The end of an operator's arguments.</summary>
    public const int Close = 14;

    /// <summary>Stands before the expression; the answer is asked for there.</summary>
    public const int Question = 15;

    /// <summary>The digits, which values are too.</summary>
    public const int Digits = 10;

    /// <summary>All tokens.</summary>
    public const int Count = 16;

    private static readonly string[] Names = ["[MIN", "[MAX", "[MED", "[SM", "]", "="];

    /// <summary>A token as text.</summary>
    public static string Text(int token) =>
        token < Digits ? token.ToString(CultureInfo.InvariantCulture) : Names[token - Digits];
}
