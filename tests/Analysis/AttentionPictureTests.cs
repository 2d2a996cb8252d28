using System.Globalization;
using System.Xml.Linq;
using KernelGen.Tests.Examples;
using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Do pictures show what the analysis found, whatever that is, and can they be read?</summary>
public sealed class AttentionPictureTests
{
    private const int Dim = 16;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_causal_map_is_blank_where_nothing_is_seen()
    {
        var svg = AttentionPictures.AttentionMap([1, 0, 0, 0.25f, 0.75f, 0, 0, 0.5f, 0.5f], [0, 1, 2], causal: true);
        SvgText.HasRoom(svg);

        // 6 of 9 pairs: a square each.
        var paths = XDocument.Parse(svg).Descendants(Svg + "path").Where(path => path.Attribute("fill") is { Value: not "none" });
        Assert.Equal(6, paths.Sum(path => ((string)path.Attribute("d")!).Count(letter => letter == 'z')));
        Assert.Contains("blank: not seen", Texts(svg));
        Assert.Contains("3 queries × 3 keys", Texts(svg));
        Assert.DoesNotContain("blank: not seen", Texts(AttentionPictures.AttentionMap([1, 0, 0, 1], [0, 1], causal: false)));
    }

    [Fact]
    public void The_scale_says_its_numbers_and_holds_all_weights()
    {
        string[] Scale(params float[] weights)
        {
            var texts = Texts(AttentionPictures.AttentionMap(weights, [0], causal: false));
            return [.. texts.SkipWhile(text => text != "weight of a key").Skip(1).Take(3)];
        }

        Assert.Equal(["0", "0.4", "0.8"], Scale(0.2f, 0.8f));
        Assert.Equal(["-0.5", "0.5", "1.5"], Scale(-0.5f, 1.5f));   // trigonometric weights can be negative
        Assert.Equal(["0", "0.5", "1"], Scale(0, 0));
        Assert.Equal(["0", "1e-10", "2e-10"], Scale(1e-10f, 2e-10f));
        Assert.Equal(["0", "0.5", "1"], Scale(1, float.PositiveInfinity));
    }

    [Fact]
    public void Cells_of_long_maps_are_means_of_the_pairs_that_see_each_other()
    {
        // Two queries and eight keys a cell; on the diagonal only pairs that see each other count.
        const int queries = 256, keys = 1024;
        int[] rows = [.. Enumerable.Range(0, queries).Select(row => 4 * row + 2)];
        var weights = new float[queries * keys];
        Array.Fill(weights, 0.25f);
        for (var row = 0; row < queries; row++)
        {
            weights.AsSpan(row * keys + rows[row] + 1, keys - rows[row] - 1).Fill(float.NaN);
        }

        var svg = AttentionPictures.AttentionMap(weights, rows, causal: true);
        SvgText.HasRoom(svg);
        Assert.Contains("256 queries × 1,024 keys; cells are means of 2 × 8", Texts(svg));
        Assert.Equal(["0", "0.125", "0.25", "blank: not seen"], Texts(svg)[^4..]);
        Assert.True(svg.Length < 40_000, $"{svg.Length} letters");
    }

    [Fact]
    public void What_is_not_a_number_is_grey_and_said()
    {
        var svg = AttentionPictures.AttentionMap([float.NaN, 1], [7], causal: false);
        var (red, green, blue) = ColourScale.Palette[^1];
        Assert.Contains($"#{red:x2}{green:x2}{blue:x2}", svg, StringComparison.Ordinal);
        Assert.Contains("grey: NaN", Texts(svg));
        Assert.Contains("7", Texts(svg));
        SvgText.HasRoom(AttentionPictures.AttentionMap([float.NaN], [0], causal: true));
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 5000, 2_147_483_646)]
    [InlineData(5000, 1, 1)]
    [InlineData(129, 129, 1_000_000)]
    [InlineData(33, 31, 999)]
    public void Maps_of_any_size_have_room_for_their_labels(int queries, int keys, int first)
    {
        int[] rows = [.. Enumerable.Range(0, queries).Select(row => (int)Math.Min(int.MaxValue, first + (long)row))];
        var weights = new float[queries * keys];
        Array.Fill(weights, 1f / keys);
        SvgText.HasRoom(AttentionPictures.AttentionMap(weights, rows, causal: false));
        SvgText.HasRoom(AttentionPictures.AttentionMap(weights, rows, causal: true, keyLength: keys / 2));
    }

    [Fact]
    public void A_layer_draws_its_own_map()
    {
        var layer = new PictureLayer(seed: 1);
        const int length = 40;
        var query = Samples.Normal(2 * length * Dim, seed: 1);
        var key = Samples.Normal(2 * length * Dim, seed: 2);
        AttentionShape shape = new(1, 2, length);
        int[] rows = [.. Enumerable.Range(0, length)];
        var weights = new float[length * length];
        layer.Probabilities(query, key, shape, 0, 1, rows, weights);
        Assert.Equal(
            AttentionPictures.AttentionMap(weights, rows, causal: true, title: "head 1"),
            layer.AttentionMap(query, key, shape, 0, 1, title: "head 1"));
        Assert.Throws<ArgumentException>(() => layer.AttentionMap([], [], new AttentionShape(1, 2, 0), 0, 0));

        var value = Samples.Normal(2 * length * Dim, seed: 3);
        var norms = layer.StateNorms(key, value, shape, 0, 1, times: 5);
        Assert.Equal(
            StateNorms.Measure(layer.FeatureMap, layer.Projection, key, value, shape, 0, 1, times: 5).LogNorms.ToArray(),
            norms.LogNorms.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(3000)]
    public void Norms_are_drawn_for_any_number_of_tokens(int length)
    {
        var key = Samples.Normal(length * Dim, seed: 1);
        var value = Samples.Normal(length * Dim, seed: 2);
        var w = Projection.Orthogonal(48, Dim, seed: 3);

        AttentionShape shape = new(1, 1, length);
        var norms = StateNorms.Measure(FeatureMap.Positive, w, key, value, shape, 0, 0);
        var svg = AttentionPictures.StateNorms(norms);
        SvgText.HasRoom(svg);
        Assert.Contains(Texts(svg), text => text.Contains("of 48 features hold it after", StringComparison.Ordinal));

        // Large keys, no values, and a key that is not a number.
        SvgText.HasRoom(Drawn(Array.ConvertAll(key, x => 1000 * x), value));
        Assert.Contains("blank: 0", Texts(Drawn(key, new float[value.Length])));
        key[^1] = float.NaN;
        Assert.Contains("grey: NaN", Texts(Drawn(key, value)));
        string Drawn(float[] key, float[] value) =>
            AttentionPictures.StateNorms(StateNorms.Measure(FeatureMap.Positive, w, key, value, shape, 0, 0));
    }

    [Fact]
    public void The_longest_row_is_on_top()
    {
        // Features of |x| are as large as ω_r is along the one key; their order is another than that of W.
        var norms = StateNorms.Measure(
            FeatureMap.Of(MathF.Abs), Projection.Orthogonal(16, Dim, seed: 3), Samples.Normal(Dim, seed: 1),
            Samples.Normal(Dim, seed: 2), new AttentionShape(1, 1, 1), 0, 0);
        var document = XDocument.Parse(AttentionPictures.StateNorms(norms));
        var darkest = ColourScale.Palette[^2];
        var top = document.Descendants(Svg + "path").Single(path =>
            (string?)path.Attribute("fill") == $"#{darkest.Red:x2}{darkest.Green:x2}{darkest.Blue:x2}");
        Assert.StartsWith("M84 76h", (string)top.Attribute("d")!, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_bars_are_as_long_as_the_standard_errors()
    {
        var (bars, rows) = Bars(3);
        var document = XDocument.Parse(AttentionPictures.Outputs(bars, rows, component: 2));
        // Drawn by position, which falls from row to row.
        double[] marks = [.. document.Descendants(Svg + "circle").Select(mark => (double)mark.Attribute("cy")!).Reverse()];
        Assert.Equal(3, marks.Length);
        var lengths = BarLengths(document);
        var unit = (marks[0] - marks[1]) / (bars.Output[1 * bars.ValueDim + 2] - bars.Output[2]);      // pixels of 1
        for (var row = 0; row < 3; row++)
        {
            Assert.Equal(2 * bars.StandardErrors[row * bars.ValueDim + 2] * unit, lengths[row], tolerance: 0.5 + 0.02 * lengths[row]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(101)]
    public void Errors_by_query_are_drawn_for_any_number_of_queries(int count)
    {
        var (bars, rows) = Bars(count);
        foreach (var svg in new[] { AttentionPictures.ErrorsByQuery(bars, rows), AttentionPictures.Outputs(bars, rows, 0) })
        {
            SvgText.HasRoom(svg);
            Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
            Assert.Equal(count <= 100 ? count : 0, XDocument.Parse(svg).Descendants(Svg + "circle").Count());
        }
    }

    [Fact]
    public void Queries_without_an_error_are_left_out_and_counted()
    {
        var (bars, rows) = Bars(4, spoilt: true);
        var svg = AttentionPictures.ErrorsByQuery(bars, rows);
        var subtitle = Assert.Single(Texts(svg), text => text.Contains("jackknife", StringComparison.Ordinal));
        Assert.Contains("left out, as not finite or 0: 4", subtitle, StringComparison.Ordinal);
        Assert.Empty(XDocument.Parse(svg).Descendants(Svg + "circle"));
    }

    [Fact]
    public void Errors_by_features_are_a_curve_a_map_with_averaging()
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 64, deviation: 0.4);
        AttentionErrorOptions options = new()
        {
            RowsPerHead = 8,
            Maps = [FeatureMap.Positive, FeatureMap.Of(x => x * x, name: "<x²> & more")],
        };
        AttentionError Measured(int features, float[] value) =>
            AttentionError.Measure(inputs.Query, inputs.Key, value, inputs.Shape, false, features, options);
        AttentionError[] measured = [.. new[] { 64, 16, 32 }.Select(features => Measured(features, inputs.Value))];
        var svg = AttentionPictures.ErrorsByFeatures(measured, "title <&>");
        SvgText.HasRoom(svg);
        HashSet<string> texts = ["16", "32", "64", "positive", "<x²> & more", "plain averaging", "title <&>"];
        Assert.Superset(texts, Texts(svg).ToHashSet());
        Assert.True(XDocument.Parse(svg).Descendants(Svg + "circle").Count() >= 9);
        Assert.NotEmpty(BarLengths(XDocument.Parse(svg)));
        SvgText.HasRoom(AttentionPictures.ErrorsByFeatures(measured[..1]));

        // Zeros are exact, which has no logarithm.
        var zeros = AttentionPictures.ErrorsByFeatures([Measured(16, new float[inputs.Value.Length])]);
        Assert.Contains("left out, as not finite or 0: 2", zeros, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_arguments_are_refused_with_both_numbers()
    {
        var (bars, rows) = Bars(3);
        Refused<ArgumentException>(() => AttentionPictures.AttentionMap([], [], causal: false), "0");
        Refused<ArgumentException>(() => AttentionPictures.AttentionMap([], [1], causal: false), "0", "1");
        Refused<ArgumentException>(() => AttentionPictures.AttentionMap([1, 2, 3], [0, 1], causal: false), "3", "2");
        Refused<ArgumentOutOfRangeException>(() => AttentionPictures.AttentionMap([1], [-1], causal: false), "-1");
        Refused<ArgumentOutOfRangeException>(() => AttentionPictures.AttentionMap([1], [0], causal: false, keyLength: 2), "2", "1");
        Refused<ArgumentException>(() => AttentionPictures.ErrorsByFeatures([]), "0");
        Refused<ArgumentException>(() => AttentionPictures.ErrorsByQuery(bars, rows[1..]), "2", "3");
        Refused<ArgumentOutOfRangeException>(() => AttentionPictures.Outputs(bars, rows, 12), "12");
        var token = new float[8];
        var none = StateNorms.Measure(
            FeatureMap.Positive, Projection.Orthogonal(8, 8, 1), token, token, new AttentionShape(1, 1, 1), 0, 0, keyLength: 0);
        Refused<ArgumentException>(() => AttentionPictures.StateNorms(none), "0 tokens");

        static void Refused<T>(Action call, params string[] parts)
            where T : Exception
        {
            var message = Assert.Throws<T>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    private static (ErrorBars Bars, int[] Rows) Bars(int count, bool spoilt = false)
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 128, deviation: 0.4);
        if (spoilt)
        {
            inputs.Key[0] = float.NaN;
        }

        int[] rows = [.. Enumerable.Range(0, count).Select(row => 127 - row)];
        var w = Projection.Orthogonal(4 * Dim, Dim, seed: 1);
        return (ErrorBars.Jackknife(FeatureMap.Positive, w, inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, rows, false), rows);
    }

    // A bar is a vertical line "M x top V bottom" of a path of its own.
    private static double[] BarLengths(XDocument document) =>
    [
        .. from path in document.Descendants(Svg + "path")
           where (string?)path.Attribute("stroke-width") == "1.4"
           from bar in ((string)path.Attribute("d")!).Split('M').Where(part => part.Contains('V', StringComparison.Ordinal)).Reverse()
           let numbers = bar.Split(' ', 'V').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray()
           select numbers[2] - numbers[1],
    ];

    private static string[] Texts(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "text").Select(text => text.Value)];
}
