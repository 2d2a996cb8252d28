namespace KernelGen;

/// <summary>
/// Jackknife standard errors of attention over a state: the sums S and z of each block of d projections are one estimate, and the scatter
/// of the results without one block shows that of the result. <see cref="ErrorBars"/> says what to trust.
/// </summary>
internal sealed class StateErrors
{
    private readonly FeatureMap _map;
    private readonly Projection _projection;
    private readonly float[] _state;
    private readonly int _valueDim, _features, _blocks, _members;
    private readonly bool _normalize;

    /// <param name="state">c where the map has references, z and S, without padding.</param>
    /// <exception cref="ArgumentException">The projections are fewer than 3 whole blocks.</exception>
    public StateErrors(FeatureMap map, Projection projection, float[] state, int valueDim, bool normalize)
    {
        _map = map;
        _projection = projection;
        _state = state;
        _valueDim = valueDim;
        _normalize = normalize;
        _features = projection.Rows * map.Branches;
        _members = (state.Length / _features) - valueDim;
        _blocks = projection.Rows / projection.Columns;
        if (_blocks < 3)
        {
            throw new ArgumentException(
                $"The jackknife needs at least 3 whole blocks of {projection.Columns} rows, but the projection has {projection.Rows} rows, which are {_blocks}.",
                nameof(projection));
        }
    }

    public void Compute(ReadOnlySpan<float> queries, Span<float> standardErrors, Span<float> logPartitionErrors)
    {
        var rows = queries.Length / _projection.Columns;
        var log = new double[rows * _features];
        var gain = new double[log.Length];
        _map.Compute(queries, _projection, log, gain);

        // [block, value dim + 1]: the last column is the sum of the weights. Rows past the last whole block belong to no block.
        var columns = _valueDim + 1;
        var sums = new double[(_blocks + 1) * columns];
        var without = new double[_blocks * columns];
        for (var row = 0; row < rows; row++)
        {
            var top = Sum(log.AsSpan(row * _features, _features), gain.AsSpan(row * _features, _features), sums);
            for (var block = 0; block < _blocks; block++)
            {
                Without(sums, block, top, without.AsSpan(block * columns, columns));
            }

            var share = (double)_blocks * _projection.Columns / _projection.Rows;
            for (var c = 0; c < columns; c++)
            {
                var error = (float)Math.Sqrt(LeaveOneOut.Variance(without.AsSpan(c), columns, _blocks) * share);
                if (c < _valueDim)
                {
                    standardErrors[row * _valueDim + c] = error;
                }
                else if (!logPartitionErrors.IsEmpty)
                {
                    logPartitionErrors[row] = error;
                }
            }
        }
    }

    /// <summary>The sums of each block, e^top times as large as they stand.</summary>
    private double Sum(ReadOnlySpan<double> log, ReadOnlySpan<double> gain, Span<double> sums)
    {
        sums.Clear();
        var top = double.NegativeInfinity;
        for (var r = 0; r < _features; r++)
        {
            top = Math.Max(top, log[r] + Reference(r));
        }

        for (var r = 0; r < _features; r++)
        {
            var weight = gain[r] * Math.Exp(log[r] + Reference(r) - top);
            var block = Math.Min(r % _projection.Rows / _projection.Columns, _blocks);
            var sum = sums.Slice(block * (_valueDim + 1), _valueDim + 1);
            ReadOnlySpan<float> row = _state.AsSpan((_members * _features) + r * _valueDim, _valueDim);
            for (var c = 0; c < _valueDim; c++)
            {
                sum[c] += weight * row[c];
            }

            sum[_valueDim] += weight * _state[(_members - 1) * _features + r];
        }

        return top;
    }

    /// <summary>The result without one block, and the logarithm of its weights.</summary>
    private void Without(ReadOnlySpan<double> sums, int block, double top, Span<double> result)
    {
        result.Clear();
        for (var other = 0; other < _blocks; other++)
        {
            for (var c = 0; other != block && c < result.Length; c++)
            {
                result[c] += sums[other * result.Length + c];
            }
        }

        // So many fewer features make the sums so much smaller. Features carry m^(-1/2) on both sides; Compute has that of the query.
        var grown = _projection.Rows / ((_blocks - 1.0) * _projection.Columns);
        var total = result[^1];
        var factor = _normalize ? (total == 0 ? 0 : 1 / total) : grown * Math.Exp(top + 0.5 * Math.Log(_map.Weight(_features)));
        for (var c = 0; c < result.Length - 1; c++)
        {
            result[c] *= factor;
        }

        result[^1] = Math.Log(total * grown);
    }

    /// <summary>c_r as a natural logarithm; kernels keep it in powers of two.</summary>
    private double Reference(int r) => _members == 2 ? _state[r] * Math.Log(2) : 0;
}
