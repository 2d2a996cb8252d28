using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>
/// Reads what <see cref="ChecksumWriter"/> wrote, and not a byte more. Arrays grow with what has been read, so that sizes in a damaged
/// header cannot ask for memory that the stream has no content for.
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
        Fill(destination);
        Checksum = Crc32.Append(Checksum, destination);
    }

    public byte[] Bytes(int count) => Grown<byte>(count, sizeof(byte), static (bytes, numbers) => bytes.CopyTo(numbers));

    /// <summary>Signed bytes as they are: whether each is a sign is for the caller to check.</summary>
    public float[] Signs(long count) => Grown<float>(count, sizeof(sbyte), static (bytes, numbers) =>
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = unchecked((sbyte)bytes[i]);
        }
    });

    public float[] Floats(long count) => Grown<float>(count, sizeof(float), ReadFloats);

    /// <summary>Fills a span.</summary>
    /// <exception cref="InvalidDataException">The stream ends first.</exception>
    public void Floats(Span<float> destination)
    {
        Bytes(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            ReadFloats(MemoryMarshal.AsBytes(destination), destination);
        }
    }

    /// <summary>Reads what <see cref="ChecksumWriter.WriteChecksum"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes before it are others than were written.</exception>
    public void CheckChecksum()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (Checksum != stored)
        {
            throw new InvalidDataException($"The {what} is damaged: its bytes have the checksum {Checksum:X8}, but {stored:X8} was saved.");
        }
    }

    private static void ReadFloats(ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }
    }

    private void Fill(Span<byte> destination)
    {
        var read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        _length += read;
        if (read < destination.Length)
        {
            throw new InvalidDataException($"The {what} is cut off: it ends after {_length} of at least {ExpectedLength} bytes.");
        }
    }

    private T[] Grown<T>(long count, int size, Action<ReadOnlySpan<byte>, Span<T>> read)
    {
        var perChunk = _buffer.Length / size;
        var numbers = new T[Math.Min(count, perChunk)];
        for (var start = 0; start < count;)
        {
            var chunk = (int)Math.Min(count - start, perChunk);
            var bytes = _buffer.AsSpan(0, chunk * size);
            Bytes(bytes);
            if (numbers.Length < start + chunk)
            {
                Array.Resize(ref numbers, (int)Math.Min(count, Math.Max(2L * numbers.Length, start + chunk)));
            }

            read(bytes, numbers.AsSpan(start, chunk));
            start += chunk;
        }

        return numbers;
    }
}
