namespace KernelGen;

/// <summary>Weights φ(q)ᵀφ(k).</summary>
/// <remarks>
/// The stable form of arXiv:2009.14794 for norms of any size: with the keys' log-scales l_jr and c_r = max_j l_jr, and the queries' b_ir,
/// weight_ij = Σ_r g_ir·e^(b_ir + c_r − M_i) · g_jr·e^(l_jr − c_r) with M_i = max_r(b_ir + c_r). Every exponent is at most 0, and some key
/// of the tile has a weight of at least 1 where the features are positive.
/// </remarks>
internal sealed class FeatureWeights : TileWeights
{
    private readonly ProjectedFeatures _features;
    private readonly int _count;
    private readonly double[] _queryLog;
    private readonly double[] _queryGain;
    private readonly double[] _keyLog;
    private readonly double[] _keyGain;
    private readonly double[] _top;
    private readonly double[] _queryFeatures;
    private readonly double[] _keyFeatures;

    /// <param name="features">φ and W.</param>
    /// <param name="queries">q̂, [rows, d].</param>
    /// <param name="rows">Queries.</param>
    public FeatureWeights(ProjectedFeatures features, ReadOnlySpan<double> queries, int rows)
    {
        _features = features;
        _count = features.Features;
        var gains = features.Map.HasGain ? 1 : 0;
        _queryLog = new double[rows * _count];
        _queryGain = new double[rows * _count * gains];
        _queryFeatures = new double[rows * _count];
        _keyLog = new double[Keys * _count];
        _keyGain = new double[Keys * _count * gains];
        _keyFeatures = new double[Keys * _count];
        _top = new double[_count];
        features.Compute(queries, rows, _queryLog, _queryGain);
    }

    /// <inheritdoc/>
    public override void Load(ReadOnlySpan<double> keys, int count) => _features.Compute(keys, count, _keyLog, _keyGain);

    /// <inheritdoc/>
    public override void Compute(int firstRow, int rows, int keys, Span<double> weights, Span<double> references)
    {
        _top.AsSpan().Fill(double.NegativeInfinity);
        for (var key = 0; key < keys; key++)
        {
            Products.RaiseTo(_keyLog.AsSpan(key * _count, _count), _top);
        }

        for (var key = 0; key < keys; key++)
        {
            var features = _keyFeatures.AsSpan(key * _count, _count);
            Products.ExpSum(_keyLog.AsSpan(key * _count, _count), -1, _top, 0, features);
            ApplyGain(_keyGain, key, features);
        }

        for (var row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> log = _queryLog.AsSpan((firstRow + row) * _count, _count);
            references[row] = Products.LargestSum(log, _top);
            var features = _queryFeatures.AsSpan(row * _count, _count);
            Products.ExpSum(log, 1, _top, -references[row], features);
            ApplyGain(_queryGain, firstRow + row, features);
        }

        Products.MultiplyTransposed(_queryFeatures, rows, _keyFeatures, keys, _count, weights, Keys);
    }

    private void ApplyGain(double[] gains, int token, Span<double> features)
    {
        if (gains.Length > 0)
        {
            Products.MultiplyBy(gains.AsSpan(token * _count, _count), features);
        }
    }
}
