namespace KernelGen;

/// <summary>
/// S = Σ_j φ(k_j)·v_jᵀ, each row relative to e^reference: the largest logarithm of its feature so far, so that nothing overflows and no row
/// is lost by underflow.
/// </summary>
internal sealed class FeatureState
{
    private readonly ProjectedFeatures _features;
    private readonly int _valueDim;
    private readonly double[] _references;
    private readonly double[] _sums;
    private readonly double[] _log;
    private readonly double[] _gain;

    /// <param name="features">φ and W.</param>
    /// <param name="valueDim">dv.</param>
    public FeatureState(ProjectedFeatures features, int valueDim)
    {
        _features = features;
        _valueDim = valueDim;
        _references = new double[features.Features];
        _sums = new double[(long)features.Features * valueDim];
        _log = new double[TileWeights.Keys * features.Features];
        _gain = new double[features.Map.HasGain ? _log.Length : 0];
        Array.Fill(_references, double.NegativeInfinity);
    }

    /// <summary>Adds k̂ [count, d] with their values [count, dv], count ≤ <see cref="TileWeights.Keys"/>.</summary>
    public void Add(ReadOnlySpan<double> keys, ReadOnlySpan<double> values, int count)
    {
        _features.Compute(keys, count, _log, _gain);
        Span<double> weights = stackalloc double[TileWeights.Keys];
        for (var r = 0; r < _references.Length; r++)
        {
            var top = _references[r];
            for (var j = 0; j < count; j++)
            {
                top = Math.Max(top, _log[j * _references.Length + r]); // NaN stays NaN
            }

            var sum = _sums.AsSpan(r * _valueDim, _valueDim);
            if (top != _references[r])
            {
                Products.Scale(sum, Math.Exp(_references[r] - top));
                _references[r] = top;
            }

            for (var j = 0; j < count; j++)
            {
                var place = j * _references.Length + r;
                weights[j] = Math.Exp(_log[place] - top) * (_gain.Length > 0 ? _gain[place] : 1);
            }

            Products.AddWeighted(weights[..count], values, sum);
        }
    }

    /// <summary>ln ‖S_r‖ of each row.</summary>
    public void LogNorms(Span<double> destination)
    {
        for (var r = 0; r < destination.Length; r++)
        {
            ReadOnlySpan<double> sum = _sums.AsSpan(r * _valueDim, _valueDim);
            destination[r] = _references[r] + 0.5 * Math.Log(Products.Dot(sum, sum));
        }
    }
}
