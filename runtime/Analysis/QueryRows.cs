namespace KernelGen;

/// <summary>
/// Chosen queries of one head, in the order of how many keys they see, so that those which see a tile whole are the last ones.
/// </summary>
internal sealed class QueryRows
{
    /// <param name="query">The queries of the head.</param>
    /// <param name="dim">d.</param>
    /// <param name="positions">Which ones, in any order; already checked.</param>
    /// <param name="keyLength">The keys that count.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    public QueryRows(HeadTensor query, int dim, ReadOnlySpan<int> positions, int keyLength, bool causal)
    {
        var sees = new int[positions.Length];
        Order = new int[positions.Length];
        for (var row = 0; row < sees.Length; row++)
        {
            sees[row] = causal ? Math.Min(positions[row] + 1, keyLength) : keyLength;
            Order[row] = row;
        }

        // Sorting by (keys seen, place) keeps the order of equals, whatever the sort does with them.
        Array.Sort(Order, (a, b) => sees[a] != sees[b] ? sees[a].CompareTo(sees[b]) : a.CompareTo(b));
        Sees = new int[sees.Length];
        Scaled = new double[sees.Length * dim];
        var scale = Math.Pow(dim, -0.25);
        for (var row = 0; row < sees.Length; row++)
        {
            Sees[row] = sees[Order[row]];
            query.CopyTo(positions[Order[row]], 1, scale, Scaled.AsSpan(row * dim, dim));
        }
    }

    /// <summary>The rows.</summary>
    public int Count => Order.Length;

    /// <summary>Where row i of this order was among the given positions.</summary>
    public int[] Order { get; }

    /// <summary>How many keys each sees, ascending.</summary>
    public int[] Sees { get; }

    /// <summary>The most keys that any sees.</summary>
    public int MostSeen => Count == 0 ? 0 : Sees[^1];

    /// <summary>q̂, [rows, d].</summary>
    public double[] Scaled { get; }

    /// <summary>
    /// The weights of all rows for one tile that is already loaded, handed out in groups of rows that see equally much of it.
    /// </summary>
    /// <param name="weights">Whose tile.</param>
    /// <param name="first">The first key of the tile.</param>
    /// <param name="count">Its keys.</param>
    /// <param name="buffer">[rows, <see cref="TileWeights.Keys"/>].</param>
    /// <param name="references">[rows].</param>
    /// <returns>The first row that sees any of the tile; those before it have no weights.</returns>
    public int ComputeTile(TileWeights weights, int first, int count, Span<double> buffer, Span<double> references)
    {
        var start = 0;
        while (start < Count && Sees[start] <= first)
        {
            start++;
        }

        // A row that sees a part of the tile gets references of its own: a later key, whatever its size, must not touch them.
        var row = start;
        for (; row < Count && Sees[row] < first + count; row++)
        {
            weights.Compute(row, 1, Sees[row] - first, buffer[(row * TileWeights.Keys)..], references[row..]);
        }

        if (row < Count)
        {
            weights.Compute(row, Count - row, count, buffer[(row * TileWeights.Keys)..], references[row..]);
        }

        return start;
    }

    /// <summary>Positions spread evenly over a sequence: the middles of equal parts, or all of a short one.</summary>
    public static int[] Spread(int length, int most)
    {
        var count = Math.Min(length, most);
        var positions = new int[count];
        for (var i = 0; i < count; i++)
        {
            positions[i] = (int)((2L * i + 1) * length / (2L * count));
        }

        return positions;
    }

    /// <summary>Whether positions are within the queries.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void Check(ReadOnlySpan<int> positions, int length, string name)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            if ((uint)positions[i] >= (uint)length)
            {
                throw new ArgumentException(
                    $"{name}[{i}] is {positions[i]}, but must be 0 to {length - 1}: the head has {length} queries.", name);
            }
        }
    }
}
