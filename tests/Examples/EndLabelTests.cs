using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Names stand at the right ends of curves where they fit, and in a legend where they do not.</summary>
public sealed class EndLabelTests
{
    private const int Width = 820;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Names_stand_where_their_curves_end()
    {
        var svg = Plot(("falling", 1), ("rising", 9), ("in between", 5));
        SvgText.HasRoom(svg);
        var boxes = SvgText.Boxes(svg);
        foreach (var (name, y) in Ends(svg))
        {
            var box = boxes.Single(box => box.Text == name);
            Assert.Equal(y, (box.Top + box.Bottom) / 2, tolerance: 2);
        }

        Assert.Single(boxes.Where(box => box.Text is "falling" or "rising" or "in between").Select(box => box.Left).Distinct());
    }

    [Theory]
    [InlineData(5, 5.1)]
    [InlineData(5, 5)]
    public void Names_that_would_stand_on_each_other_are_moved_apart(double first, double second)
    {
        var svg = Plot(("first", first), ("second", second), ("far <&> below", 0.1));
        SvgText.HasRoom(svg);
        Assert.DoesNotContain(SvgText.Boxes(svg), box => box.Text == "first" && box.Left < Width / 2);
    }

    [Theory]
    [InlineData("five at the same place")]
    [InlineData("an end before the others")]
    [InlineData("a name as long as half of the picture, which would leave the curves no room")]
    [InlineData("an end that is cut off")]
    public void Where_they_do_not_fit_there_is_a_legend(string why)
    {
        var plot = new LinePlot("t", "s", "x", "y") { Width = Width, MostY = why == "an end that is cut off" ? 8 : double.NaN };
        for (var i = 0; i < 5; i++)
        {
            var (x, y) = why switch
            {
                "five at the same place" => (10, 5),
                "an end before the others" => (i == 0 ? 7 : 10, 2 * i),
                _ => (10, 2.2 * i),
            };
            plot.Add(new PlotSeries(i == 0 ? why : $"curve {i}", "#123456", LineStyle.Full, [(0, 4), (x, y)]));
        }

        var svg = plot.ToSvg();
        SvgText.HasRoom(svg);
        var box = SvgText.Boxes(svg).Single(box => box.Text == why);
        Assert.Equal(SvgPage.Left + 52, box.Left);
        Assert.InRange(box.Top, Legend.Top - 20, Legend.Top + 20);
    }

    [Fact]
    public void A_curve_without_a_name_has_neither()
    {
        var svg = Plot(("", 3));
        var paths = XDocument.Parse(svg).Descendants(Svg + "g").Elements(Svg + "path");
        Assert.Single(paths, path => (string?)path.Attribute("fill") == "none");
        Assert.DoesNotContain(SvgText.Boxes(svg), box => box.Text.Length == 0);
    }

    [Fact]
    public void Ends_of_many_curves_keep_their_order_and_stay_near()
    {
        // Groups that are moved apart may meet the next one.
        Random random = new(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var curves = Enumerable.Range(0, 1 + trial % 6).Select(i => (Name: $"curve {i}", End: 10 * random.NextDouble())).ToArray();
            var svg = Plot(curves);
            SvgText.HasRoom(svg);
            var boxes = SvgText.Boxes(svg).Where(box => box.Text.StartsWith("curve", StringComparison.Ordinal)).ToList();
            if (boxes.All(box => box.Left > Width / 2))
            {
                var fromTop = curves.OrderByDescending(curve => curve.End).Select(curve => curve.Name);
                Assert.Equal(fromTop, boxes.OrderBy(box => box.Top).Select(box => box.Text));
                foreach (var (name, y) in Ends(svg))
                {
                    var box = boxes.Single(box => box.Text == name);
                    Assert.InRange((box.Top + box.Bottom) / 2 - y, -17, 17);
                }
            }
        }
    }

    private static string Plot(params (string Name, double End)[] curves)
    {
        var plot = new LinePlot("title", "subtitle", "x", "y") { Width = Width, LeastY = 0 };
        foreach (var (name, end) in curves)
        {
            plot.Add(new PlotSeries(name, "#123456", LineStyle.Full, [(0, 5), (10, end)]));
        }

        return plot.ToSvg();
    }

    /// <summary>The names beside curves with the pixels where their curves end: the thin lines between them say so.</summary>
    private static IEnumerable<(string Name, double Y)> Ends(string svg)
    {
        var root = XDocument.Parse(svg).Root!;
        foreach (var text in root.Elements(Svg + "text").Where(text => (string?)text.Attribute("fill") == "#123456"))
        {
            var line = (string)text.ElementsBeforeSelf().Last().Attribute("d")!;
            yield return (text.Value, double.Parse(line[1..].Split(' ', 'L')[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
