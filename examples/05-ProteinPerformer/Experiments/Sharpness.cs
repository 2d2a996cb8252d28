using KernelGen.Examples.Training;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>How sharply a layer of exact attention looks, and what random features would make of that.</summary>
/// <param name="Layer">From 1.</param>
/// <param name="LargestWeight">
/// The mean of the largest weight of a query's, in the head where that is highest: 1 where it looks at one token alone.
/// </param>
/// <param name="SquaredNorm">The mean of ‖q + k‖²/√d over all queries and keys.</param>
internal sealed record Sharpness(int Layer, double LargestWeight, double SquaredNorm)
{
    private const int MostRows = 4;

    /// <summary>
    /// The standard deviation of a weight as m positive features estimate it, in units of the weight, for a query and a key of that norm:
    /// √((exp(‖q + k‖²/√d) − 1)/m) (Choromanski et al., arXiv:2009.14794, lemma 2; orthogonal features have somewhat less).
    /// </summary>
    public double DeviationOf(int features) => Math.Sqrt((Math.Exp(SquaredNorm) - 1) / features);

    /// <summary>That of every layer, on the first of some rows.</summary>
    public static IReadOnlyList<Sharpness> Of(Transformer model, IReadOnlyList<Row> rows)
    {
        int layers = model.Settings.Layers, heads = model.Settings.Heads, count = Math.Min(rows.Count, MostRows);
        var (largest, norms) = (new double[layers, heads], new double[layers]);
        foreach (var row in rows.Take(count))
        {
            foreach (var (inputs, layer) in AttentionInputs.Capture(model, [.. row.Tokens.Select(token => (long)token)], rows: 1)
                .Select((inputs, layer) => (inputs, layer)))
            {
                norms[layer] += FeatureMap.OprfLambda(inputs.Query, inputs.Key, inputs.Shape) / count;
                var weights = inputs.Probabilities(sequence: 0, model.Settings.Causal);
                var length = row.Tokens.Length;
                for (var query = 0; query < heads * length; query++)
                {
                    largest[layer, query / length] += weights.AsSpan(query * length, length).ToArray().Max() / (double)(length * count);
                }
            }
        }

        return [.. Enumerable.Range(0, layers)
            .Select(layer => new Sharpness(layer + 1, Enumerable.Range(0, heads).Max(head => largest[layer, head]), norms[layer]))];
    }
}
