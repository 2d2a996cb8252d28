namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Attention as the papers write it, one pair of tokens at a time in double, stable only because it works with logarithms.
/// </summary>
internal static class NaiveAttention
{
    /// <summary>
    /// The outputs [queries, value dim] of one head, and log Σ_j of the weights of each query as <see cref="BackwardContext"/> defines it.
    /// </summary>
    /// <param name="query">[queries, head dim].</param>
    /// <param name="key">[keys, head dim].</param>
    /// <param name="value">[keys, value dim].</param>
    /// <param name="weights">[projection rows, head dim].</param>
    /// <param name="pairLog">What is added to the logarithm of the weight of a query and a key; null: nothing.</param>
    public static (double[] Output, double[] LogSumExp) Compute(
        Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> weights,
        Func<int, int, double>? pairLog = null) =>
        Compute(
            layer, ToDouble(query), ToDouble(key), ToDouble(value), ToDouble(weights),
            layer.IsFunction ? KernelFunctionByName.Of(layer) : null, pairLog);

    /// <summary>The same of numbers that are no floats, with f as it is given.</summary>
    public static (double[] Output, double[] LogSumExp) Compute(
        Layer layer, ReadOnlySpan<double> query, ReadOnlySpan<double> key, ReadOnlySpan<double> value, ReadOnlySpan<double> weights,
        Func<double, double>? function, Func<int, int, double>? pairLog = null)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var (queries, keys) = (query.Length / d, key.Length / d);
        var (output, logSumExp) = (new double[queries * dv], new double[queries]);
        var queryFeatures = Features(layer, query, weights, function, isKey: false);
        var keyFeatures = Features(layer, key, weights, function, isKey: true);
        var products = new Scaled[queryFeatures.Length == 0 ? 0 : queryFeatures[0].Length];
        for (var i = 0; i < queries; i++)
        {
            var seen = layer.Causal ? Math.Min(i + 1, keys) : keys;
            var pairs = new Scaled[seen];
            for (var j = 0; j < seen; j++)
            {
                for (var r = 0; r < products.Length; r++)
                {
                    var (b, a) = (queryFeatures[i][r], keyFeatures[j][r]);
                    products[r] = new Scaled(a.Gain * b.Gain, a.Log + b.Log);
                }

                pairs[j] = layer.Kernel is null
                    ? new Scaled(1, Dot(query.Slice(i * d, d), key.Slice(j * d, d)) / Math.Sqrt(d))
                    : Scaled.Sum(products);
                pairs[j] = pairs[j] with { Log = pairs[j].Log + (pairLog?.Invoke(i, j) ?? 0) };
            }

            var sum = Scaled.Sum(pairs);
            logSumExp[i] = Math.Log(sum.Gain) + sum.Log;
            for (var j = 0; j < seen; j++)
            {
                var weight = layer.Normalize
                    ? pairs[j].Gain / sum.Gain * Math.Exp(pairs[j].Log - sum.Log)
                    : pairs[j].Gain * Math.Exp(pairs[j].Log + QueryNorm(layer, query.Slice(i * d, d))) * FeatureWeight(layer);
                for (var c = 0; c < dv; c++)
                {
                    output[(i * dv) + c] += weight * value[(j * dv) + c];
                }
            }
        }

        return (output, logSumExp);
    }

    /// <summary>
    /// The size of what is rounded in the arguments of the exponentials: 1 + max |ωᵀx̂|, or the largest score. Norms, ‖x̂‖²/2, are kept in
    /// twice the precision.
    /// </summary>
    public static double ArgumentScale(Layer layer, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> weights)
    {
        var d = layer.HeadDim;
        var (largestQuery, largestKey) = (LargestNorm(ToDouble(query), d), LargestNorm(ToDouble(key), d));
        if (layer.Kernel is null)
        {
            return 1 + (largestQuery * largestKey / Math.Sqrt(d));
        }

        var scale = Math.Pow(d, -0.25);
        var largestWeight = LargestNorm(ToDouble(weights), d);
        var (a, b) = Oprf(layer);
        return 1 + (Math.Abs(a) * largestWeight * largestWeight) + (b * scale * largestWeight * Math.Max(largestQuery, largestKey));
    }

    private static double LargestNorm(ReadOnlySpan<double> vectors, int dim)
    {
        var largest = 0.0;
        for (var i = 0; i < vectors.Length; i += dim)
        {
            largest = Math.Max(largest, Math.Sqrt(Dot(vectors.Slice(i, dim), vectors.Slice(i, dim))));
        }

        return largest;
    }

    /// <summary>
    /// φ_r(x) = gain·e^log of every token, without m^(-1/2), which cancels; the query's own norm, which cancels too, is left out.
    /// </summary>
    private static Scaled[][] Features(
        Layer layer, ReadOnlySpan<double> tokens, ReadOnlySpan<double> weights, Func<double, double>? function, bool isKey)
    {
        var d = layer.HeadDim;
        var scale = Math.Pow(d, -0.25);
        var (a, b) = Oprf(layer);
        var constant = d / 4.0 * Math.Log(1 - (4 * a));
        var features = new Scaled[layer.Kernel is null ? 0 : tokens.Length / d][];
        for (var t = 0; t < features.Length; t++)
        {
            var x = tokens.Slice(t * d, d);
            var halfNorm = isKey ? scale * scale * Dot(x, x) / 2 : 0;
            var projected = new double[layer.ProjectionRows];
            var norms = new double[layer.ProjectionRows];
            for (var r = 0; r < projected.Length; r++)
            {
                projected[r] = scale * Dot(weights.Slice(r * d, d), x);
                norms[r] = Dot(weights.Slice(r * d, d), weights.Slice(r * d, d));
            }

            features[t] = layer.IsFunction ? [.. projected.Select(p => new Scaled(function!(p) + layer.Epsilon, 0))]
                : layer.Kernel switch
                {
                    nameof(KernelFunction.Softmax) => [.. projected.Select(p => new Scaled(1, p - halfNorm))],
                    nameof(KernelFunction.SoftmaxHyperbolic) =>
                        [.. projected.Select(p => new Scaled(1, p - halfNorm)), .. projected.Select(p => new Scaled(1, -p - halfNorm))],
                    nameof(KernelFunction.SoftmaxTrigonometric) =>
                        [
                            .. projected.Select(p => new Scaled(Math.Sin(p), halfNorm)),
                            .. projected.Select(p => new Scaled(Math.Cos(p), halfNorm)),
                        ],
                    nameof(KernelFunction.SoftmaxOprf) =>
                        [.. projected.Zip(norms, (p, norm) => new Scaled(1, (a * norm) + (b * p) - halfNorm + constant))],
                    nameof(KernelFunction.Exp) => [.. projected.Select(p => new Scaled(1, p))],
                    _ => throw new NotSupportedException(layer.Kernel),
                };
        }

        return features;
    }

    /// <summary>A and B of optimal positive features, from the paper's ρ; 0 and 1 for the other maps.</summary>
    public static (double A, double B) Oprf(Layer layer)
    {
        if (layer.Kernel != nameof(KernelFunction.SoftmaxOprf))
        {
            return (0, 1);
        }

        var (d, lambda) = (layer.HeadDim, layer.Lambda);
        var rho = (Math.Sqrt(Math.Pow((2 * lambda) + d, 2) + (8 * d * lambda)) - (2 * lambda) - d) / (4 * lambda);
        var a = (1 - (1 / rho)) / 8;
        return (a, Math.Sqrt(1 - (4 * a)));
    }

    /// <summary>The logarithm of what the query's own norm makes of unnormalised weights.</summary>
    private static double QueryNorm(Layer layer, ReadOnlySpan<double> query)
    {
        var halfNorm = Dot(query, query) / Math.Sqrt(layer.HeadDim) / 2;
        return layer.IsFunction || layer.Kernel == nameof(KernelFunction.Exp) ? 0
            : layer.Kernel == nameof(KernelFunction.SoftmaxTrigonometric) ? halfNorm
            : -halfNorm;
    }

    /// <summary>
    /// The square of the m^(-1/2) that features are multiplied by; trigonometric ones come in pairs of which each counts half.
    /// </summary>
    public static double FeatureWeight(Layer layer) =>
        (layer.Kernel == nameof(KernelFunction.SoftmaxTrigonometric) ? 2.0 : 1.0) / layer.Features;

    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    public static double[] ToDouble(ReadOnlySpan<float> numbers)
    {
        var result = new double[numbers.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = numbers[i];
        }

        return result;
    }

    /// <summary>Gain · e^Log.</summary>
    private readonly record struct Scaled(double Gain, double Log)
    {
        public static Scaled Sum(Scaled[] terms)
        {
            var (top, sum) = (double.NegativeInfinity, 0.0);
            foreach (var term in terms)
            {
                top = Math.Max(top, term.Log);
            }

            if (double.IsNegativeInfinity(top))
            {
                return new Scaled(0, 0);
            }

            foreach (var term in terms)
            {
                sum += term.Gain * Math.Exp(term.Log - top);
            }

            return new Scaled(sum, top);
        }
    }
}
