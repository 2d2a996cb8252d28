namespace KernelGen;

/// <summary>Chosen queries of one head with all keys and values that they may see, in double and scaled: what threads can share.</summary>
internal sealed class HeadSample
{
    /// <summary>Gathers one head; sizes are already checked.</summary>
    public HeadSample(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, in AttentionShape shape, int batch, int head,
        ReadOnlySpan<int> positions, int keyLength, bool causal, int dim, int valueDim)
    {
        (Dim, ValueDim) = (dim, valueDim);
        Rows = new QueryRows(HeadTensor.OfQueries(query, shape, dim, batch, head), dim, positions, keyLength, causal);
        var keys = Rows.MostSeen;
        Keys = new double[keys * dim];
        Values = new double[keys * valueDim];
        HeadTensor.OfKeys(key, shape, dim, batch, head).CopyTo(0, keys, Math.Pow(dim, -0.25), Keys);
        HeadTensor.OfKeys(value, shape, valueDim, batch, head).CopyTo(0, keys, 1, Values);
    }

    /// <summary>d.</summary>
    public int Dim { get; }

    /// <summary>dv.</summary>
    public int ValueDim { get; }

    /// <summary>The queries.</summary>
    public QueryRows Rows { get; }

    /// <summary>k̂, [keys, d]: those that some row sees.</summary>
    public double[] Keys { get; }

    /// <summary>[keys, dv].</summary>
    public double[] Values { get; }

    /// <summary>The sums of attention for all rows: Σ_j w_j and Σ_j w_j·v_j relative to e^reference, keys in tiles.</summary>
    public RowSums Sum(TileWeights weights)
    {
        RowSums sums = new(Rows.Count, ValueDim);
        var buffer = new double[Rows.Count * TileWeights.Keys];
        var references = new double[Rows.Count];
        for (var first = 0; first < Rows.MostSeen; first += TileWeights.Keys)
        {
            var count = Math.Min(TileWeights.Keys, Rows.MostSeen - first);
            weights.Load(Keys.AsSpan(first * Dim, count * Dim), count);
            for (var row = Rows.ComputeTile(weights, first, count, buffer, references); row < Rows.Count; row++)
            {
                var seen = Math.Min(count, Rows.Sees[row] - first);
                sums.Add(
                    row, references[row], buffer.AsSpan(row * TileWeights.Keys, seen), Values.AsSpan(first * ValueDim, seen * ValueDim));
            }
        }

        return sums;
    }
}
