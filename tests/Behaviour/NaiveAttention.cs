namespace KernelGen.Tests.Behaviour;

/// <summary>Attention as the paper writes it, one pair of tokens at a time in double, stable only because it works with logarithms.</summary>
internal static class NaiveAttention
{
    /// <summary>The outputs [queries, value dim] of one head, and log Σ_j of the weights of each query as <see cref="AttentionResult"/> defines it.</summary>
    /// <param name="query">[queries, head dim].</param>
    /// <param name="key">[keys, head dim].</param>
    /// <param name="value">[keys, value dim].</param>
    /// <param name="weights">[projection rows, head dim].</param>
    public static (double[] Output, double[] LogSumExp) Compute(
        Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> weights)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var (queries, keys) = (query.Length / d, key.Length / d);
        var (output, logSumExp) = (new double[queries * dv], new double[queries]);
        var logQueries = Features(layer, query, weights, isKey: false);
        var logKeys = Features(layer, key, weights, isKey: true);
        for (var i = 0; i < queries; i++)
        {
            var seen = layer.Causal ? Math.Min(i + 1, keys) : keys;
            var logWeights = new double[seen];
            for (var j = 0; j < seen; j++)
            {
                logWeights[j] = layer.Kernel is null
                    ? Dot(query.Slice(i * d, d), key.Slice(j * d, d)) / Math.Sqrt(d)
                    : LogSum(logQueries[i].Zip(logKeys[j], (b, a) => b + a).ToArray());
            }

            logSumExp[i] = LogSum(logWeights);
            for (var j = 0; j < seen; j++)
            {
                var probability = Math.Exp(logWeights[j] - logSumExp[i]);
                for (var c = 0; c < dv; c++)
                {
                    output[(i * dv) + c] += probability * value[(j * dv) + c];
                }
            }
        }

        return (output, logSumExp);
    }

    /// <summary>The size of the arguments of the exponentials: 1 + max ‖k̂‖²/2 + max |ωᵀx̂|, or the largest score; rounding is relative to it.</summary>
    public static double ArgumentScale(Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> weights)
    {
        var d = layer.HeadDim;
        var (largestQuery, largestKey) = (LargestNorm(query, d), LargestNorm(key, d));
        if (layer.Kernel is null)
        {
            return 1 + (largestQuery * largestKey / Math.Sqrt(d));
        }

        var scale = Math.Pow(d, -0.25);
        var halfNorm = layer.Kernel == KernelFunction.Relu ? 0 : Math.Pow(scale * largestKey, 2) / 2;
        return 1 + halfNorm + (scale * LargestNorm(weights, d) * Math.Max(largestQuery, largestKey));
    }

    private static double LargestNorm(ReadOnlySpan<float> vectors, int dim)
    {
        var largest = 0.0;
        for (var i = 0; i < vectors.Length; i += dim)
        {
            largest = Math.Max(largest, Math.Sqrt(Dot(vectors.Slice(i, dim), vectors.Slice(i, dim))));
        }

        return largest;
    }

    /// <summary>log φ_r(x) of every token, without m^(-1/2), which cancels; the query's own norm, which cancels too, is left out.</summary>
    private static double[][] Features(Layer layer, ReadOnlySpan<float> tokens, ReadOnlySpan<float> weights, bool isKey)
    {
        var d = layer.HeadDim;
        var scale = Math.Pow(d, -0.25);
        var features = new double[layer.Kernel is null ? 0 : tokens.Length / d][];
        for (var t = 0; t < features.Length; t++)
        {
            var x = tokens.Slice(t * d, d);
            var halfNorm = isKey ? scale * scale * Dot(x, x) / 2 : 0;
            var projected = new double[layer.ProjectionRows];
            for (var r = 0; r < projected.Length; r++)
            {
                projected[r] = scale * Dot(weights.Slice(r * d, d), x);
            }

            features[t] = layer.Kernel switch
            {
                KernelFunction.Relu => [.. projected.Select(a => Math.Log(Math.Max(0, a) + layer.Epsilon))],
                KernelFunction.SoftmaxHyperbolic => [.. projected.Select(a => a - halfNorm), .. projected.Select(a => -a - halfNorm)],
                _ => [.. projected.Select(a => a - halfNorm)],
            };
        }

        return features;
    }

    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    private static double LogSum(double[] logarithms)
    {
        var top = logarithms.Length == 0 ? double.NegativeInfinity : logarithms.Max();
        return double.IsNegativeInfinity(top) ? top : top + Math.Log(logarithms.Sum(x => Math.Exp(x - top)));
    }
}
