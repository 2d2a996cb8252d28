using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Is the plot well-formed SVG that shows what it was given?</summary>
public sealed class LogPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void IsWellFormedAndEscapesText()
    {
        var document = XDocument.Parse(Plot(new PlotSeries("a < b & \"c\"", "#123456", LineStyle.Full, [(1024, 1), (2048, 2)])));
        Assert.Equal(Svg + "svg", document.Root!.Name);
        Assert.Contains("a < b & \"c\"", Texts(document));
        Assert.Contains("time & more", Texts(document));
    }

    [Fact]
    public void HasAnOpaqueBackgroundFirst()
    {
        var first = XDocument.Parse(Plot(Line("l", 1))).Root!.Elements().First(element => element.Name != Svg + "title");
        Assert.Equal(Svg + "rect", first.Name);
        Assert.Equal("white", (string?)first.Attribute("fill"));
    }

    [Fact]
    public void EqualFactorsAreEqualDistances()
    {
        // Time grows as L, so the marks lie on a straight line that rises to the right.
        (double X, double Y)[] marks = [.. Marks(Plot(Line("l", 0.01))).Take(3)];
        Assert.Equal(marks[1].X - marks[0].X, marks[2].X - marks[1].X, 0.11); // coordinates have one decimal
        Assert.Equal(marks[1].Y - marks[0].Y, marks[2].Y - marks[1].Y, 0.11);
        Assert.True(marks[1].X > marks[0].X && marks[1].Y < marks[0].Y);
    }

    [Fact]
    public void LabelsLengthsAndDecadesWithUnits()
    {
        var texts = Texts(XDocument.Parse(Plot(new PlotSeries("l", "#000", LineStyle.Full, [(1024, 0.02), (65_536, 3_000)]))));
        foreach (var label in new[] { "1,024", "65,536", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "l" })
        {
            Assert.Contains(label, texts);
        }
    }

    [Fact]
    public void ACurveWithoutPointsIsLeftOut()
    {
        Assert.DoesNotContain("none", Texts(XDocument.Parse(Plot(Line("some", 1), new PlotSeries("none", "#000", LineStyle.Full, [])))));
        Assert.Throws<InvalidOperationException>(() => Plot(new PlotSeries("none", "#000", LineStyle.Full, [])));
    }

    [Fact]
    public void OneLengthIsEnough() => Assert.NotEmpty(Marks(Plot(new PlotSeries("l", "#000", LineStyle.Dashed, [(1, 1)]))));

    [Fact]
    public void ALinearAxisHasEqualStepsAndPercentLabels()
    {
        var plot = new LogPlot("title", "subtitle", "layers", "error") { LinearX = true, DecadeText = LogPlot.Percent };
        plot.Add(new PlotSeries("l", "#000", LineStyle.Full, [(1, 0.002), (2, 0.02), (3, 2)]));
        var svg = plot.ToSvg();
        (double X, double Y)[] marks = [.. Marks(svg).Take(3)];
        Assert.Equal(marks[1].X - marks[0].X, marks[2].X - marks[1].X, 0.11);
        var texts = Texts(XDocument.Parse(svg));
        foreach (var label in new[] { "1", "2", "3", "0.1 %", "1 %", "10 %", "100 %", "1,000 %" })
        {
            Assert.Contains(label, texts);
        }
    }

    [Fact]
    public void ABandEndsAtTheEdgesOfThePlot()
    {
        // One of the spreads is wider than its point is high, which has no logarithm.
        var line = Line("l", 1) with { Spread = [5000, 10, 10] };
        var svg = Plot(line);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", svg, StringComparison.Ordinal);
        Assert.Contains("fill-opacity", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("fill-opacity", Plot(Line("l", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void TheTextDoesNotDependOnTheCulture()
    {
        var expected = Plot(Line("l", 0.37));
        var before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, Plot(Line("l", 0.37)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static PlotSeries Line(string name, double factor) =>
        new(name, "#000000", LineStyle.Full, [.. new[] { 1024.0, 2048.0, 4096.0 }.Select(length => (length, factor * length))]);

    private static string Plot(params PlotSeries[] series)
    {
        var plot = new LogPlot("title", "subtitle", "length", "time & more") { DecadeText = LogPlot.Duration };
        foreach (var one in series)
        {
            plot.Add(one);
        }

        return plot.ToSvg();
    }

    private static string[] Texts(XDocument document) => [.. document.Descendants(Svg + "text").Select(text => text.Value)];

    private static IEnumerable<(double X, double Y)> Marks(string svg) => XDocument.Parse(svg).Descendants(Svg + "circle")
        .Select(mark => ((double)mark.Attribute("cx")!, (double)mark.Attribute("cy")!));
}
