namespace KernelGen;

/// <summary>
/// The CRC-32 of zlib, PNG and Ethernet (reflected polynomial EDB88320), so that any tool can check a saved projection. Written out because
/// the shared framework has none, and its SHA-256 needs OpenSSL to be installed on Linux.
/// </summary>
internal static class Crc32
{
    private static readonly uint[] s_table = Table();

    /// <summary>The checksum of what <paramref name="checksum"/> is of, 0 for nothing, with more bytes behind it.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var register = ~checksum;
        foreach (var b in bytes)
        {
            register = s_table[(byte)(register ^ b)] ^ (register >> 8);
        }

        return ~register;
    }

    private static uint[] Table()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var register = i;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ (uint.IsOddInteger(register) ? 0xEDB88320 : 0);
            }

            table[i] = register;
        }

        return table;
    }
}
