using System.Buffers.Binary;
using System.IO.Compression;

namespace KernelGen;

/// <summary>
/// Writes small pictures as PNG (W3C recommendation, second edition): a palette, 8 bit a pixel, no filter, one chunk of data.
/// </summary>
internal static class PngImage
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256)
        .Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (crc, _) => (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)))))];

    /// <summary>The whole file.</summary>
    /// <param name="width">Pixels of a line.</param>
    /// <param name="height">Lines.</param>
    /// <param name="palette">At most 256 colours.</param>
    /// <param name="index">Which of them stands at (column, line).</param>
    public static byte[] Write(int width, int height, IReadOnlyList<(int Red, int Green, int Blue)> palette, Func<int, int, int> index)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;      // bits of a pixel
        header[9] = 3;      // which are indices into the palette
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "PLTE"u8, [.. palette.SelectMany(colour => new[] { (byte)colour.Red, (byte)colour.Green, (byte)colour.Blue })]);

        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var line = new byte[1 + width];     // a line begins with its filter, 0
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    line[1 + x] = (byte)index(x, y);
                }

                zip.Write(line);
            }
        }

        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }
}
