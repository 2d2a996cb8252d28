using System.Buffers.Binary;

namespace KernelGen;

/// <summary>The binary form of a projection, as <see cref="Projection.Save"/> documents it.</summary>
internal static class ProjectionBinary
{
    public const int Version = 1;

    private const int MagicLength = 8;
    private const int HeaderLength = MagicLength + 4 * sizeof(int);

    private static ReadOnlySpan<byte> Magic => "KGENPROJ"u8;

    /// <summary>Writes the form.</summary>
    public static void Write(Stream stream, ProjectionContent content)
    {
        ChecksumWriter writer = new(stream);
        WriteChecked(writer, content);
        writer.WriteChecksum();
    }

    /// <summary>The checksum that the binary form of the content ends with.</summary>
    public static uint Checksum(ProjectionContent content)
    {
        ChecksumWriter writer = new(Stream.Null);
        WriteChecked(writer, content);
        return writer.Checksum;
    }

    /// <summary>Reads the form.</summary>
    /// <exception cref="InvalidDataException">It is not right.</exception>
    public static ProjectionContent Read(Stream stream)
    {
        ChecksumReader reader = new(stream) { ExpectedLength = HeaderLength };
        var sizes = ReadHeader(reader);
        reader.ExpectedLength = HeaderLength + sizes.SignCount + sizes.NumberCount * sizeof(float) + sizeof(uint);
        ProjectionContent content = new(sizes, reader.Signs(sizes.SignCount), reader.Floats(sizes.NumberCount));
        reader.CheckChecksum();
        return content.Problem() is { } problem ? throw new InvalidDataException(problem) : content;
    }

    private static void WriteChecked(ChecksumWriter writer, ProjectionContent content)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        Span<int> fields = [Version, (int)content.Sizes.Draw, content.Sizes.Rows, content.Sizes.Columns];
        for (var i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header[(MagicLength + i * sizeof(int))..], fields[i]);
        }

        writer.Bytes(header);
        writer.Signs(content.Signs);
        writer.Floats(content.Numbers);
    }

    private static ProjectionSizes ReadHeader(ChecksumReader reader)
    {
        // The version first: what follows it is for that version to say.
        Span<byte> header = stackalloc byte[HeaderLength];
        reader.Bytes(header[..MagicLength]);
        if (!header[..MagicLength].SequenceEqual(Magic))
        {
            throw new InvalidDataException(
                $"This is no saved projection: it starts with the bytes {Convert.ToHexString(header[..MagicLength])}, "
                + $"not {Convert.ToHexString(Magic)}.");
        }

        reader.Bytes(header.Slice(MagicLength, sizeof(int)));
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[MagicLength..]);
        if (version != Version)
        {
            throw new InvalidDataException(
                $"The projection was saved in version {version} of the format; this library reads version {Version}.");
        }

        reader.Bytes(header[(MagicLength + sizeof(int))..]);
        var draw = BinaryPrimitives.ReadInt32LittleEndian(header[(MagicLength + sizeof(int))..]);
        if (!Enum.IsDefined((ProjectionDraw)draw))
        {
            throw new InvalidDataException(
                $"The projection has the draw {draw}; draws are {(int)ProjectionDraw.Given} to {(int)ProjectionDraw.Hadamard}.");
        }

        ProjectionSizes sizes = new(
            (ProjectionDraw)draw,
            BinaryPrimitives.ReadInt32LittleEndian(header[(MagicLength + 2 * sizeof(int))..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[(MagicLength + 3 * sizeof(int))..]));
        if (sizes.Rows < 1 || sizes.Columns < 1)
        {
            throw new InvalidDataException($"The projection has {sizes.Rows} rows and {sizes.Columns} columns; both must be at least 1.");
        }

        return sizes.Excess() is { } excess ? throw new InvalidDataException(excess) : sizes;
    }
}
