using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Names of curves stand beside each other only where there is room.</summary>
public sealed class LegendTests
{
    [Theory]
    [InlineData(2, 3)]
    [InlineData(5, 12)]
    [InlineData(6, 44)]
    [InlineData(9, 25)]
    [InlineData(13, 8)]
    public void No_name_runs_into_another_or_out_of_the_picture(int curves, int letters)
    {
        const int width = 820;
        List<(double X, double Y, string Name)> names = [];
        foreach (var rows in new[] { 1, 2, 4 })
        {
            var plot = new LogPlot("title", "subtitle", "x", "y") { Width = width, LegendRows = rows, MostTogether = curves };
            for (var i = 0; i < curves; i++)
            {
                plot.Add(new PlotSeries($"{i}".PadLeft(letters, 'w'), "#000", LineStyle.Full, [(1, 1 + i), (2 - i % 2, 2)]));
            }

            var texts = XDocument.Parse(plot.ToSvg()).Descendants().Where(element => element.Name.LocalName == "text").ToList();
            names = [.. texts.Where(text => text.Value.Length == letters && text.Value.Contains('w', StringComparison.Ordinal))
                .Select(text => (Number(text, "x"), Number(text, "y"), text.Value))];
            Assert.Equal(curves, names.Count);
            foreach (var (x, y, name) in names)
            {
                // A letter of 13 pixels is about 7.2 wide on average; a sample of the next curve stands 52 before its name.
                var end = x + (7.2 * name.Length);
                Assert.True(end <= width, $"{name} ends at {end}");
                Assert.DoesNotContain(names, other => other.Y == y && other.X > x && other.X - 52 < end);
            }

            // The curves begin below the last of them.
            var series = names.Select(name => new PlotSeries(name.Name, "#000", LineStyle.Full, [(1, 1)])).ToList();
            Assert.True(names.Max(name => name.Y) + 8 < new Legend(series, width - 24 - SvgPage.Left, rows).Bottom);
        }

        static double Number(XElement text, string name) => double.Parse(text.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }
}
