namespace KernelGen.Examples.Masks;

/// <summary>Draws what becomes of scores, as the options of <see cref="BentAttention"/> say it.</summary>
internal static class ScorePicture
{
    /// <summary>Its file.</summary>
    public const string FileName = "scores.svg";

    private const int Tokens = 24;
    private const double Cap = 5;
    private const int Heads = 8;

    /// <summary>The whole file.</summary>
    public static string Draw()
    {
        var map = new HeatMap(
            "What becomes of scores", "queries downwards, keys to the right; each option alone, on the same scores", columns: 4, side: 192);
        var scale = new ColourScale(-12, 12);
        Add("the scores", (score, _) => score);
        Add("SoftCap = 5", (score, _) => Cap * Math.Tanh(score / Cap));
        Add("AlibiHeads = 8, head 0", (score, distance) => score - (Slope(0) * distance));
        Add("AlibiHeads = 8, head 1", (score, distance) => score - (Slope(1) * distance));
        return map.ToSvg();

        void Add(string title, Func<double, int, double> bend)
        {
            var scores = new double[Tokens, Tokens];
            for (var query = 0; query < Tokens; query++)
            {
                for (var key = 0; key < Tokens; key++)
                {
                    // Any scores with a pattern that an eye finds again.
                    var score = 11 * Math.Sin(0.5 * query) * Math.Cos(0.35 * key);
                    scores[query, key] = key <= query ? bend(score, query - key) : double.NaN;
                }
            }

            map.Add(new HeatMapPanel(title, scores, scale) { ScaleText = number => SvgPage.Text($"{number:0}") });
        }
    }

    private static double Slope(int head) => Math.Pow(2, -8.0 * (head + 1) / Heads);
}
