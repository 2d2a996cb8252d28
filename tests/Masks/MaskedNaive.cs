namespace KernelGen.Tests.Masks;

/// <summary>
/// Masked softmax attention and its gradients as the papers write them, one pair of tokens at a time in double. A query that sees nothing
/// has zeros, and gradients of 0.
/// </summary>
internal static class MaskedNaive
{
    /// <summary>The outputs of one head, [queries, value dim].</summary>
    /// <param name="d">The head dim.</param>
    /// <param name="q">[queries, d].</param>
    /// <param name="k">[keys, d].</param>
    /// <param name="v">[keys, value dim].</param>
    /// <param name="sees">Whether a query's row sees a key's.</param>
    /// <param name="score">What becomes of a score of two rows; null: nothing.</param>
    public static double[] Forward(
        int d, float[] q, float[] k, float[] v, Func<int, int, bool> sees, Func<double, int, int, double>? score = null)
    {
        var (queries, keys, dv) = Sizes(d, q, k, v);
        var output = new double[queries * dv];
        for (var i = 0; i < queries; i++)
        {
            var p = Probabilities(d, q, k, i, keys, sees, score);
            for (var c = 0; c < dv; c++)
            {
                output[(i * dv) + c] = p.Sum(weight => weight.P * v[(weight.Key * dv) + c]);
            }
        }

        return output;
    }

    /// <summary>
    /// The gradients of Σ output · g by queries, keys and values, and the largest summand of those of queries and keys: a difference, which
    /// may vanish where its rounding does not.
    /// </summary>
    /// <inheritdoc cref="Forward"/>
    public static (double[] Query, double[] Key, double[] Value, double Size) Backward(
        int d, float[] q, float[] k, float[] v, float[] g, Func<int, int, bool> sees, Func<double, int, int, double>? score = null)
    {
        var (queries, keys, dv) = Sizes(d, q, k, v);
        var (dq, dk, dvalue, size) = (new double[q.Length], new double[k.Length], new double[v.Length], 0.0);
        for (var i = 0; i < queries; i++)
        {
            var p = Probabilities(d, q, k, i, keys, sees, score);
            double Upstream(int j) => Enumerable.Range(0, dv).Sum(c => (double)g[(i * dv) + c] * v[(j * dv) + c]);
            var mean = p.Sum(weight => weight.P * Upstream(weight.Key));
            foreach (var (j, weight) in p)
            {
                // What becomes of scores is differentiated by central differences, of the second order: exact to 1e-9.
                var (x, h) = (Dot(d, q, i, k, j) / Math.Sqrt(d), 1e-5);
                var slope = (score is null ? 1 : (score(x + h, i, j) - score(x - h, i, j)) / (2 * h)) / Math.Sqrt(d);
                var ds = weight * (Upstream(j) - mean) * slope;
                var summand = weight * (Math.Abs(Upstream(j)) + Math.Abs(mean)) * Math.Abs(slope);
                for (var c = 0; c < d; c++)
                {
                    size = Math.Max(size, summand * Math.Max(Math.Abs(k[(j * d) + c]), Math.Abs(q[(i * d) + c])));
                    dq[(i * d) + c] += ds * k[(j * d) + c];
                    dk[(j * d) + c] += ds * q[(i * d) + c];
                }

                for (var c = 0; c < dv; c++)
                {
                    dvalue[(j * dv) + c] += weight * g[(i * dv) + c];
                }
            }
        }

        return (dq, dk, dvalue, size);
    }

    /// <summary>
    /// Σ output · g as a function of what becomes of scores: whose central differences are gradients of all that it depends on.
    /// </summary>
    /// <inheritdoc cref="Forward"/>
    public static double Loss(
        int d, float[] q, float[] k, float[] v, float[] g, Func<int, int, bool> sees, Func<double, int, int, double> score) =>
        Forward(d, q, k, v, sees, score).Zip(g, (output, upstream) => output * upstream).Sum();

    private static (int Queries, int Keys, int ValueDim) Sizes(int d, float[] q, float[] k, float[] v) =>
        (q.Length / d, k.Length / d, k.Length == 0 ? d : v.Length / (k.Length / d));

    private static double Dot(int d, float[] q, int i, float[] k, int j) =>
        Enumerable.Range(0, d).Sum(c => (double)q[(i * d) + c] * k[(j * d) + c]);

    private static List<(int Key, double P)> Probabilities(
        int d, float[] q, float[] k, int i, int keys, Func<int, int, bool> sees, Func<double, int, int, double>? bend)
    {
        var seen = Enumerable.Range(0, keys).Where(j => sees(i, j)).ToList();
        var scores = seen.ConvertAll(j =>
        {
            var score = Dot(d, q, i, k, j) / Math.Sqrt(d);
            return bend is null ? score : bend(score, i, j);
        });
        var top = scores.DefaultIfEmpty().Max();
        var weights = scores.ConvertAll(score => Math.Exp(score - top));
        var sum = weights.Sum();
        return [.. seen.Zip(weights, (j, weight) => (j, weight / sum))];
    }
}
