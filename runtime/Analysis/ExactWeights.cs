namespace KernelGen;

/// <summary>Weights exp(q̂ᵀk̂): exact softmax attention.</summary>
/// <param name="queries">q̂, [rows, dim]; not copied.</param>
/// <param name="dim">d.</param>
internal sealed class ExactWeights(double[] queries, int dim) : TileWeights
{
    private readonly double[] _keys = new double[Keys * dim];

    /// <inheritdoc/>
    public override void Load(ReadOnlySpan<double> keys, int count) => keys[..(count * dim)].CopyTo(_keys);

    /// <inheritdoc/>
    public override void Compute(int firstRow, int rows, int keys, Span<double> weights, Span<double> references)
    {
        Products.MultiplyTransposed(queries.AsSpan(firstRow * dim), rows, _keys, keys, dim, weights, Keys);
        for (var row = 0; row < rows; row++)
        {
            var scores = weights.Slice(row * Keys, keys);
            var top = double.NegativeInfinity;
            foreach (var score in scores)
            {
                top = Math.Max(top, score);
            }

            references[row] = top;
            for (var key = 0; key < keys; key++)
            {
                scores[key] = Math.Exp(scores[key] - top);
            }
        }
    }
}
