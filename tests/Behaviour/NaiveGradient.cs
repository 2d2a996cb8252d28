namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Gradients of Σ output · upstream for the attention of <see cref="NaiveAttention"/>, by the chain rule over every pair of tokens and
/// every feature, in double. With weights w_ij = a_ij / Σ_j a_ij, a_ij = Σ_r φ_r(q_i)φ_r(k_j) and upstream gradients g_i, it is
/// ∂L/∂a_ij = g_iᵀ(v_j − o_i) / Σ_j a_ij, or g_iᵀv_j times a constant where nothing is normalised; features then are gain · e^log of
/// projections and norms. Stable only because it works with logarithms.
/// </summary>
internal static class NaiveGradient
{
    /// <summary>The gradients by queries, keys and values of one head, as large as these.</summary>
    /// <param name="query">[queries, head dim].</param>
    /// <param name="key">[keys, head dim].</param>
    /// <param name="value">[keys, value dim].</param>
    /// <param name="upstream">The gradient by the output, [queries, value dim].</param>
    /// <param name="weights">[projection rows, head dim].</param>
    /// <param name="keyLength">The keys that count; those after them are not read, and their gradients are 0. All where null.</param>
    public static (double[] Query, double[] Key, double[] Value) Compute(
        Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> upstream,
        ReadOnlySpan<float> weights, int? keyLength = null)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var keys = keyLength ?? key.Length / d;
        var (dq, dk, dv_, _) = Compute(layer, query, key[..(keys * d)], value[..(keys * dv)], upstream, weights, pairLog: null);
        Array.Resize(ref dk, key.Length);
        Array.Resize(ref dv_, value.Length);
        return (dq, dk, dv_);
    }

    /// <summary>As the other, and the gradient by what is added to the logarithm of the weight of each pair, [queries, keys].</summary>
    /// <param name="pairLog">What is added, of a query and a key; null: nothing.</param>
    public static (double[] Query, double[] Key, double[] Value, double[,] Pairs) Compute(
        Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> upstream,
        ReadOnlySpan<float> weights, Func<int, int, double>? pairLog) => Compute(
            layer, NaiveAttention.ToDouble(query), NaiveAttention.ToDouble(key), NaiveAttention.ToDouble(value),
            NaiveAttention.ToDouble(upstream), NaiveAttention.ToDouble(weights), pairLog ?? ((_, _) => 0));

    private static (double[] Query, double[] Key, double[] Value, double[,] Pairs) Compute(
        Layer layer, double[] query, double[] key, double[] value, double[] upstream, double[] weights, Func<int, int, double> pairLog)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var (queries, keys) = (query.Length / d, key.Length / d);
        var (tokensOfQuery, tokensOfKey) = (Tokens(layer, query, weights), Tokens(layer, key, weights));
        var gradientOfValue = new double[value.Length];
        var pairs = new double[queries, keys];
        for (var i = 0; i < queries; i++)
        {
            var seen = layer.Causal ? Math.Min(i + 1, keys) : keys;
            var g = upstream.AsSpan(i * dv, dv);

            // a_ij = Σ_r of products, each relative to e^top.
            var top = double.NegativeInfinity;
            for (var j = 0; j < seen; j++)
            {
                top = Math.Max(top, tokensOfQuery[i].LargestLog(tokensOfKey[j]) + pairLog(i, j));
            }

            var a = new double[seen];
            for (var j = 0; j < seen; j++)
            {
                a[j] = tokensOfQuery[i].Product(tokensOfKey[j], top - pairLog(i, j));
            }

            var scale = layer.Normalize ? 1 / a.Sum() : Math.Exp(top) * NaiveAttention.FeatureWeight(layer);
            var projected = 0.0; // gᵀo
            for (var j = 0; j < seen; j++)
            {
                projected += a[j] * scale * NaiveAttention.Dot(g, value.AsSpan(j * dv, dv));
            }

            for (var j = 0; j < seen; j++)
            {
                for (var c = 0; c < dv; c++)
                {
                    gradientOfValue[(j * dv) + c] += a[j] * scale * g[c];
                }

                var byA = scale * (NaiveAttention.Dot(g, value.AsSpan(j * dv, dv)) - (layer.Normalize ? projected : 0));
                tokensOfQuery[i].Carry(tokensOfKey[j], byA, top - pairLog(i, j));
                pairs[i, j] = byA * a[j];
            }
        }

        return ([.. tokensOfQuery.SelectMany(token => token.Gradient())], [.. tokensOfKey.SelectMany(token => token.Gradient())],
            gradientOfValue, pairs);
    }

    private static Token[] Tokens(Layer layer, double[] x, double[] weights) =>
        [.. x.Chunk(layer.HeadDim)
            .Select(token => layer.Kernel is null ? new ExactToken(token) : (Token)new FeatureToken(layer, token, weights))];

    /// <summary>A query or a key, and what pairs have added to the gradient by it.</summary>
    private abstract class Token
    {
        /// <summary>The gradient by it, of the pairs so far.</summary>
        public abstract double[] Gradient();

        /// <summary>The largest logarithm in the weight with another token.</summary>
        public abstract double LargestLog(Token other);

        /// <summary>The weight a with another token, relative to e^top.</summary>
        public abstract double Product(Token other, double top);

        /// <summary>Adds the gradients by both tokens, from the one by their weight.</summary>
        public abstract void Carry(Token other, double byWeight, double top);
    }

    /// <summary>a = e^(qᵀk/√d).</summary>
    private sealed class ExactToken(double[] x) : Token
    {
        private readonly double[] _gradient = new double[x.Length];

        private double[] X { get; } = x;

        public override double[] Gradient() => _gradient;

        public override double LargestLog(Token other) => NaiveAttention.Dot(X, ((ExactToken)other).X) / Math.Sqrt(X.Length);

        public override double Product(Token other, double top) => Math.Exp(LargestLog(other) - top);

        public override void Carry(Token other, double byWeight, double top)
        {
            var (key, byScore) = ((ExactToken)other, byWeight * Product(other, top));
            for (var c = 0; c < X.Length; c++)
            {
                _gradient[c] += byScore * key.X[c] / Math.Sqrt(X.Length);
                key._gradient[c] += byScore * X[c] / Math.Sqrt(X.Length);
            }
        }
    }

    /// <summary>a = Σ_r φ_r(q)φ_r(k).</summary>
    private sealed class FeatureToken : Token
    {
        private readonly double[] _x;
        private readonly double[] _weights;
        private readonly double _scale;
        private readonly Feature[] _features;
        private readonly double[] _byFeature; // ∂L/∂(e^(−log) φ_r), of the pairs so far

        public FeatureToken(Layer layer, double[] x, double[] weights)
        {
            (_x, _weights, _scale) = (x, weights, Math.Pow(x.Length, -0.25));
            var halfNorm = _scale * _scale * NaiveAttention.Dot(x, x) / 2;
            var (a, b) = NaiveAttention.Oprf(layer);
            var (f, slope) = layer.IsFunction ? KernelFunctionByName.WithSlope(layer) : default;
            var rows = Enumerable.Range(0, layer.ProjectionRows).Select(r => weights.AsMemory(r * x.Length, x.Length)).ToArray();
            var projected = rows.Select(row => _scale * NaiveAttention.Dot(row.Span, x)).ToArray();
            _features = layer.IsFunction ? Map(0, p => new Feature(f(p) + layer.Epsilon, slope(p)))
                : layer.Kernel switch
                {
                    nameof(KernelFunction.Softmax) => Map(-1, p => new Feature(1, 0, p, 1)),
                    nameof(KernelFunction.SoftmaxHyperbolic) =>
                        [.. Map(-1, p => new Feature(1, 0, p, 1)), .. Map(-1, p => new Feature(1, 0, -p, -1))],
                    nameof(KernelFunction.SoftmaxTrigonometric) =>
                        [.. Map(1, p => new Feature(Math.Sin(p), Math.Cos(p))), .. Map(1, p => new Feature(Math.Cos(p), -Math.Sin(p)))],
                    nameof(KernelFunction.SoftmaxOprf) =>
                    [
                        .. Map(-1, p => new Feature(1, 0, b * p, b)).Zip(rows, (feature, row) => feature with
                        {
                            Log = feature.Log + (a * NaiveAttention.Dot(row.Span, row.Span)) + (x.Length / 4.0 * Math.Log(1 - (4 * a))),
                        }),
                    ],
                    nameof(KernelFunction.Exp) => Map(0, p => new Feature(1, 0, p, 1)),
                    _ => throw new NotSupportedException(layer.Kernel),
                };
            _byFeature = new double[_features.Length];

            Feature[] Map(int norm, Func<double, Feature> feature) =>
                [.. projected.Select(feature)
                    .Select((one, r) => one with { Row = r, Log = one.Log + (norm * halfNorm), NormSlope = norm })];
        }

        public override double LargestLog(Token other)
        {
            var (top, its) = (double.NegativeInfinity, ((FeatureToken)other)._features);
            for (var r = 0; r < its.Length; r++)
            {
                top = Math.Max(top, _features[r].Log + its[r].Log);
            }

            return top;
        }

        public override double Product(Token other, double top)
        {
            var (sum, its) = (0.0, ((FeatureToken)other)._features);
            for (var r = 0; r < its.Length; r++)
            {
                sum += _features[r].Gain * its[r].Gain * Math.Exp(_features[r].Log + its[r].Log - top);
            }

            return sum;
        }

        public override void Carry(Token other, double byWeight, double top)
        {
            var key = (FeatureToken)other;
            for (var r = 0; r < _features.Length; r++)
            {
                var byProduct = byWeight * Math.Exp(_features[r].Log + key._features[r].Log - top);
                _byFeature[r] += byProduct * key._features[r].Gain;
                key._byFeature[r] += byProduct * _features[r].Gain;
            }
        }

        public override double[] Gradient()
        {
            var gradient = new double[_x.Length];
            foreach (var (feature, byFeature) in _features.Zip(_byFeature))
            {
                var byProjection = byFeature * (feature.GainSlope + (feature.Gain * feature.LogSlope));
                var byHalfNorm = byFeature * feature.Gain * feature.NormSlope;
                for (var c = 0; c < _x.Length; c++)
                {
                    gradient[c] += (_scale * byProjection * _weights[(feature.Row * _x.Length) + c])
                        + (_scale * _scale * byHalfNorm * _x[c]);
                }
            }

            return gradient;
        }
    }

    /// <summary>φ_r = Gain · e^Log with the derivatives of both by the projection, and of Log by ‖x̂‖²/2.</summary>
    private sealed record Feature(double Gain, double GainSlope, double Log = 0, double LogSlope = 0)
    {
        public int Row { get; init; }

        public double NormSlope { get; init; }
    }
}
