namespace KernelGen;

/// <summary>
/// Features of tokens for one map and one W: W in double, its row norms, and memory for projected tokens. For one thread at a time.
/// </summary>
internal sealed class ProjectedFeatures
{
    private readonly double[] _weights;
    private readonly double[] _squaredRows;
    private readonly int _rows;
    private readonly int _dim;
    private double[] _projected = [];
    private double[] _halfNorms = [];

    /// <param name="map">φ.</param>
    /// <param name="weights">W, [rows, dim].</param>
    /// <param name="rows">Projections.</param>
    /// <param name="dim">d.</param>
    public ProjectedFeatures(FeatureMap map, ReadOnlySpan<float> weights, int rows, int dim)
    {
        (Map, _rows, _dim) = (map, rows, dim);
        _weights = new double[rows * dim];
        HeadTensor.Scale(weights, 1, _weights);
        _squaredRows = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> weight = _weights.AsSpan(row * dim, dim);
            _squaredRows[row] = Products.Dot(weight, weight);
        }
    }

    /// <summary>φ.</summary>
    public FeatureMap Map { get; }

    /// <summary>m.</summary>
    public int Features => _rows * Map.Branches;

    /// <summary>Log-scales and, where the map has them, gains of scaled tokens x̂ [count, d]; both [count, features].</summary>
    public void Compute(ReadOnlySpan<double> scaled, int count, Span<double> logScale, Span<double> gain)
    {
        if (_halfNorms.Length < count)
        {
            _halfNorms = new double[count];
            _projected = new double[count * _rows];
        }

        for (var token = 0; token < count; token++)
        {
            var x = scaled.Slice(token * _dim, _dim);
            _halfNorms[token] = Products.Dot(x, x) / 2;
        }

        Products.MultiplyTransposed(scaled, count, _weights, _rows, _dim, _projected, _rows);
        Map.Expand(_projected, _halfNorms.AsSpan(0, count), _squaredRows, _dim, logScale, gain);
    }
}
