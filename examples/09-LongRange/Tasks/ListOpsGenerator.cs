namespace KernelGen.Examples.LongRange;

/// <summary>
/// Draws expressions by the grammar of ListOps (Nangia and Bowman, "ListOps", arXiv:1804.06028) with the limits of Long Range Arena (Tay
/// et al., arXiv:2011.04006): nested to a depth of ten, two to ten arguments; a place that could be either is an operator with
/// probability 1/4.
/// </summary>
/// <param name="least">The fewest tokens; expressions with fewer are drawn again.</param>
/// <param name="most">The most tokens.</param>
internal sealed class ListOpsGenerator(int least, int most)
{
    /// <summary>How deep operators and digits may be nested.</summary>
    public const int MaxDepth = 10;

    /// <summary>The most arguments of an operator; it has two at least.</summary>
    public const int MaxArguments = 10;

    private const double OperatorShare = 0.25;

    private static readonly int[] Operators =
        [ListOpsToken.Minimum, ListOpsToken.Maximum, ListOpsToken.Median, ListOpsToken.SumModulo];

    /// <summary>Draws until one has a length that is wanted.</summary>
    public ListOpsExpression Draw(Random random)
    {
        var tokens = new List<int>(most);
        while (true)
        {
            tokens.Clear();
            var value = Draw(random, tokens, depth: 1);
            if (tokens.Count >= least && tokens.Count <= most)
            {
                return new ListOpsExpression([.. tokens], value);
            }
        }
    }

    private int Draw(Random random, List<int> tokens, int depth)
    {
        // What is too long already will be drawn again: the rest of it does not matter.
        if (depth >= MaxDepth || tokens.Count > most || random.NextDouble() >= OperatorShare)
        {
            var digit = random.Next(ListOpsToken.Digits);
            tokens.Add(digit);
            return digit;
        }

        var count = random.Next(2, MaxArguments + 1);
        var place = tokens.Count;
        tokens.Add(ListOpsToken.Close);
        Span<int> values = stackalloc int[count];
        foreach (ref var value in values)
        {
            value = Draw(random, tokens, depth + 1);
        }

        tokens.Add(ListOpsToken.Close);
        tokens[place] = Operators[random.Next(Operators.Length)];
        return Apply(tokens[place], values);
    }

    private static int Apply(int operation, Span<int> values)
    {
        values.Sort();
        var sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return operation switch
        {
            ListOpsToken.Minimum => values[0],
            ListOpsToken.Maximum => values[^1],
            ListOpsToken.Median => (values[values.Length / 2] + values[(values.Length - 1) / 2]) / 2,
            ListOpsToken.SumModulo => sum % ListOpsToken.Digits,
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
        };
    }
}
