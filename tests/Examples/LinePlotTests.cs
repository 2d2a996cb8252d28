using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Do linear plots show what they were given, with round ticks and names that do not run into each other?</summary>
public sealed class LinePlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void EqualStepsAreEqualDistances()
    {
        var plot = new LinePlot("t", "s", "steps", "loss") { Marks = true };
        plot.Add(new PlotSeries("curve", "#000", LineStyle.Full, [(0, 3), (100, 2), (200, 1)]));
        (double X, double Y)[] marks = [.. XDocument.Parse(plot.ToSvg()).Descendants(Svg + "circle").Take(3)
            .Select(mark => ((double)mark.Attribute("cx")!, (double)mark.Attribute("cy")!))];
        Assert.Equal(marks[1].X - marks[0].X, marks[2].X - marks[1].X, 0.11); // coordinates have one decimal
        Assert.Equal(marks[1].Y - marks[0].Y, marks[2].Y - marks[1].Y, 0.11);
        Assert.True(marks[0].Y < marks[2].Y);
    }

    [Fact]
    public void LevelsAreNamedAndTheirNamesDoNotOverlap()
    {
        var plot = new LinePlot("t", "s", "steps", "loss");
        plot.Add(new PlotSeries("curve", "#000", LineStyle.Full, [(0, 3), (100, 1)]));
        string[] names = ["frequencies & more", "Bayes", "match"];
        double[] levels = [2.892, 2.868, 2.86];
        foreach (var (name, level) in names.Zip(levels))
        {
            plot.Add(new ReferenceLine(name, level));
        }

        XElement[] texts = [.. XDocument.Parse(plot.ToSvg()).Descendants(Svg + "text").Where(text => names.Contains(text.Value))];
        Assert.Equal(names, texts.Select(text => text.Value));
        double[] baselines = [.. texts.Select(text => (double)text.Attribute("y")!)];
        Assert.All(baselines.Zip(baselines.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 12));
    }

    [Fact]
    public void TheLegendHasRoomForLongNames()
    {
        var plot = new LinePlot("t", "s", "steps", "loss");
        for (var i = 0; i < 6; i++)
        {
            plot.Add(new PlotSeries($"a kernel of a rather long name {i}", "#000", LineStyle.Full, [(0, 3), (100, 1)]));
        }

        (double X, double Y, int Length)[] names = [.. XDocument.Parse(plot.ToSvg()).Descendants(Svg + "text")
            .Where(text => text.Value.StartsWith("a kernel", StringComparison.Ordinal))
            .Select(text => ((double)text.Attribute("x")!, (double)text.Attribute("y")!, text.Value.Length))];
        Assert.Equal(6, names.Length);
        foreach (var line in names.GroupBy(name => name.Y))
        {
            double[] starts = [.. line.Select(name => name.X).Order()];

            // A letter of 13 pixels is 7 pixels wide on average, and a sample of the next curve stands 52 before its name.
            Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - 52 - pair.First >= 7 * names[0].Length));
            Assert.True(starts[^1] + 7 * names[0].Length <= 820);
        }
    }

    [Fact]
    public void WhatLiesAboveTheMostIsCutOff()
    {
        var plot = new LinePlot("t", "s", "steps", "loss") { MostY = 3 };
        plot.Add(new PlotSeries("curve", "#000", LineStyle.Full, [(0, 300), (100, 1)]));
        var texts = Texts(plot);
        Assert.Contains("3", texts);
        Assert.DoesNotContain("300", texts);
    }

    [Fact]
    public void NumbersOfThingsHaveWholeLabels()
    {
        var plot = new LinePlot("t", "s", "relatives", "accuracy") { WholeX = true, LeastY = 0, YText = LinePlot.Percent };
        plot.Add(new PlotSeries("curve", "#000", LineStyle.Full, [(0, 0.1), (2, 0.6)]));
        var texts = Texts(plot);
        Assert.Contains("0 %", texts);
        Assert.Contains("60 %", texts);
        Assert.DoesNotContain("0.5", texts);
        Assert.Contains("1", texts);
    }

    [Fact]
    public void OnePointIsEnoughAndNoneIsAnError()
    {
        var plot = new LinePlot("t", "s", "steps", "loss");
        plot.Add(new PlotSeries("none", "#000", LineStyle.Full, []));
        Assert.Throws<InvalidOperationException>(plot.ToSvg);
        plot.Add(new PlotSeries("one", "#000", LineStyle.Full, [(5, 2)]));
        Assert.DoesNotContain("NaN", plot.ToSvg(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void APointThatIsNotFiniteIsAnErrorThatNamesTheCurve(double y)
    {
        var plot = new LinePlot("t", "s", "steps", "loss");
        Assert.Contains(
            "diverged",
            Assert.Throws<ArgumentException>(() => plot.Add(new PlotSeries("diverged", "#000", LineStyle.Full, [(0, 1), (1, y)]))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1500, 8, new double[] { 0, 200, 400, 600, 800, 1000, 1200, 1400, 1600 })]
    [InlineData(2.08, 2.97, 7, new[] { 2, 2.2, 2.4, 2.6, 2.8, 3 })]
    [InlineData(0.1, 0.3, 4, new[] { 0.1, 0.15, 0.2, 0.25, 0.3 })]
    [InlineData(-1, 1, 4, new[] { -1, -0.5, 0, 0.5, 1 })]
    [InlineData(5, 5, 4, new double[] { 4, 6 })]
    public void TicksAreRoundAndCoverAll(double from, double to, int about, double[] expected)
    {
        double[] ticks = [.. NiceTicks.Cover(from, to, about)];
        if (from < to)
        {
            Assert.Equal(expected, ticks);
        }

        Assert.True(ticks.Length >= 2 && ticks[0] <= from && ticks[^1] >= to);
    }

    private static string[] Texts(LinePlot plot) => [.. XDocument.Parse(plot.ToSvg()).Descendants(Svg + "text").Select(text => text.Value)];
}
