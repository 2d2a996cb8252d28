using System.Globalization;
using System.Text;

namespace KernelGen.Tests.Icon;

/// <summary>
/// The icon of the packages: what causal attention of four tokens looks like. A row is a query, a column a key; squares are bright where
/// the query attends to the key, dark where it must not look.
/// </summary>
/// <remarks>
/// Everything lies on a grid of 4 of its 128 units, so that edges stay sharp at 32 pixels. Colours are computed with sums and products
/// alone, which give the same bits on every machine.
/// </remarks>
internal static class IconDrawing
{
    /// <summary>The width and height of the drawing.</summary>
    public const int Size = 128;

    private const int Margin = 12;
    private const int Cell = 20;
    private const int Pitch = 28;

    private static readonly Colour Plate = new(0x17, 0x1A, 0x33);
    private static readonly Colour Unseen = new(0x2A, 0x2F, 0x57);

    /// <summary>Colours of weights from 0 to 1, at equal distances.</summary>
    private static readonly Colour[] Scale =
    [
        new(0x6A, 0x4C, 0xC8), new(0xB8, 0x4A, 0xB0), new(0xF0, 0x5D, 0x7B), new(0xFF, 0x96, 0x4F), new(0xFF, 0xD3, 0x5C),
    ];

    /// <summary>Weights of the keys that each query sees: the first key and its own stand out, as they do in trained models.</summary>
    private static readonly double[][] Weights =
    [
        [1],
        [0.55, 1],
        [0.7, 0.1, 1],
        [0.45, 0.25, 0, 1],
    ];

    /// <summary>The drawing as an SVG file.</summary>
    public static string Svg()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Size} {Size}\">\n");
        text.Append("  <title>KernelGen: causal attention of four tokens</title>\n");
        foreach (var (left, top, size, radius, colour) in Squares())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  <rect x=\"{left}\" y=\"{top}\" width=\"{size}\" height=\"{size}\" rx=\"{radius}\" fill=\"{colour.Hex}\"/>\n");
        }

        return text.Append("</svg>\n").ToString();
    }

    /// <summary>The drawing as pixels, red, green, blue and opacity of each, row by row.</summary>
    /// <param name="pixels">The width and height.</param>
    public static byte[] Pixels(int pixels)
    {
        const int Samples = 8;
        var squares = Squares().ToList();
        var image = new byte[pixels * pixels * 4];
        for (var pixel = 0; pixel < pixels * pixels; pixel++)
        {
            var (red, green, blue, hits) = (0, 0, 0, 0);
            for (var sample = 0; sample < Samples * Samples; sample++)
            {
                var x = ((pixel % pixels) + (((sample % Samples) + 0.5) / Samples)) * Size / pixels;
                var y = ((pixel / pixels) + (((sample / Samples) + 0.5) / Samples)) * Size / pixels;
                if (squares.FindLast(square => square.Contains(x, y)) is { } top)
                {
                    (red, green, blue, hits) = (red + top.Colour.Red, green + top.Colour.Green, blue + top.Colour.Blue, hits + 1);
                }
            }

            if (hits > 0)
            {
                image[4 * pixel] = (byte)(red / hits);
                image[(4 * pixel) + 1] = (byte)(green / hits);
                image[(4 * pixel) + 2] = (byte)(blue / hits);
                image[(4 * pixel) + 3] = (byte)(hits * 255 / (Samples * Samples));
            }
        }

        return image;
    }

    /// <summary>What is drawn, from the back to the front.</summary>
    private static IEnumerable<Square> Squares()
    {
        yield return new Square(0, 0, Size, 24, Plate);
        for (var row = 0; row < Weights.Length; row++)
        {
            for (var column = 0; column < Weights.Length; column++)
            {
                var colour = column < Weights[row].Length ? At(Weights[row][column]) : Unseen;
                yield return new Square(Margin + (Pitch * column), Margin + (Pitch * row), Cell, 4, colour);
            }
        }
    }

    private static Colour At(double weight)
    {
        var place = weight * (Scale.Length - 1);
        var below = Math.Min((int)place, Scale.Length - 2);
        var part = place - below;
        return new Colour(
            Between(Scale[below].Red, Scale[below + 1].Red),
            Between(Scale[below].Green, Scale[below + 1].Green),
            Between(Scale[below].Blue, Scale[below + 1].Blue));

        byte Between(byte from, byte to) => (byte)(from + (part * (to - from)) + 0.5);
    }

    private readonly record struct Colour(byte Red, byte Green, byte Blue)
    {
        public string Hex => $"#{Red:x2}{Green:x2}{Blue:x2}";
    }

    /// <summary>A square with round corners.</summary>
    private sealed record Square(int Left, int Top, int Size, int Radius, Colour Colour)
    {
        public bool Contains(double x, double y)
        {
            // How far the point is from the square that the centres of the corners span.
            var outsideX = Math.Max(Math.Max(Left + Radius - x, x - (Left + Size - Radius)), 0);
            var outsideY = Math.Max(Math.Max(Top + Radius - y, y - (Top + Size - Radius)), 0);
            return (outsideX * outsideX) + (outsideY * outsideY) <= Radius * Radius;
        }
    }
}
