namespace KernelGen;

/// <summary>
/// Independent signs, +1 or −1 with even odds, each determined by (seed, block, round, place): nothing drawn for one block depends on how
/// many others are drawn.
/// </summary>
internal readonly struct SignStream(ulong seed)
{
    private const int BitsPerCounter = 128;

    /// <summary>Fills the diagonal of one round of one block.</summary>
    public void Fill(Span<float> destination, int block, int round)
    {
        for (var start = 0; start < destination.Length; start += BitsPerCounter)
        {
            var (r0, r1, r2, r3) = Philox.Mix(
                seed, (uint)(start / BitsPerCounter), (uint)block, (uint)DrawPurpose.Sign, (uint)round);
            UInt128 bits = new(((ulong)r3 << 32) | r2, ((ulong)r1 << 32) | r0);
            var part = destination[start..Math.Min(start + BitsPerCounter, destination.Length)];
            for (var i = 0; i < part.Length; i++)
            {
                part[i] = UInt128.IsOddInteger(bits >> i) ? -1 : 1;
            }
        }
    }
}
