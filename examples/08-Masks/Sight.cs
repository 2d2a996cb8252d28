namespace KernelGen.Examples.Masks;

/// <summary>
/// What the queries of one head see, and what is computed for them. Nobody says so but the layer itself: it is asked by numbers that it is
/// called with.
/// </summary>
internal sealed class Sight
{
    /// <summary>Queries that kernels look at together.</summary>
    public const int Strip = 12;

    /// <summary>Keys that kernels look at together.</summary>
    public const int Tile = 48;

    private readonly bool[,] _seen;
    private readonly bool[,] _computed;

    private Sight(Pattern pattern, bool[,] seen, bool[,] computed)
    {
        (_seen, _computed) = (seen, computed);
        Blocks = [.. Cut(pattern)];
    }

    /// <summary>What is computed, block by block.</summary>
    public IReadOnlyList<Block> Blocks { get; }

    /// <summary>Pairs of a query and a key that it sees.</summary>
    public int SeenPairs => _seen.Cast<bool>().Count(seen => seen);

    /// <summary>Pairs that are computed.</summary>
    public int ComputedPairs => _computed.Cast<bool>().Count(computed => computed);

    /// <summary>Pairs that are computed in blocks without a mask.</summary>
    public int UnmaskedPairs => Blocks.Where(block => !block.IsMasked).Sum(block => block.Queries * block.Keys);

    /// <summary>Asks the layer of a pattern, for each head.</summary>
    public static IReadOnlyList<Sight> Of(Pattern pattern)
    {
        // Queries and keys are 0, so that all scores are equal: an output is the mean of the values that its query sees.
        var seen = Ask(pattern, value: 1, output => output > 0);

        // 0 · NaN is NaN, so that a value spoils what it is multiplied for, even if it does not count there.
        var computed = Ask(pattern, value: float.NaN, float.IsNaN);
        return [.. seen.Zip(computed, (one, other) => new Sight(pattern, one, other))];
    }

    public bool Sees(int query, int key) => _seen[query, key];

    /// <summary>For each head whether the outputs of queries show that a key has a value, all others being 0.</summary>
    private static IReadOnlyList<bool[,]> Ask(Pattern pattern, float value, Func<float, bool> shows)
    {
        var (layer, shape, tokens) = (pattern.Create(), pattern.Shape, pattern.Tokens);
        var columns = layer.ValueDim;
        var zeros = new float[shape.Heads * tokens * layer.HeadDim];
        var answers = Enumerable.Range(0, shape.Heads).Select(_ => new bool[tokens, tokens]).ToArray();

        // A column for each key, so many keys in one call.
        for (var from = 0; from < tokens; from += columns)
        {
            var values = new float[shape.Heads * tokens * columns];
            var outputs = new float[values.Length];
            var count = Math.Min(columns, tokens - from);
            for (var head = 0; head < shape.Heads; head++)
            {
                for (var column = 0; column < count; column++)
                {
                    values[((head * tokens) + from + column) * columns + column] = value;
                }
            }

            layer.Forward(zeros, zeros, values, outputs, shape, new() { Offsets = pattern.Offsets });
            for (var i = 0; i < shape.Heads * tokens; i++)
            {
                for (var column = 0; column < count; column++)
                {
                    answers[i / tokens][i % tokens, from + column] = shows(outputs[(i * columns) + column]);
                }
            }
        }

        return answers;
    }

    private IEnumerable<Block> Cut(Pattern pattern)
    {
        foreach (var (from, to) in pattern.Documents)
        {
            for (var query = from; query < to; query += Strip)
            {
                for (var key = from; key < to; key += Tile)
                {
                    // Of a tile the keys between the first and the last that the strip sees are computed, 16 at a time.
                    var queries = Math.Min(Strip, to - query);
                    var computed = Enumerable.Range(key, Math.Min(Tile, to - key)).Where(one => _computed[query, one]).ToList();
                    if (computed is [var first, ..])
                    {
                        yield return new(
                            query, first, queries, computed.Count, IsMasked: !SeesAll(query, first, queries, computed.Count));
                    }
                }
            }
        }
    }

    private bool SeesAll(int query, int key, int queries, int keys) =>
        Enumerable.Range(query, queries).All(i => Enumerable.Range(key, keys).All(j => _seen[i, j]));

    /// <summary>Queries and keys of which all pairs are computed.</summary>
    /// <param name="Query">The first query.</param>
    /// <param name="Key">The first key.</param>
    /// <param name="Queries">How many.</param>
    /// <param name="Keys">How many.</param>
    /// <param name="IsMasked">Whether some pair is not seen, and has to be masked.</param>
    public readonly record struct Block(int Query, int Key, int Queries, int Keys, bool IsMasked);
}
