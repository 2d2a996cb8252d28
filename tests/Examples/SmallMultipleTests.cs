using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Many curves are a small panel each, with the same axes.</summary>
public sealed class SmallMultipleTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData(6, 1)]
    [InlineData(7, 7)]
    [InlineData(12, 12)]
    public void More_than_six_curves_are_a_panel_each(int curves, int panels) =>
        Assert.Equal(panels, XDocument.Parse(Line(curves).ToSvg()).Descendants(Svg + "clipPath").Count());

    [Theory]
    [InlineData(7, 5)]
    [InlineData(8, 30)]
    [InlineData(12, 12)]
    [InlineData(13, 1)]
    [InlineData(40, 20)]
    [InlineData(9, 95)]
    public void All_texts_have_room(int curves, int letters)
    {
        foreach (var together in new[] { 1, 2, 3, 4 })
        {
            SvgText.HasRoom(Line(curves, letters, together).ToSvg());
            SvgText.HasRoom(Log(curves, letters, together).ToSvg());
        }
    }

    [Fact]
    public void Each_panel_shows_its_own_curve_before_all_others_in_grey()
    {
        var root = XDocument.Parse(Line(8).ToSvg()).Root!;
        XElement[] panels = [.. root.Elements(Svg + "g").Where(group => group.Attribute("clip-path") is not null)];
        for (var i = 0; i < 8; i++)
        {
            XElement[] curves = [.. panels[i].Descendants(Svg + "path").Where(path => (string?)path.Attribute("fill") == "none")];
            Assert.Equal(8, curves.Length);
            Assert.All(curves[..7], curve => Assert.Equal("#c4c4c4", (string?)curve.Attribute("stroke")));
            Assert.Equal($"#00000{i}", (string?)curves[7].Parent!.Attribute("stroke"));
        }
    }

    [Fact]
    public void The_axes_of_all_panels_are_the_same()
    {
        // A point of the same numbers is as far from the corner of its panel in each of them.
        var root = XDocument.Parse(Log(9).ToSvg()).Root!;
        var corners = root.Elements(Svg + "clipPath").Select(clip => Corner(clip.Element(Svg + "rect")!)).ToList();
        var starts = root.Elements(Svg + "g").Where(group => group.Attribute("clip-path") is not null)
            .Select(group => Start(group.Descendants(Svg + "path").First(path => (string?)path.Attribute("fill") == "none"))).ToList();
        var distances = corners.Zip(starts, (corner, start) => (X: start.X - corner.X, Y: start.Y - corner.Y)).Skip(1).ToList();
        Assert.All(distances, distance =>
        {
            Assert.Equal(distances[0].X, distance.X, tolerance: 0.15);      // one decimal each
            Assert.Equal(distances[0].Y, distance.Y, tolerance: 0.15);
        });

        static (double X, double Y) Corner(XElement rect) => ((double)rect.Attribute("x")!, (double)rect.Attribute("y")!);
        static (double X, double Y) Start(XElement path)
        {
            var numbers = ((string)path.Attribute("d")!)[1..].Split(' ', 'L');
            return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void A_level_is_in_every_panel_and_named_once()
    {
        var plot = Line(9);
        plot.Add(new ReferenceLine("averaging & more", 3));
        var svg = plot.ToSvg();
        SvgText.HasRoom(svg);
        var paths = XDocument.Parse(svg).Descendants(Svg + "path");
        Assert.Equal(9, paths.Count(path => (string?)path.Attribute("stroke-dasharray") == "10 3 2 3"));
        Assert.Single(SvgText.Boxes(svg), box => box.Text == "averaging & more");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(12, 3)]
    [InlineData(13, 4)]
    public void Panels_lie_in_their_room_and_not_on_each_other(int count, int together)
    {
        PlotFrame whole = new(84, 74, 796, 500, Axis.OfDecades("x", 1, 10, _ => ""), Axis.OfDecades("y", 1, 10, _ => ""));
        PanelGrid grid = new(whole, count, nameWidth: 120, together);
        PlotFrame[] panels = [.. Enumerable.Range(0, count).Select(i => grid[i])];
        foreach (var (panel, index) in panels.Select((panel, index) => (panel, index)))
        {
            Assert.True(panel.Left >= 84 && panel.Right <= 796.01 && panel.Top > 74 && panel.Bottom <= grid.Whole.Bottom + 0.01);
            Assert.True(panel.Right - panel.Left >= 120 && panel.Bottom - panel.Top >= 100);
            Assert.DoesNotContain(panels[(index + 1)..], other =>
                panel.Left < other.Right && other.Left < panel.Right && panel.Top < other.Bottom - 0.01 && other.Top < panel.Bottom - 0.01);
        }

        // Numbers stand at the left and the lower edge, wherever the last panel is.
        Assert.Equal(grid.Rows, panels.Where((_, index) => grid.HasYLabels(index)).Count());
        Assert.Equal(grid.Columns, panels.Where((_, index) => grid.HasXLabels(index)).Count());
    }

    private static LinePlot Line(int curves, int letters = 8, int together = 2)
    {
        LinePlot plot = new("title", "subtitle", "steps", "loss") { LegendRows = together };
        for (var i = 0; i < curves; i++)
        {
            plot.Add(new PlotSeries($"{i}".PadLeft(letters, 'w'), $"#00000{i}", LineStyle.Full, [(0, 5), (500, 1 + i), (1500, 2)]));
        }

        return plot;
    }

    private static LogPlot Log(int curves, int letters = 8, int together = 2)
    {
        LogPlot plot = new("title", "subtitle", "length", "time") { LegendRows = together, DecadeText = LogPlot.Duration };
        for (var i = 0; i < curves; i++)
        {
            plot.Add(new PlotSeries(
                $"{i}".PadLeft(letters, 'w'), $"#00000{i}", LineStyle.Dashed, [(1024, 5), (8192, 50 + i), (65_536, 7e4)]));
        }

        return plot;
    }
}
