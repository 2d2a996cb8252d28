using System.IO.Compression;

namespace KernelGen.Examples;

/// <summary>
/// Reads files that gzip compressed (RFC 1952), and notices where one has been cut off: <see cref="GZipStream"/> takes that for its end.
/// </summary>
internal static class GzipFile
{
    // Behind a whole file this member is one more of it; behind a part of a file it is taken for the missing part, and never comes out.
    private static readonly byte[] Sentinel = [.. "whole: "u8, .. Guid.NewGuid().ToByteArray()];

    /// <summary>Opens a file, plain or compressed: its first bytes say which. A compressed one is unpacked into memory.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or cut off.</exception>
    public static Stream OpenRead(string path)
    {
        var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (read < start.Length || start is not [0x1F, 0x8B])
        {
            return file;
        }

        using (file)
        {
            return Decompress(file);
        }
    }

    /// <summary>What was compressed; the members of a file of several are joined.</summary>
    private static MemoryStream Decompress(FileStream file)
    {
        using var marked = new MemoryStream();
        file.CopyTo(marked);
        using (var end = new GZipStream(marked, CompressionLevel.Fastest, leaveOpen: true))
        {
            end.Write(Sentinel);
        }

        marked.Position = 0;
        var contents = new MemoryStream();
        using (var gzip = new GZipStream(marked, CompressionMode.Decompress))
        {
            gzip.CopyTo(contents);
        }

        var length = contents.Length - Sentinel.Length;
        if (!contents.GetBuffer().AsSpan(0, (int)contents.Length).EndsWith(Sentinel))
        {
            throw new InvalidDataException("It is cut off, or something follows it.");
        }

        contents.SetLength(length);
        contents.Position = 0;
        return contents;
    }
}
