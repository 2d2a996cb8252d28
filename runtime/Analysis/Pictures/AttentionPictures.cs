namespace KernelGen;

/// <summary>
/// What the analysis found, as pictures: each call gives a whole SVG document, to be written to a file or shown in a notebook. Its text is
/// text, its numbers do not depend on the culture, and equal inputs give equal documents.
/// </summary>
/// <remarks>
/// Titles and names may hold any characters. What is not finite is grey, or left out and counted in the subtitle; it is never an exception.
/// Pictures of long sequences stay small: a map has at most 128 × 128 cells, some 25 kB.
/// </remarks>
public static partial class AttentionPictures
{
    /// <summary>An attention map: which keys queries attend to. Queries run downwards, keys to the right.</summary>
    /// <param name="weights">
    /// [rows, key length], as <see cref="AttentionProbabilities"/> or <see cref="RandomFeatureAttentionExtensions.Probabilities"/> write
    /// them.
    /// </param>
    /// <param name="rows">The position of each query, in the order of <paramref name="weights"/>.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i: what it does not see is blank, not 0.</param>
    /// <param name="keyLength">How many keys count; those past them are blank. Null: all.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">
    /// There is no query or no key, or <paramref name="weights"/> is no whole number of rows.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is below 0, or the key length is not one of these keys.</exception>
    /// <remarks>Cells are means over the pairs of query and key that see each other. Cost: one pass over the weights.</remarks>
    public static string AttentionMap(
        ReadOnlySpan<float> weights, ReadOnlySpan<int> rows, bool causal, int? keyLength = null, string title = "Attention map")
    {
        if (rows.IsEmpty || weights.IsEmpty || weights.Length % rows.Length != 0)
        {
            throw new ArgumentException(
                $"weights holds {weights.Length} numbers, but must hold [rows, key length] for {rows.Length} rows, with a query and a key at least.",
                nameof(weights));
        }

        var length = weights.Length / rows.Length;
        var keys = keyLength ?? length;
        if ((uint)keys > (uint)length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(keyLength), keys, $"keyLength is {keys}, but must be 0 to the {length} keys of weights.");
        }

        CellMeans cells = new(rows.Length, length);
        for (var row = 0; row < rows.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(rows[row], nameof(rows));
            var seen = causal ? (int)Math.Min(rows[row] + 1L, keys) : keys;
            for (var key = 0; key < seen; key++)
            {
                cells.Add(row, key, weights[row * length + key]);
            }
        }

        var positions = rows.ToArray();
        double[] means = [.. cells.Filled().Where(double.IsFinite)];
        var (least, most) = (Math.Min(0, means.DefaultIfEmpty().Min()), means.DefaultIfEmpty().Max());
        ColourScale scale = new(least, most > least ? most : least + 1);
        var size = SvgPage.Text($"{rows.Length:N0} queries × {length:N0} keys");
        return new MatrixPicture(title, size + MeansOf(cells), cells, scale)
        {
            XTitle = "position of the key",
            XText = key => SvgPage.Text($"{key:N0}"),
            YTitle = "position of the query",
            YText = row => SvgPage.Text($"{positions[row]:N0}"),
            Rows = rows.Length,
            Columns = length,
            ScaleTitle = "weight of a key",
            ScaleText = Number,
            BlankMeans = "not seen",
        }.ToSvg();
    }

    /// <summary>
    /// How the state grows: the norm of each of its rows, one a feature, against the tokens that it has summed. The longest row is on top;
    /// colours are logarithmic.
    /// </summary>
    /// <param name="norms">What was measured.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">No token counted.</exception>
    /// <remarks>
    /// Rows that are 0 are blank. The subtitle has <see cref="KernelGen.StateNorms.EffectiveFeatures"/> after all tokens.
    /// </remarks>
    public static string StateNorms(StateNorms norms, string title = "Norms of the state, by feature")
    {
        ArgumentNullException.ThrowIfNull(norms);
        var tokens = norms.Tokens.ToArray();
        if (tokens.Length == 0)
        {
            throw new ArgumentException("The state has summed 0 tokens; at least 1 is needed.", nameof(norms));
        }

        // In the order of what they have become; NaN last, as it is no size.
        var features = norms.Features;
        var logs = norms.LogNorms.ToArray();
        var order = Enumerable.Range(0, features).OrderByDescending(feature => logs[logs.Length - features + feature]).ToArray();
        CellMeans cells = new(features, tokens.Length);
        for (var row = 0; row < features; row++)
        {
            for (var time = 0; time < tokens.Length; time++)
            {
                var log = logs[time * features + order[row]];
                if (!double.IsNegativeInfinity(log))
                {
                    cells.Add(row, time, log / Math.Log(10));
                }
            }
        }

        var effective = norms.EffectiveFeatures(tokens.Length - 1);
        var hold = SvgPage.Text($"{effective:0.#} of {features:N0} features hold it after {tokens[^1]:N0} tokens");
        return new MatrixPicture(
            title, hold + MeansOf(cells), cells, ColourScale.Over(cells.Filled()))
        {
            XTitle = "tokens summed",
            XText = time => SvgPage.Text($"{tokens[time]:N0}"),
            YTitle = "features, longest row first",
            YText = row => SvgPage.Text($"{row + 1:N0}"),
            Rows = features,
            Columns = tokens.Length,
            ScaleTitle = "‖S_r‖ (log scale)",
            ScaleText = PowerOfTen,
            BlankMeans = "0",
        }.ToSvg();
    }

    /// <summary>A number in few letters, at any size.</summary>
    internal static string Number(double number) =>
        number == 0 || Math.Abs(number) is >= 1e-4 and < 1e7 ? SvgPage.Text($"{number:#,0.######}") : SvgPage.Text($"{number:0.##e0}");

    // Its digits too, where a double has it.
    private static string PowerOfTen(double log) =>
        Math.Abs(log) < 300 ? SvgPage.Text($"{Math.Pow(10, log):0.0e0}") : SvgPage.Text($"1e{log:0}");

    private static string MeansOf(CellMeans cells) => cells.RowsEach * (long)cells.ColumnsEach == 1
        ? ""
        : SvgPage.Text($"; cells are means of {cells.RowsEach:N0} × {cells.ColumnsEach:N0}");
}
