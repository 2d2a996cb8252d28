using System.Security.Cryptography;
using System.Text;

namespace KernelGen.Examples;

/// <summary>
/// The bytes of a checkpoint: "KGCP", version 1, the number of blobs, then for each its name (length-prefixed UTF-8), its length and its
/// bytes, and last the SHA-256 of all that. Numbers are little-endian.
/// </summary>
internal static class CheckpointFormat
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "KGCP"u8;

    /// <summary>Writes the blobs in the order of their names, so that equal contents are equal files.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, byte[]> blobs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var head = new MemoryStream())
        using (var writer = new BinaryWriter(head, Encoding.UTF8))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(blobs.Count);
            foreach (var (name, blob) in blobs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.Write(name);
                writer.Write(blob.LongLength);
                writer.Flush();
                Put(head.GetBuffer().AsSpan(0, (int)head.Length));
                Put(blob);
                head.SetLength(0);
            }

            writer.Flush();
            Put(head.GetBuffer().AsSpan(0, (int)head.Length));
        }

        stream.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>The blobs in <paramref name="file"/>, or null where it is not whole: cut off, changed, or of another format.</summary>
    public static Dictionary<string, byte[]>? Read(byte[] file)
    {
        var end = file.Length - SHA256.HashSizeInBytes;
        if (end < Magic.Length || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || !SHA256.HashData(file.AsSpan(0, end)).AsSpan().SequenceEqual(file.AsSpan(end)))
        {
            return null;
        }

        // The sum is right, so that what follows is what was written.
        using var reader = new BinaryReader(new MemoryStream(file, Magic.Length, end - Magic.Length), Encoding.UTF8);
        if (reader.ReadInt32() != Version)
        {
            return null;
        }

        var blobs = new Dictionary<string, byte[]>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            blobs.Add(name, reader.ReadBytes(checked((int)reader.ReadInt64())));
        }

        return blobs;
    }
}
