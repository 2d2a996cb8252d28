using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace KernelGen.Tests.Icon;

/// <summary>
/// The part of PNG (ISO/IEC 15948) that an icon needs: square images of 8 bit red, green, blue and opacity, without filters.
/// </summary>
internal static class Png
{
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\u001a\n"u8];

    /// <summary>The file of an image.</summary>
    public static byte[] Write(byte[] pixels, int size)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        Chunk(file, "IHDR", Header(size));

        using var data = new MemoryStream();
        using (var deflated = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var row = 0; row < size; row++)
            {
                deflated.WriteByte(0); // no filter
                deflated.Write(pixels, 4 * size * row, 4 * size);
            }
        }

        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The image of a file that <see cref="Write"/> has written.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static byte[] Read(byte[] file, int size)
    {
        var left = file.AsSpan();
        Require(left.StartsWith(Signature), "the signature");
        left = left[Signature.Length..];
        byte[]? pixels = null;
        while (!left.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(left);
            var named = left.Slice(4, 4 + length);
            Require(BinaryPrimitives.ReadUInt32BigEndian(left[(8 + length)..]) == Checksum(named), "a checksum");
            left = left[(12 + length)..];
            if (named.StartsWith("IHDR"u8))
            {
                Require(named[4..].SequenceEqual(Header(size)), "the header");
            }
            else if (named.StartsWith("IDAT"u8))
            {
                pixels = Inflate(named[4..].ToArray(), size);
            }
        }

        return pixels ?? throw new InvalidDataException("There is no image.");
    }

    private static byte[] Inflate(byte[] data, int size)
    {
        using var inflated = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        var pixels = new byte[4 * size * size];
        for (var row = 0; row < size; row++)
        {
            Require(inflated.ReadByte() == 0, "a filter");
            inflated.ReadExactly(pixels, 4 * size * row, 4 * size);
        }

        Require(inflated.ReadByte() == -1, "the end");
        return pixels;
    }

    private static byte[] Header(int size)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), size);
        header[8] = 8; // bits of a sample
        header[9] = 6; // red, green, blue and opacity
        return header;
    }

    private static void Chunk(MemoryStream file, string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(named));
        file.Write(number);
    }

    /// <summary>CRC-32 with the polynomial of PNG.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
            }
        }

        return ~sum;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Not as expected: {what}.");
        }
    }
}
