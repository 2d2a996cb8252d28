namespace KernelGen;

/// <summary>
/// The error of attention with random features in closed form, without drawing any: the first order of error propagation (delta method) for
/// independent Gaussian projections.
/// </summary>
/// <remarks>
/// <para>
/// The estimate of weight j has a relative error ε_j with Cov(ε_j, ε_l) = κ_jl/rows, so the normalised output moves by
/// δo = Σ_j p_j·ε_j·(v_j − o), and E‖δo‖² = 1/rows · Σ_jl p_j·p_l·(v_j − o)ᵀ(v_l − o)·κ_jl with p and o of exact attention. For positive
/// features κ_jl = exp(z_jᵀz_l) − 1 with z_j = q̂ + k̂_j and rows = m; hyperbolic and trigonometric ones have cosh(z_jᵀz_l) − 1 and rows =
/// m/2, trigonometric ones with z_j = q̂ − k̂_j; OPRF has the Gaussian integral of its own.
/// </para>
/// <para>
/// Orthogonal draws have less variance, so for them this is about an upper bound. It is first order: above 0.2 outputs no longer follow it.
/// </para>
/// <para>
/// Sources: κ_jj is the variance of arXiv:2009.14794, lemma 2, and of arXiv:2205.15317; κ_jl follows from the same Gaussian integrals.
/// </para>
/// </remarks>
public sealed class DeltaBound
{
    private const double LargestReliable = 0.2;

    private DeltaBound(FeatureMap map, int features, double relativeError, double standardError, long rows, bool isSampled)
    {
        Map = map;
        Features = features;
        RelativeError = relativeError;
        StandardError = standardError;
        Rows = rows;
        IsSampled = isSampled;
    }

    /// <summary>φ.</summary>
    public FeatureMap Map { get; }

    /// <summary>m.</summary>
    public int Features { get; }

    /// <summary>√(Σ E‖δo‖²/Σ ‖o‖²) over the rows; a ratio.</summary>
    public double RelativeError { get; }

    /// <summary>
    /// The standard error that <see cref="RelativeError"/> has from sampling pairs of keys; 0 where all pairs were summed.
    /// </summary>
    public double StandardError { get; }

    /// <summary>The rows that were computed: sampled queries that see a key, of all heads.</summary>
    public long Rows { get; }

    /// <summary>Whether pairs of keys were sampled for some row.</summary>
    public bool IsSampled { get; }

    /// <summary>
    /// Whether <see cref="RelativeError"/> is at most 0.2, so that the first order describes it; otherwise all it says is "large".
    /// </summary>
    public bool IsReliable => RelativeError <= LargestReliable;

    /// <summary>Computes it on a sample of queries, keys and values.</summary>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="value">[batch, heads, key length, value dim].</param>
    /// <param name="shape">The sizes; head dim and value dim follow from them.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="features">m.</param>
    /// <param name="map">A softmax map; null: <see cref="FeatureMap.Positive"/>.</param>
    /// <param name="rowsPerHead">The most queries of each head, spread evenly over it; at least 1.</param>
    /// <param name="pairs">
    /// The most pairs of keys of a row, at least 100. A row that sees L keys sums all L(L + 1)/2 pairs where they are no more; otherwise so
    /// many are drawn, both keys with probability p.
    /// </param>
    /// <param name="seed">Of the pairs.</param>
    /// <param name="keyLengths">For each sequence how many keys count; empty: all.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, the map estimates no softmax, or m does not fit it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least value.</exception>
    /// <remarks>
    /// Computed in double, on all processors; a result does not depend on their number. Multiply-adds for a row: L · (d + dv) for p and o,
    /// and pairs · (d + dv). Memory: twice the inputs, and O(L) for each thread. Pairs with large z_jᵀz_l are rare and heavy, so that with
    /// sampling the standard error itself is rough where the result is unreliable.
    /// </remarks>
    public static DeltaBound Compute(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, AttentionShape shape, bool causal, int features,
        FeatureMap? map = null, int rowsPerHead = 64, int pairs = 8192, ulong seed = 1, ReadOnlySpan<int> keyLengths = default)
    {
        map ??= FeatureMap.Positive;
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 100);
        if (!map.EstimatesSoftmax)
        {
            throw new ArgumentException($"{map.Name} features estimate no softmax, so they have no error against it.", nameof(map));
        }

        var projectionRows = map.ProjectionRows(features);
        var heads = AttentionError.Samples(query, key, value, shape, causal, rowsPerHead, keyLengths);
        var rows = heads[0].Rows.Count;
        var shares = new Share[heads.Length * rows];
        Parallel.For(0, shares.Length, unit =>
            shares[unit] = new DeltaRow(heads[unit / rows], unit % rows, map).Sum(pairs, seed, unit));

        Share total = default;
        long counted = 0;
        foreach (var share in shares)
        {
            total.Squared += share.Squared;
            total.Variance += share.Variance;
            total.Size += share.Size;
            total.IsSampled |= share.IsSampled;
            counted += share.Keys > 0 ? 1 : 0;
        }

        var error = Math.Sqrt(Math.Max(0, total.Squared) / projectionRows / total.Size);
        var standardError = total.IsSampled && error > 0 ? Math.Sqrt(total.Variance) / projectionRows / total.Size / (2 * error) : 0;
        return new DeltaBound(map, features, error, standardError, counted, total.IsSampled);
    }

    /// <summary>The features that a wanted error takes; the closed form falls exactly as 1/√m.</summary>
    /// <param name="error">The wanted ratio, above 0.</param>
    /// <returns>Null where it is above 0.2, which the first order does not describe.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public long? FeaturesNeeded(double error)
    {
        if (!(error > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(error), error, FormattableString.Invariant($"error is {error}, but must be above 0."));
        }

        return error <= LargestReliable ? MapError.Extrapolate(Features, RelativeError / error, Map.Branches) : null;
    }

    /// <summary>What one row adds: rows · E‖δo‖², its sampling variance, ‖o‖².</summary>
    internal struct Share
    {
        public double Squared, Variance, Size;
        public int Keys;
        public bool IsSampled;
    }
}
