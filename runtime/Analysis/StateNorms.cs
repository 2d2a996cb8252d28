using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// How large the state of attention with random features grows from token to token: the norms of the rows of S = Σ_j φ(k_j)·v_jᵀ, one row a
/// feature, after one block of tokens after the other. S is what decoding remembers, and what bidirectional attention sums over all keys.
/// </summary>
/// <remarks>
/// The norms say which features hold the state. A few that are far above all others are a sign of keys too large for so many features: all
/// outputs then hang on these few. <see cref="EffectiveFeatures"/> counts those that matter.
/// </remarks>
public sealed class StateNorms
{
    private readonly int[] _tokens;
    private readonly double[] _logNorms;

    private StateNorms(int[] tokens, int features, double[] logNorms)
    {
        _tokens = tokens;
        Features = features;
        _logNorms = logNorms;
    }

    /// <summary>m, the rows of S.</summary>
    public int Features { get; }

    /// <summary>How many tokens S had summed each time, ascending; the last is all of them. Empty where no key counts.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>
    /// ln ‖S_r‖, [times, features]: natural logarithms, as norms of large keys leave the range of a double. −∞ where a row is 0, NaN where
    /// a key or value was not finite.
    /// </summary>
    public ReadOnlySpan<double> LogNorms => _logNorms;

    /// <summary>Measures one head.</summary>
    /// <param name="map">φ of the layer.</param>
    /// <param name="projection">W of the layer; its columns are the head dimension d.</param>
    /// <param name="key">[batch, key heads, key length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="shape">The sizes; the value dimension follows from them.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head of it, whose keys and values are summed.</param>
    /// <param name="times">S is measured so many times, evenly spread, or after every token where there are no more.</param>
    /// <param name="keyLength">How many keys count; null: all. Keys past that are never read.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the shape is impossible or holds no token.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// No such sequence or head, a key length that the shape does not have, or <paramref name="times"/> is below 1.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    /// <remarks>
    /// Computed in double, stable for norms of any size, in tiles of 64 keys. Cost: keys · m · (d + dv) multiply-adds, keys · m
    /// exponentials and times · m · dv for the norms. Memory: m · (dv + times + 128) numbers.
    /// </remarks>
    public static StateNorms Measure(
        FeatureMap map, Projection projection, ReadOnlySpan<float> key, ReadOnlySpan<float> value, AttentionShape shape, int batch,
        int head, int times = 64, int? keyLength = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        var dim = projection.Columns;
        var keys = HeadChecks.CheckKeys(key, dim, shape, causal: false, batch, head, keyLength);
        var valueDim = HeadTensor.Dim(value.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, nameof(value));
        times = Math.Min(times, keys);
        var features = projection.Rows * map.Branches;
        MemoryChecks.Check(features, sizeof(double) * ((long)valueDim + times + 2 * TileWeights.Keys), "features of a state");

        FeatureState state = new(new ProjectedFeatures(map, projection.Weights, projection.Rows, dim), valueDim);
        var keyHead = HeadTensor.OfKeys(key, shape, dim, batch, head);
        var valueHead = HeadTensor.OfKeys(value, shape, valueDim, batch, head);
        var tokens = new int[times];
        var logNorms = new double[(long)times * features];
        var (scaled, values) = (new double[TileWeights.Keys * dim], new double[TileWeights.Keys * valueDim]);
        var scale = Math.Pow(dim, -0.25);
        var first = 0;
        for (var time = 0; time < times; time++)
        {
            tokens[time] = (int)((time + 1L) * keys / times);
            for (int count; first < tokens[time]; first += count)
            {
                count = Math.Min(TileWeights.Keys, tokens[time] - first);
                keyHead.CopyTo(first, count, scale, scaled);
                valueHead.CopyTo(first, count, 1, values);
                state.Add(scaled.AsSpan(0, count * dim), values.AsSpan(0, count * valueDim), count);
            }

            state.LogNorms(logNorms.AsSpan(time * features, features));
        }

        return new StateNorms(tokens, features, logNorms);
    }

    /// <summary>
    /// How many features hold the state: the participation ratio (Σ_r ‖S_r‖²)²/Σ_r ‖S_r‖⁴, which is m where all rows are equally long and
    /// 1 where one is all there is. NaN where a row is, or where all are 0.
    /// </summary>
    /// <param name="time">0 to the length of <see cref="Tokens"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such time.</exception>
    public double EffectiveFeatures(int time)
    {
        if ((uint)time >= (uint)_tokens.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(time), time, $"time is {time}, but the state was measured {_tokens.Length} times.");
        }

        var logs = _logNorms.AsSpan(time * Features, Features);
        var top = double.NegativeInfinity;
        foreach (var log in logs)
        {
            top = Math.Max(top, log); // NaN stays NaN
        }

        // Relative to the longest row, so that nothing leaves the range of a double.
        double squares = 0, fourths = 0;
        foreach (var log in logs)
        {
            var square = Math.Exp(2 * (log - top));
            squares += square;
            fourths += square * square;
        }

        return squares * squares / fourths;
    }
}
