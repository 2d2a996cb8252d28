using System.Buffers.Binary;

namespace KernelGen;

/// <summary>
/// Reads what <see cref="ChecksumWriter"/> wrote, and not a byte more. Arrays grow with what has been read, so that sizes in a damaged header
/// cannot ask for memory that the stream has no content for.
/// </summary>
/// <param name="stream">Where from.</param>
/// <param name="what">What is read, for messages.</param>
internal sealed class ChecksumReader(Stream stream, string what = "projection")
{
    private readonly byte[] _buffer = new byte[1 << 14];
    private long _length;

    /// <summary>How long the whole should be, for messages.</summary>
    public long ExpectedLength { get; set; }

    /// <summary>Of all bytes so far.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Fills a span.</summary>
    /// <exception cref="InvalidDataException">The stream ends first.</exception>
    public void Bytes(Span<byte> destination)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        _length += read;
        if (read < destination.Length)
        {
            throw new InvalidDataException($"The {what} is cut off: it ends after {_length} of at least {ExpectedLength} bytes.");
        }

        Checksum = Crc32.Append(Checksum, destination);
    }

    /// <summary>Signed bytes as they are: whether each is a sign is for the caller to check.</summary>
    public float[] Signs(long count) => Grown(count, sizeof(sbyte), static bytes => unchecked((sbyte)bytes[0]));

    public float[] Floats(long count) => Grown(count, sizeof(float), BinaryPrimitives.ReadSingleLittleEndian);

    private float[] Grown(long count, int size, Func<ReadOnlySpan<byte>, float> read)
    {
        int perChunk = _buffer.Length / size;
        float[] numbers = new float[Math.Min(count, perChunk)];
        for (int start = 0; start < count;)
        {
            int chunk = (int)Math.Min(count - start, perChunk);
            Span<byte> bytes = _buffer.AsSpan(0, chunk * size);
            Bytes(bytes);
            if (numbers.Length < start + chunk)
            {
                Array.Resize(ref numbers, (int)Math.Min(count, Math.Max(2L * numbers.Length, start + chunk)));
            }

            for (int i = 0; i < chunk; i++)
            {
                numbers[start + i] = read(bytes.Slice(i * size, size));
            }

            start += chunk;
        }

        return numbers;
    }
}
