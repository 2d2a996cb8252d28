namespace KernelGen;

/// <summary>The sum over pairs of keys of <see cref="DeltaBound"/> for one query.</summary>
internal sealed class DeltaRow
{
    private readonly HeadSample _head;
    private readonly FeatureMap _map;
    private readonly int _keys;
    private readonly double[] _probabilities;
    private readonly double[] _output;
    private readonly double[] _alongQuery;  // q̂ᵀk̂_j
    private readonly double[] _squared;     // ‖z_j‖²
    private readonly double[] _alongOutput; // oᵀv_j
    private readonly double _querySquared;
    private readonly double _outputSquared;

    public DeltaRow(HeadSample head, int row, FeatureMap map)
    {
        (_head, _map, _keys) = (head, map, head.Rows.Sees[row]);
        ReadOnlySpan<double> query = head.Rows.Scaled.AsSpan(row * head.Dim, head.Dim);
        _querySquared = Products.Dot(query, query);
        _alongQuery = new double[_keys];
        _squared = new double[_keys];
        var top = double.NegativeInfinity;
        for (var j = 0; j < _keys; j++)
        {
            var key = Key(j);
            _alongQuery[j] = Products.Dot(query, key);
            _squared[j] = _querySquared + Products.Dot(key, key) + 2 * map.VarianceSign * _alongQuery[j];
            top = Math.Max(top, _alongQuery[j]);
        }

        _probabilities = new double[_keys];
        double sum = 0;
        for (var j = 0; j < _keys; j++)
        {
            sum += _probabilities[j] = Math.Exp(_alongQuery[j] - top);
        }

        Products.Scale(_probabilities, 1 / sum);
        _output = new double[head.ValueDim];
        Products.AddWeighted(_probabilities, head.Values, _output);
        _outputSquared = Products.Dot(_output, _output);
        _alongOutput = new double[_keys];
        for (var j = 0; j < _keys; j++)
        {
            _alongOutput[j] = Products.Dot(_output, Value(j));
        }
    }

    /// <summary>Sums all pairs, or so many drawn ones.</summary>
    /// <param name="pairs">The most pairs.</param>
    /// <param name="seed">Of the draw.</param>
    /// <param name="row">Which row of all this is: another stream of random numbers.</param>
    public DeltaBound.Share Sum(int pairs, ulong seed, int row)
    {
        DeltaBound.Share share = new() { Keys = _keys, Size = _outputSquared };
        if ((long)_keys * (_keys + 1) / 2 <= pairs)
        {
            for (var j = 0; j < _keys; j++)
            {
                for (var l = 0; l < j; l++)
                {
                    share.Squared += 2 * _probabilities[j] * _probabilities[l] * Term(j, l);
                }

                share.Squared += _probabilities[j] * _probabilities[j] * Term(j, j);
            }

            return share;
        }

        // The −1 in κ changes no expectation, since Σ_j p_j·(v_j − o) = 0, but takes away the variance of the terms where κ ≈ 0.
        var cumulative = new double[_keys];
        double sum = 0;
        for (var j = 0; j < _keys; j++)
        {
            cumulative[j] = sum += _probabilities[j];
        }

        double mean = 0;
        double squares = 0;
        for (var pair = 0; pair < pairs; pair++)
        {
            var (r0, r1, r2, r3) = Philox.Mix(seed, (uint)pair, (uint)row, 0, 0);
            var term = Term(Draw(cumulative, r0, r1), Draw(cumulative, r2, r3));
            var delta = term - mean;
            mean += delta / (pair + 1);
            squares += delta * (term - mean);
        }

        share.Squared = mean;
        share.Variance = squares / (pairs - 1) / pairs;
        share.IsSampled = true;
        return share;
    }

    // A key with probability p, from 64 random bits.
    private static int Draw(double[] cumulative, uint low, uint high)
    {
        var uniform = ((((ulong)high << 32) | low) >> 11) * (1.0 / (1L << 53)) * cumulative[^1];
        var found = Array.BinarySearch(cumulative, uniform);
        return Math.Min(found >= 0 ? found + 1 : ~found, cumulative.Length - 1);
    }

    // (v_j − o)ᵀ(v_l − o)·κ_jl.
    private double Term(int j, int l)
    {
        var sign = _map.VarianceSign;
        var values = Products.Dot(Value(j), Value(l)) - _alongOutput[j] - _alongOutput[l] + _outputSquared;
        var product = _querySquared + sign * (_alongQuery[j] + _alongQuery[l]) + Products.Dot(Key(j), Key(l));
        return values * _map.RelativeCovariance(_squared[j], _squared[l], product, _head.Dim);
    }

    private ReadOnlySpan<double> Key(int j) => _head.Keys.AsSpan(j * _head.Dim, _head.Dim);

    private ReadOnlySpan<double> Value(int j) => _head.Values.AsSpan(j * _head.ValueDim, _head.ValueDim);
}
