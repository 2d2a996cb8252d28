using System.Buffers.Binary;

namespace KernelGen;

/// <summary>Writes numbers in little-endian order through a buffer, and takes the checksum of all that it wrote.</summary>
internal sealed class ChecksumWriter(Stream stream)
{
    private readonly byte[] _buffer = new byte[1 << 14];

    /// <summary>Of all bytes so far.</summary>
    public uint Checksum { get; private set; }

    /// <summary>
    /// The checksum of all bytes so far, which is no part of what later ones are of: a CRC of bytes that end in their own CRC is the same
    /// whatever they are.
    /// </summary>
    public void WriteChecksum()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Checksum);
        stream.Write(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Checksum = Crc32.Append(Checksum, bytes);
        stream.Write(bytes);
    }

    /// <summary>One signed byte each.</summary>
    public void Signs(ReadOnlySpan<float> signs)
    {
        while (!signs.IsEmpty)
        {
            var count = Math.Min(signs.Length, _buffer.Length);
            for (var i = 0; i < count; i++)
            {
                _buffer[i] = unchecked((byte)(sbyte)signs[i]);
            }

            Bytes(_buffer.AsSpan(0, count));
            signs = signs[count..];
        }
    }

    public void Floats(ReadOnlySpan<float> numbers)
    {
        while (!numbers.IsEmpty)
        {
            var count = Math.Min(numbers.Length, _buffer.Length / sizeof(float));
            for (var i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(_buffer.AsSpan(i * sizeof(float)), numbers[i]);
            }

            Bytes(_buffer.AsSpan(0, count * sizeof(float)));
            numbers = numbers[count..];
        }
    }
}
