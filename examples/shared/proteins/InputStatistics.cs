namespace KernelGen.Examples;

/// <summary>How large the queries and keys of one layer are.</summary>
/// <param name="Deviation">The root of the mean square of their entries.</param>
/// <param name="MeanSquaredZ">The mean of ‖z‖², z = (q + k)/d^¼, over all pairs of a query and a key of one head.</param>
internal sealed record InputStatistics(double Deviation, double MeanSquaredZ)
{
    /// <summary>Measures tensors of [heads, length, dim].</summary>
    public static InputStatistics Of(ReadOnlySpan<float> query, ReadOnlySpan<float> key, int heads, int length, int dim)
    {
        double squares = 0;
        double products = 0;
        for (var head = 0; head < heads; head++)
        {
            var start = head * length * dim;
            var (queryMean, querySquares) = Moments(query.Slice(start, length * dim), dim);
            var (keyMean, keySquares) = Moments(key.Slice(start, length * dim), dim);
            squares += querySquares + keySquares;

            // The mean of qᵀk over all pairs is the product of the means.
            products += queryMean.Zip(keyMean, (a, b) => a * b).Sum();
        }

        return new InputStatistics(Math.Sqrt(squares / (2.0 * heads * dim)), (squares + 2 * products) / (heads * Math.Sqrt(dim)));
    }

    /// <summary>The mean row, and the mean of a row's squared norm.</summary>
    private static (double[] Mean, double Squares) Moments(ReadOnlySpan<float> rows, int dim)
    {
        var mean = new double[dim];
        double squares = 0;
        var count = rows.Length / dim;
        for (var row = 0; row < count; row++)
        {
            for (var c = 0; c < dim; c++)
            {
                double x = rows[row * dim + c];
                mean[c] += x / count;
                squares += x * x;
            }
        }

        return (mean, squares / count);
    }
}
