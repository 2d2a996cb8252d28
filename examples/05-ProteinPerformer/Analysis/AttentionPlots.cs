namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Pictures of attention.</summary>
internal static class AttentionPlots
{
    /// <summary>BLOSUM62 beside the similarity that was recovered from attention.</summary>
    /// <param name="scores">BLOSUM62, [20, 20].</param>
    /// <param name="similarity">Of <see cref="AttentionByAminoAcid.Similarity"/>, [20, 20].</param>
    /// <param name="comparison">How well they agree.</param>
    /// <param name="model">What the subtitle says of the model.</param>
    public static string Matrices(double[,] scores, double[,] similarity, MatrixComparison comparison, string model)
    {
        var map = new HeatMap("Which amino acids are alike: BLOSUM62 and attention", model, columns: 2, side: 340);
        string[] labels = [.. Vocabulary.AminoAcids.Select(letter => letter.ToString())];
        map.Add(new HeatMapPanel("BLOSUM62, log odds", WithoutDiagonal(scores), ColourScale.Over(WithoutDiagonal(scores).Cast<double>()))
        {
            Labels = labels,
            ScaleText = score => SvgPage.Text($"{score:0.#}"),
        });
        var agreement = SvgPage.Text($"rank correlation {comparison.Correlation:F2}, p = {comparison.PValue:0.####}");
        map.Add(new HeatMapPanel($"attention, {agreement}", similarity, ColourScale.Over(similarity.Cast<double>()))
        {
            Labels = labels,
            ScaleText = correlation => SvgPage.Text($"{correlation:F2}"),
        });
        return map.ToSvg();
    }

    /// <summary>Attention of some layers and heads over one sequence: a row of squares a layer, a square a head.</summary>
    /// <param name="layers">The probabilities of each layer, [heads, length, length].</param>
    /// <param name="length">Tokens of the sequence.</param>
    /// <param name="names">What stands before each row, "layer 1".</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">The layers differ in heads, or there is not a name for each.</exception>
    public static string Maps(IReadOnlyList<float[]> layers, int length, IReadOnlyList<string> names, string title)
    {
        var heads = layers[0].Length / (length * length);
        if (names.Count != layers.Count || layers.Any(layer => layer.Length != heads * length * length))
        {
            var sizes = string.Join(", ", layers.Select(layer => layer.Length));
            throw new ArgumentException(
                FormattableString.Invariant($"{names.Count} names and layers of {sizes} numbers over {length} tokens do not fit."),
                nameof(layers));
        }

        var map = new HeatMap(
            title,
            "row: who looks; column: who is looked at; darker: more, as the square root",
            columns: heads,
            side: 108)
        {
            RowTitles = names,
        };
        for (var layer = 0; layer < layers.Count; layer++)
        {
            for (var head = 0; head < heads; head++)
            {
                var values = new double[length, length];
                for (var i = 0; i < length; i++)
                {
                    for (var j = 0; j < length; j++)
                    {
                        // An estimate of a small weight can lie below 0.
                        values[i, j] = Math.Sqrt(Math.Max(0, layers[layer][(head * length + i) * length + j]));
                    }
                }

                map.Add(new HeatMapPanel(
                    layer == 0 ? FormattableString.Invariant($"head {head + 1}") : "", values,
                    new ColourScale(0, values.Cast<double>().Max())));
            }
        }

        return map.ToSvg();
    }

    private static double[,] WithoutDiagonal(double[,] matrix)
    {
        var copy = (double[,])matrix.Clone();
        for (var i = 0; i < copy.GetLength(0); i++)
        {
            copy[i, i] = double.NaN;
        }

        return copy;
    }
}
