using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// Attention probabilities of chosen queries: which keys they attend to, without the length × length matrix of all queries.
/// </summary>
public static class AttentionProbabilities
{
    // Rows hold weights relative to a reference that may lag behind by so much, in nats, before a row is rescaled: e^40 is far within a
    // float.
    private const double Slack = 40;

    /// <summary>p_ij = φ(q_i)ᵀφ(k_j)/Σ_j φ(q_i)ᵀφ(k_j) of attention with random features.</summary>
    /// <param name="map">φ of the layer.</param>
    /// <param name="projection">W of the layer; its columns are the head dimension.</param>
    /// <param name="query">
    /// [batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>; only the chosen rows are read.
    /// </param>
    /// <param name="key">[batch, heads, key length, head dim]; only the one head is read.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="rows">The positions of the queries, in any order.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="destination">
    /// Overwritten, [rows, key length]: rows sum to 1. Keys that a query does not see get 0; so does the whole row of a query that sees
    /// none or whose normaliser is exactly 0, as its output is.
    /// </param>
    /// <param name="keyLength">How many keys count; null: all. Keys past that are never read.</param>
    /// <param name="normalise">
    /// False: φ(q_i)ᵀφ(k_j) itself, an estimate of exp(qᵀk/√d) for softmax maps, which can leave the range of a float.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A length or position does not fit, the shape is impossible, or destination and input overlap.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">No such sequence or head, or a key length that the shape does not have.</exception>
    /// <remarks>
    /// <para>
    /// Computed in double, stable for norms of any size, in tiles of 64 keys. Multiply-adds: keys · m · (d + rows); exponentials:
    /// keys · m · (1 + rows/64), and for causal attention up to 64 · m more a row. Memory beside the destination: (64 + rows) · m numbers.
    /// </para>
    /// <para>
    /// Maps that take negative values (trigonometric, signed functions) can give probabilities below 0 or above 1; they sum to 1 all the
    /// same, as precisely as their cancellation allows.
    /// </para>
    /// <para>The paper, arXiv:2009.14794, recovers the matrix by one-hot values; here its rows are computed directly.</para>
    /// </remarks>
    public static void Estimate(
        FeatureMap map, Projection projection, ReadOnlySpan<float> query, ReadOnlySpan<float> key, AttentionShape shape, int batch,
        int head, ReadOnlySpan<int> rows, bool causal, Span<float> destination, int? keyLength = null, bool normalise = true)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(projection);
        var dim = projection.Columns;
        var keys = Check(query, key, dim, shape, batch, head, rows, causal, destination, keyLength);
        QueryRows queries = new(HeadTensor.OfQueries(query, shape, dim, batch, head), dim, rows, keys, causal);
        FeatureWeights weights = new(new ProjectedFeatures(map, projection.Weights, projection.Rows, dim), queries.Scaled, queries.Count);
        Fill(weights, queries, HeadTensor.OfKeys(key, shape, dim, batch, head), dim, shape.KeyLength, normalise, destination);
    }

    /// <summary>p_ij = exp(q_iᵀk_j/√d)/Σ_j exp(q_iᵀk_j/√d): the probabilities of exact softmax attention, to compare with.</summary>
    /// <param name="query">
    /// [batch, heads, query length, <paramref name="headDim"/>] or the other layout of <paramref name="shape"/>.
    /// </param>
    /// <param name="key">[batch, heads, key length, <paramref name="headDim"/>].</param>
    /// <param name="headDim">d.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="rows">The positions of the queries, in any order.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="destination">Overwritten, [rows, key length]; as in <see cref="Estimate"/>.</param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <param name="normalise">False: exp(qᵀk/√d) itself.</param>
    /// <exception cref="ArgumentException">As in <see cref="Estimate"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Estimate"/>, or <paramref name="headDim"/> is below 1.</exception>
    /// <remarks>Computed in double. Cost: keys · rows · d multiply-adds and keys · rows exponentials.</remarks>
    public static void Exact(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, int headDim, AttentionShape shape, int batch, int head,
        ReadOnlySpan<int> rows, bool causal, Span<float> destination, int? keyLength = null, bool normalise = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        var keys = Check(query, key, headDim, shape, batch, head, rows, causal, destination, keyLength);
        QueryRows queries = new(HeadTensor.OfQueries(query, shape, headDim, batch, head), headDim, rows, keys, causal);
        var keyHead = HeadTensor.OfKeys(key, shape, headDim, batch, head);
        Fill(new ExactWeights(queries.Scaled, headDim), queries, keyHead, headDim, shape.KeyLength, normalise, destination);
    }

    private static void Fill(
        TileWeights weights, QueryRows queries, HeadTensor key, int dim, int stride, bool normalise, Span<float> destination)
    {
        destination.Clear();
        var buffer = new double[queries.Count * TileWeights.Keys];
        var tileReferences = new double[queries.Count];
        var references = new double[queries.Count];
        var sums = new double[queries.Count];
        var keys = new double[TileWeights.Keys * dim];
        var scale = Math.Pow(dim, -0.25);
        Array.Fill(references, double.NegativeInfinity);
        for (var first = 0; first < queries.MostSeen; first += TileWeights.Keys)
        {
            var count = Math.Min(TileWeights.Keys, queries.MostSeen - first);
            key.CopyTo(first, count, scale, keys);
            weights.Load(keys, count);
            for (var row = queries.ComputeTile(weights, first, count, buffer, tileReferences); row < queries.Count; row++)
            {
                var probabilities = destination.Slice(queries.Order[row] * stride, stride);
                if (!(tileReferences[row] <= references[row] + Slack))
                {
                    var rescale = Math.Exp(references[row] - tileReferences[row]);
                    Scale(probabilities[..first], rescale);
                    sums[row] *= rescale;
                    references[row] = tileReferences[row];
                }

                var factor = Math.Exp(tileReferences[row] - references[row]);
                var seen = Math.Min(count, queries.Sees[row] - first);
                for (var i = 0; i < seen; i++)
                {
                    var weight = factor * buffer[row * TileWeights.Keys + i];
                    sums[row] += weight;
                    probabilities[first + i] = (float)weight;
                }
            }
        }

        for (var row = 0; row < queries.Count; row++)
        {
            var factor = normalise
                ? (sums[row] == 0 ? 0 : 1 / sums[row])
                : (queries.Sees[row] == 0 ? 0 : Math.Exp(references[row]));
            Scale(destination.Slice(queries.Order[row] * stride, queries.Sees[row]), factor);
        }
    }

    private static void Scale(Span<float> numbers, double factor)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (float)(numbers[i] * factor);
        }
    }

    /// <summary>Checks all sizes and returns the keys that count.</summary>
    private static int Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, int dim, AttentionShape shape, int batch, int head, ReadOnlySpan<int> rows,
        bool causal, ReadOnlySpan<float> destination, int? keyLength)
    {
        var keys = HeadChecks.Check(query, key, dim, shape, batch, head, rows, causal, keyLength);
        var expected = (long)rows.Length * shape.KeyLength;
        if (destination.Length != expected)
        {
            throw new ArgumentException(
                $"destination holds {destination.Length} numbers, but rows {rows.Length} × key length {shape.KeyLength} = {expected} are needed.",
                nameof(destination));
        }

        ShapeChecks.CheckOverlap(destination, query, nameof(query));
        ShapeChecks.CheckOverlap(destination, key, nameof(key));
        return keys;
    }
}
