namespace KernelGen.Generator.Positions;

/// <summary>
/// Of how many heads and positions kernels can compute whole numbers. They compute them as ints, and bounds of tiles in 64 bits: beyond
/// these limits an int would overflow, and the two would disagree.
/// </summary>
/// <param name="Heads">The most query heads.</param>
/// <param name="Positions">The most positions of a sequence.</param>
internal sealed record NumberLimits(int Heads, int Positions)
{
    /// <summary>A layer for fewer positions is of no use.</summary>
    public const int FewestPositions = 1024;

    /// <summary>More positions are not asked for at the cost of heads, nor more heads at the cost of positions.</summary>
    private const int EnoughPositions = 1 << 24, EnoughHeads = 256;

    /// <summary>Whether a layer within these limits is of use.</summary>
    public bool Suffice => Heads > 0 && Positions >= FewestPositions;

    /// <summary>The limits of numbers.</summary>
    /// <param name="numbers">All that are computed.</param>
    /// <param name="heads">The only number of heads that the layer is for; null: any.</param>
    /// <param name="indices">Those that are indices of tables, with how many numbers these have.</param>
    public static NumberLimits Of(
        IEnumerable<WholeNumber> numbers, int? heads = null, IEnumerable<(WholeNumber Index, int Length)>? indices = null)
    {
        var all = numbers.Distinct().ToList();
        var tables = (indices ?? []).Distinct().ToList();
        if (heads is { } only)
        {
            return new(only, Most(positions => Fit(only, positions)));
        }

        // Where heads and positions make a number together, more of the ones are fewer of the others.
        var wanted = Math.Min(EnoughHeads, Most(count => Fit(count, 1)));
        var least = EnoughPositions;
        while (least > 1 && !Fit(wanted, least))
        {
            least /= 2;
        }

        var most = Most(count => Fit(count, least));
        return new(most, Most(positions => Fit(most, positions)));

        bool Fit(int count, int positions)
        {
            var range = new NumberRange(positions, count);
            return all.TrueForAll(number =>
            {
                range.Of(number);
                return range.Largest < int.MaxValue; // kernels add 1 to some
            }) && tables.TrueForAll(one => range.Of(one.Index) is { Least: >= 0 } bounds && bounds.Most < one.Length);
        }
    }

    /// <summary>The largest number that fits, if all smaller ones do too; 0 if none does.</summary>
    private static int Most(Func<int, bool> fits)
    {
        var (fitting, tooMany) = (0L, (long)int.MaxValue + 1);
        while (tooMany - fitting > 1)
        {
            var middle = (fitting + tooMany) / 2;
            (fitting, tooMany) = fits((int)middle) ? (middle, tooMany) : (fitting, middle);
        }

        return (int)fitting;
    }
}
