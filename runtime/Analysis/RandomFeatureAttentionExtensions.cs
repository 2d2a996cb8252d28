namespace KernelGen;

/// <summary>Analysis of a layer's own attention: with the feature map, the projections and the mask that it has.</summary>
public static class RandomFeatureAttentionExtensions
{
    /// <summary>The weights that queries of this layer give to keys; see <see cref="AttentionProbabilities.Estimate"/>.</summary>
    /// <param name="attention">The layer; its projections of this moment count.</param>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="rows">The positions of the queries, in any order.</param>
    /// <param name="destination">
    /// Overwritten, [rows, key length]: what the layer multiplies values by to get its outputs. Rows of a layer that normalises sum to 1;
    /// those of one that does not are φ(q)ᵀφ(k) itself.
    /// </param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <exception cref="ArgumentException">A length or position does not fit, or destination and input overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such sequence or head, or a key length that the shape does not have.</exception>
    /// <remarks>Computed in double, with the cost of <see cref="AttentionProbabilities.Estimate"/>.</remarks>
    public static void Probabilities(
        this IRandomFeatureAttention attention, ReadOnlySpan<float> query, ReadOnlySpan<float> key, AttentionShape shape, int batch,
        int head, ReadOnlySpan<int> rows, Span<float> destination, int? keyLength = null)
    {
        ArgumentNullException.ThrowIfNull(attention);
        query = Rotated(attention, query, shape, ofKeys: false);
        key = Rotated(attention, key, shape, ofKeys: true);
        AttentionProbabilities.Estimate(
            attention.FeatureMap, attention.Projection, query, key, shape, batch, head, rows, attention.Causal, destination, keyLength,
            attention.Normalize);
    }

    /// <summary>
    /// Outputs of this layer with standard errors; see <see cref="KernelGen.ErrorBars.Jackknife"/> for how and for the limits.
    /// </summary>
    /// <param name="attention">The layer; its projections of this moment count.</param>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="value">[batch, heads, key length, value dim].</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="rows">The positions of the queries, in any order.</param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <exception cref="ArgumentException">
    /// The layer has fewer than 3 whole blocks of head dim projections, a length or position does not fit, or the shape is impossible.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">No such sequence or head, or a key length that the shape does not have.</exception>
    public static ErrorBars ErrorBars(
        this IRandomFeatureAttention attention, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value,
        AttentionShape shape, int batch, int head, ReadOnlySpan<int> rows, int? keyLength = null)
    {
        ArgumentNullException.ThrowIfNull(attention);
        query = Rotated(attention, query, shape, ofKeys: false);
        key = Rotated(attention, key, shape, ofKeys: true);
        return KernelGen.ErrorBars.Jackknife(
            attention.FeatureMap, attention.Projection, query, key, value, shape, batch, head, rows, attention.Causal, keyLength,
            attention.Normalize);
    }

    /// <summary>
    /// A picture of which keys this layer's queries attend to, as an SVG document; see <see cref="AttentionPictures.AttentionMap"/>.
    /// </summary>
    /// <param name="attention">The layer; its projections of this moment count.</param>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">A length does not fit, or there is no query or no key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such sequence or head, or a key length that the shape does not have.</exception>
    /// <remarks>
    /// Of up to 256 queries, evenly spread, of fewer where there are more than 262,144 keys: the weights take 256 MiB at most. Cost:
    /// that of <see cref="Probabilities"/> for these queries.
    /// </remarks>
    public static string AttentionMap(
        this IRandomFeatureAttention attention, ReadOnlySpan<float> query, ReadOnlySpan<float> key, AttentionShape shape, int batch,
        int head, int? keyLength = null, string title = "Attention map")
    {
        ArgumentNullException.ThrowIfNull(attention);
        const int mostQueries = 256, mostWeights = 1 << 26;
        var rows = QueryRows.Spread(shape.QueryLength, Math.Clamp(mostWeights / Math.Max(1, shape.KeyLength), 1, mostQueries));
        var weights = new float[rows.Length * shape.KeyLength];
        attention.Probabilities(query, key, shape, batch, head, rows, weights, keyLength);
        return AttentionPictures.AttentionMap(weights, rows, attention.Causal, keyLength, title);
    }

    /// <summary>The norms of this layer's state, by feature; see <see cref="KernelGen.StateNorms.Measure"/>.</summary>
    /// <param name="attention">The layer; its projections of this moment count.</param>
    /// <param name="key">[batch, key heads, key length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head of it, whose keys and values are summed.</param>
    /// <param name="times">The state is measured so many times, evenly spread.</param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the shape is impossible or holds no token.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// No such sequence or head, a key length that the shape does not have, or <paramref name="times"/> is below 1.
    /// </exception>
    public static StateNorms StateNorms(
        this IRandomFeatureAttention attention, ReadOnlySpan<float> key, ReadOnlySpan<float> value, AttentionShape shape, int batch,
        int head, int times = 64, int? keyLength = null)
    {
        ArgumentNullException.ThrowIfNull(attention);
        key = Rotated(attention, key, shape, ofKeys: true);
        return KernelGen.StateNorms.Measure(
            attention.FeatureMap, attention.Projection, key, value, shape, batch, head, times, keyLength);
    }

    /// <summary>Queries or keys as the layer projects them.</summary>
    private static ReadOnlySpan<float> Rotated(
        IRandomFeatureAttention attention, ReadOnlySpan<float> tokens, AttentionShape shape, bool ofKeys)
    {
        if (attention.Decays)
        {
            throw new NotSupportedException(
                $"{attention.GetType().Name} forgets from token to token, and the analysis knows the weights of queries and keys alone.");
        }

        if (attention.RotaryTheta is not { } theta)
        {
            return tokens;
        }

        CompilerServices.ShapeChecks.Check(shape, comparesPositions: true);
        return CompilerServices.Rotary.Rotated(tokens, shape, ofKeys, attention.HeadDim, theta);
    }
}
