namespace KernelGen;

/// <summary>
/// The output of attention with random features for chosen queries, with standard errors that come from the features themselves: no exact
/// attention is computed, so they can accompany real outputs at any length.
/// </summary>
/// <remarks>
/// <para>
/// W consists of independent blocks of d orthogonal rows. The jackknife leaves out one block at a time: with θ_g the output without block g
/// of G, variance = (G − 1)/G · Σ_g ‖θ_g − mean θ‖². Rows of W past the last whole block are part of the output, but not of the jackknife,
/// whose variance is scaled by G·d/rows for them.
/// </para>
/// <para>
/// Limits. With few blocks an error bar is rough: its own relative scatter is about 1/√(2(G − 1)), 41 % at 4 blocks, and more for rows with
/// heavy tails.
/// It measures scatter, so the bias of the ratio of two estimates, O(1/m), is not in it. Where ‖q̂ + k̂‖² is large the kernel's
/// estimate is dominated by rare features that W probably does not hold, and the bar is far too small; compare with
/// <see cref="DeltaBound"/> on a sample. Runs of d rows of W must be independent of each other, as they are in orthogonal and in
/// independent Gaussian draws; for others an error bar has no meaning.
/// </para>
/// <para>Source: B. Efron and C. Stein, "The Jackknife Estimate of Variance", Annals of Statistics 9 (1981).</para>
/// </remarks>
public sealed class ErrorBars
{
    private readonly double[] _output;
    private readonly double[] _standardErrors;
    private readonly double[] _rowStandardErrors;

    private ErrorBars(int blocks, int rows, int valueDim)
    {
        Blocks = blocks;
        Rows = rows;
        ValueDim = valueDim;
        _output = new double[rows * valueDim];
        _standardErrors = new double[rows * valueDim];
        _rowStandardErrors = new double[rows];
    }

    /// <summary>G, the whole blocks of W.</summary>
    public int Blocks { get; }

    /// <summary>The chosen queries.</summary>
    public int Rows { get; }

    /// <summary>dv.</summary>
    public int ValueDim { get; }

    /// <summary>o, [rows, value dim], in the order of the chosen queries; what a layer with the same map and W computes.</summary>
    public ReadOnlySpan<double> Output => _output;

    /// <summary>The standard error of each number of <see cref="Output"/>, in its unit.</summary>
    public ReadOnlySpan<double> StandardErrors => _standardErrors;

    /// <summary>The root of the expected ‖δo‖² of each query: the root of the sum of its squared <see cref="StandardErrors"/>.</summary>
    public ReadOnlySpan<double> RowStandardErrors => _rowStandardErrors;

    /// <summary>Computes outputs and their jackknife standard errors.</summary>
    /// <param name="map">φ of the layer.</param>
    /// <param name="projection">W of the layer; its columns are the head dimension d.</param>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="value">[batch, heads, key length, value dim].</param>
    /// <param name="shape">The sizes; the value dimension follows from them.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The head of it.</param>
    /// <param name="rows">The positions of the queries, in any order.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="keyLength">How many keys count; null: all.</param>
    /// <param name="normalise">False: outputs are sums of values by φ(q)ᵀφ(k), not divided by the sum of these weights.</param>
    /// <exception cref="ArgumentException">
    /// W has fewer than 3 whole blocks, a length or position does not fit, or the shape is impossible.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">No such sequence or head, or a key length that the shape does not have.</exception>
    /// <remarks>
    /// Computed in double, on all processors. Multiply-adds: keys · m · (d + rows) + G · keys · rows · dv + G² · rows · dv. Memory: the
    /// head in double, G · rows · dv numbers, and (64 + rows) · m.
    /// </remarks>
    public static ErrorBars Jackknife(
        FeatureMap map, Projection projection, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value,
        AttentionShape shape, int batch, int head, ReadOnlySpan<int> rows, bool causal, int? keyLength = null,
        bool normalise = true)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(projection);
        var dim = projection.Columns;
        var keys = HeadChecks.Check(query, key, dim, shape, batch, head, rows, causal, keyLength);
        var valueDim = HeadTensor.Dim(value.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, nameof(value));
        HeadChecks.CheckRows(rows.Length, valueDim);
        var blocks = projection.Rows / dim;
        if (blocks < 3)
        {
            throw new ArgumentException(
                $"The jackknife needs at least 3 whole blocks of {dim} rows, but the projection has {projection.Rows} rows, which are {blocks}.",
                nameof(projection));
        }

        // The last part, where there is one, is the incomplete block.
        HeadSample sample = new(query, key, value, shape, batch, head, rows, keys, causal, dim, valueDim);
        var parts = new RowSums[(projection.Rows + dim - 1) / dim];
        Parallel.For(0, parts.Length, part =>
        {
            var count = Math.Min(dim, projection.Rows - part * dim);
            ProjectedFeatures features = new(map, projection.Weights.Slice(part * dim * dim, count * dim), count, dim);
            parts[part] = sample.Sum(new FeatureWeights(features, sample.Rows.Scaled, sample.Rows.Count));
        });

        // A part's features are normalised for its own size, so its sums count in proportion to it.
        ErrorBars bars = new(blocks, rows.Length, valueDim);
        var share = (double)blocks * dim / projection.Rows;
        var without = new double[blocks * valueDim];
        RowSums merged = new(1, valueDim);
        for (var row = 0; row < rows.Length; row++)
        {
            var place = sample.Rows.Order[row];
            merged.Clear();
            for (var part = 0; part < parts.Length; part++)
            {
                merged.Add(0, parts[part], row, part < blocks ? 0 : Math.Log((double)(projection.Rows - part * dim) / dim));
            }

            Finish(merged, normalise, (double)projection.Rows / dim, bars._output.AsSpan(place * valueDim, valueDim));

            // Summed anew without each block: taking its sums away would leave rounding noise where it dominates.
            for (var block = 0; block < blocks; block++)
            {
                merged.Clear();
                for (var part = 0; part < blocks; part++)
                {
                    if (part != block)
                    {
                        merged.Add(0, parts[part], row, 0);
                    }
                }

                Finish(merged, normalise, blocks - 1, without.AsSpan(block * valueDim, valueDim));
            }

            bars._rowStandardErrors[place] = Spread(without, blocks, share, bars._standardErrors.AsSpan(place * valueDim, valueDim));
        }

        return bars;
    }

    // The output of the sums of so many blocks, each of which estimates all weights.
    private static void Finish(RowSums merged, bool normalise, double blocks, Span<double> output)
    {
        if (normalise)
        {
            merged.Output(0, output);
        }
        else
        {
            merged.Sum(0, -Math.Log(blocks), output);
        }
    }

    // The jackknife variance of each component, and the root of their sum.
    private static double Spread(ReadOnlySpan<double> without, int blocks, double share, Span<double> standardErrors)
    {
        var dim = standardErrors.Length;
        double total = 0;
        for (var component = 0; component < dim; component++)
        {
            var variance = LeaveOneOut.Variance(without[component..], dim, blocks) * share;
            standardErrors[component] = Math.Sqrt(variance);
            total += variance;
        }

        return Math.Sqrt(total);
    }
}
