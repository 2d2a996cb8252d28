namespace KernelGen.Generator.Backends.Cpu;

/// <summary>One vector width of the CPU, as a table: how its vectors are spelled and which register blocks fit its registers.</summary>
/// <param name="Bits">The width of a vector register.</param>
/// <param name="BlockRows">Rows of the accumulator block of a product.</param>
/// <param name="BlockVectors">Vectors a row of that block. Rows × vectors accumulators, the vectors of B and one broadcast must fit the register file.</param>
/// <param name="TriangleRows">Rows of the block of a triangular product.</param>
/// <param name="TriangleVectors">Vectors a row of that block: narrow, so that little above the diagonal is computed.</param>
/// <param name="MultiplyAdd">The method that fuses a product and a sum: exact where every such CPU has FMA.</param>
internal sealed record CpuTarget(
    int Bits, int BlockRows, int BlockVectors, int TriangleRows, int TriangleVectors, string MultiplyAdd)
{
    /// <summary>All widths, widest first. 512-bit vectors have 32 registers: 24 accumulators, 4 of B, 1 broadcast. The others have 16.</summary>
    public static readonly IReadOnlyList<CpuTarget> All = new[]
    {
        new CpuTarget(512, BlockRows: 6, BlockVectors: 4, TriangleRows: 12, TriangleVectors: 1, "FusedMultiplyAdd"),
        new CpuTarget(256, BlockRows: 6, BlockVectors: 2, TriangleRows: 6, TriangleVectors: 2, "FusedMultiplyAdd"),
        new CpuTarget(128, BlockRows: 6, BlockVectors: 2, TriangleRows: 6, TriangleVectors: 2, "MultiplyAddEstimate"),
    };

    /// <summary>floats in a vector.</summary>
    public int Lanes => Bits / 32;

    /// <summary>The alias, in emitted text, of the static class of this width's operations.</summary>
    public string Simd => $"_Simd{Bits}";

    /// <summary>The alias, in emitted text, of a vector of this width.</summary>
    public string Floats => $"_Floats{Bits}";

    public int RoundUp(int count) => (count + Lanes - 1) / Lanes * Lanes;
}
