using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Does a matrix become squares or pixels of the right colours at the right places?</summary>
public sealed class HeatMapTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void ASmallMatrixIsSquaresAtItsPlaces()
    {
        var map = new HeatMap("t & u", "s", columns: 2, side: 100);
        map.Add(new HeatMapPanel("a < b", new[,] { { 0.0, 1 }, { double.NaN, 0 } }, new ColourScale(0, 1))
        {
            Labels = ["A", "B"],
            ScaleText = value => SvgPage.Text($"{value:F1}"),
        });
        var document = XDocument.Parse(map.ToSvg());
        Assert.Contains("a < b", document.Descendants(Svg + "text").Select(text => text.Value));
        Assert.Equal(
            ["0.0", "0.5", "1.0"], document.Descendants(Svg + "text").Select(text => text.Value).Where(text => text.Contains('.')));
        var paths = document.Descendants(Svg + "path")
            .ToDictionary(path => (string)path.Attribute("fill")!, path => (string)path.Attribute("d")!);
        var frame = document.Descendants(Svg + "rect").Last();
        var (x, y) = ((int)frame.Attribute("x")!, (int)frame.Attribute("y")!);
        Assert.Equal($"M{x} {y}h50v50h-50zM{x + 50} {y + 50}h50v50h-50z", paths[Hex(0)]);
        Assert.Equal($"M{x + 50} {y}h50v50h-50z", paths[Hex(ColourScale.Palette.Count - 2)]);
        Assert.Equal($"M{x} {y + 50}h50v50h-50z", paths[Hex(ColourScale.Palette.Count - 1)]);
    }

    [Fact]
    public void ALargeMatrixIsAPictureOfOnePixelANumber()
    {
        var values = new double[40, 30];
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < 30; j++)
            {
                values[i, j] = i + 100 * j;
            }
        }

        var scale = ColourScale.Over(values.Cast<double>());
        var map = new HeatMap("t", "s", columns: 1, side: 120);
        map.Add(new HeatMapPanel("", values, scale));
        var data = (string)Assert.Single(XDocument.Parse(map.ToSvg()).Descendants(Svg + "image")).Attribute("href")!;
        const string prefix = "data:image/png;base64,";
        Assert.StartsWith(prefix, data, StringComparison.Ordinal);
        var pixels = Pixels(Convert.FromBase64String(data[prefix.Length..]), 30, 40);
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < 30; j++)
            {
                Assert.Equal(scale.IndexOf(values[i, j]), pixels[i * 30 + j]);
            }
        }
    }

    [Fact]
    public void ColoursGoFromLightToDark()
    {
        var scale = new ColourScale(-1, 1);
        Assert.Equal(0, scale.IndexOf(-5));
        Assert.Equal(ColourScale.Palette.Count - 2, scale.IndexOf(5));
        Assert.Equal(ColourScale.Palette.Count - 1, scale.IndexOf(double.NaN));
        int[] light = [.. ColourScale.Palette.SkipLast(1).Select(colour => colour.Red + colour.Green + colour.Blue)];
        Assert.All(light.Zip(light.Skip(1)), pair => Assert.True(pair.First > pair.Second));
        Assert.Equal(new ColourScale(2, 7), ColourScale.Over([7, double.NaN, 2, 5]));
        Assert.Equal(0, ColourScale.Over([3, 3]).IndexOf(3));
    }

    [Fact]
    public void BadMatricesAreNamed()
    {
        var map = new HeatMap("t", "s", 1, 100);
        Assert.Throws<InvalidOperationException>(map.ToSvg);
        Assert.Contains(
            "0 × 3",
            Assert.Throws<ArgumentException>(() => map.Add(new HeatMapPanel("m", new double[0, 3], new ColourScale(0, 1)))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "2 × 2 and has 3 labels",
            Assert.Throws<ArgumentException>(() =>
                map.Add(new HeatMapPanel("m", new double[2, 2], new ColourScale(0, 1)) { Labels = ["A", "B", "C"] })).Message,
            StringComparison.Ordinal);
    }

    private static string Hex(int index)
    {
        var (red, green, blue) = ColourScale.Palette[index];
        return $"#{red:x2}{green:x2}{blue:x2}";
    }

    /// <summary>Reads a picture as the recommendation says, with checks of its own.</summary>
    private static byte[] Pixels(byte[] png, int width, int height)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        var types = new List<string>();
        byte[] packed = [];
        for (var place = 8; place < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(place));
            var type = System.Text.Encoding.ASCII.GetString(png, place + 4, 4);
            var data = png[(place + 8)..(place + 8 + length)];
            Assert.Equal(Crc(png.AsSpan(place + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(place + 8 + length)));
            types.Add(type);
            place += 12 + length;
            if (type == "IHDR")
            {
                Assert.Equal(
                    (width, height), (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(4))));
                Assert.Equal([8, 3, 0, 0, 0], data[8..]);
            }
            else if (type == "PLTE")
            {
                Assert.Equal(ColourScale.Palette.Select(colour => (byte)colour.Green), data.Chunk(3).Select(colour => colour[1]));
            }
            else if (type == "IDAT")
            {
                packed = data;
            }
        }

        Assert.Equal(["IHDR", "PLTE", "IDAT", "IEND"], types);
        using var unpacked = new MemoryStream();
        using (var zip = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress))
        {
            zip.CopyTo(unpacked);
        }

        byte[][] lines = [.. unpacked.ToArray().Chunk(1 + width)];
        Assert.Equal(height, lines.Length);
        Assert.All(lines, line => Assert.Equal(0, line[0]));
        return [.. lines.SelectMany(line => line[1..])];
    }

    // Bit by bit: slower than a table, and not the same code.
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
