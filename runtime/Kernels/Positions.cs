using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>Whole numbers that generated code makes of the positions of tokens, where it finds out which tiles see each other.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Positions
{
    /// <summary>⌊a / b⌋.</summary>
    /// <param name="a">Any number.</param>
    /// <param name="b">At least 1.</param>
    public static long Floor(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);

    /// <summary>The first token of the tile that a position lies in; positions outside of the tokens count as the nearest.</summary>
    /// <param name="position">Any number.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="tile">Tokens of a tile.</param>
    public static int TileOf(long position, int length, int tile) => Within(position, length) / tile * tile;

    /// <summary>The nearest number from 0 to the length.</summary>
    public static int Within(long position, int length) => (int)Max(0, Min(position, length));

    /// <summary>The first tile from one on that lies in a range, if it is before another; else the other.</summary>
    /// <param name="tile">The first token of a tile.</param>
    /// <param name="from">The first token of the first tile of the range.</param>
    /// <param name="to">The token after the last.</param>
    /// <param name="other">The first token of another tile.</param>
    public static int NextTile(int tile, int from, int to, int other)
    {
        var next = Max(tile, from);
        return next < to ? Min(next, other) : other;
    }

    /// <summary>Makes a range hold another one too, unless that is empty.</summary>
    /// <param name="from">The first token of the range.</param>
    /// <param name="to">The token after its last.</param>
    /// <param name="otherFrom">The first token of the other.</param>
    /// <param name="otherTo">The token after its last.</param>
    public static void Join(ref int from, ref int to, int otherFrom, int otherTo)
    {
        if (otherFrom < otherTo)
        {
            from = Min(from, otherFrom);
            to = Max(to, otherTo);
        }
    }

    /// <summary>The larger number.</summary>
    public static long Max(long a, long b) => a > b ? a : b;

    /// <summary>The smaller number.</summary>
    public static long Min(long a, long b) => a < b ? a : b;

    /// <inheritdoc cref="Floor(long, long)"/>
    public static int Floor(int a, int b) => (a / b) - (a % b < 0 ? 1 : 0);

    /// <inheritdoc cref="Max(long, long)"/>
    public static int Max(int a, int b) => a > b ? a : b;

    /// <inheritdoc cref="Min(long, long)"/>
    public static int Min(int a, int b) => a < b ? a : b;

    /// <summary>No number in [from, to] has a smaller remainder of division by b.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="to">The last number.</param>
    /// <param name="b">At least 1.</param>
    public static long LeastRemainder(long from, long to, long b) =>
        IsWithinOne(from, to, b) ? from % b : Min(0, Max(from, 1 - b));

    /// <summary>No number in [from, to] has a larger remainder of division by b.</summary>
    /// <inheritdoc cref="LeastRemainder"/>
    public static long MostRemainder(long from, long to, long b) =>
        IsWithinOne(from, to, b) ? to % b : Max(0, Min(to, b - 1));

    /// <summary>Whether the numbers pass no multiple of b, so that their remainders are in order.</summary>
    private static bool IsWithinOne(long from, long to, long b) => from / b == to / b && (from >= 0) == (to >= 0);
}
