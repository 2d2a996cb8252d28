using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Where the texts of a picture stand, as boxes. Reading fails where the picture is not well-formed.</summary>
internal static class SvgText
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The box of each text that is not turned, in pixels.</summary>
    public static IReadOnlyList<(string Text, double Left, double Top, double Right, double Bottom)> Boxes(string svg) =>
    [
        .. from text in XDocument.Parse(svg).Descendants(Svg + "text")
           where text.Attribute("transform") is null
           let size = Number(text, "font-size", 13)
           let width = 0.55 * size * text.Value.Length      // a letter of Helvetica is about half as wide as its size, on average
           let x = Number(text, "x", 0)
           let left = (string?)text.Attribute("text-anchor") switch { "middle" => x - width / 2, "end" => x - width, _ => x }
           let baseline = Number(text, "y", 0)
           select (text.Value, left, baseline - 0.75 * size, left + width, baseline + 0.2 * size),
    ];

    /// <summary>Asserts that all texts stand inside the picture, and none on another.</summary>
    public static void HasRoom(string svg)
    {
        var root = XDocument.Parse(svg).Root!;
        var boxes = Boxes(svg);
        foreach (var (box, index) in boxes.Select((box, index) => (box, index)))
        {
            var (width, height) = (Number(root, "width", 0), Number(root, "height", 0));
            Assert.True(box.Left >= 0 && box.Right <= width && box.Bottom <= height, $"{box} leaves the picture");
            foreach (var other in boxes.Skip(index + 1))
            {
                Assert.False(
                    box.Left < other.Right && other.Left < box.Right && box.Top < other.Bottom && other.Top < box.Bottom,
                    $"{box} stands on {other}");
            }
        }
    }

    private static double Number(XElement element, string name, double otherwise) =>
        element.Attribute(name) is { } attribute ? double.Parse(attribute.Value, CultureInfo.InvariantCulture) : otherwise;
}
