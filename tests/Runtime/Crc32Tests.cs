using Xunit;

namespace KernelGen.Tests.Runtime;

public sealed class Crc32Tests
{
    [Fact]
    public void ChecksumsAreThoseOfZlib()
    {
        Assert.Equal(0u, Crc32.Append(0, []));
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8)); // the check value that catalogues of CRCs list
        Assert.Equal(0xCBF43926u, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
        Assert.Equal(0x190A55ADu, Crc32.Append(0, new byte[32])); // zlib.crc32(bytes(32))
    }
}
