namespace KernelGen.Generator.Backends.Cpu;

/// <summary>One vector width of the CPU, as a table.</summary>
/// <param name="Bits">The width of a vector register.</param>
/// <param name="PanelColumns">Columns that a product of tiles takes at a time: those of its register block (<c>RegisterBlock</c> of the runtime).</param>
/// <param name="MultiplyAdd">The method that fuses a product and a sum: exact where every such CPU has FMA.</param>
internal sealed record CpuTarget(int Bits, int PanelColumns, string MultiplyAdd)
{
    /// <summary>All widths, widest first.</summary>
    public static readonly IReadOnlyList<CpuTarget> All = new[]
    {
        new CpuTarget(512, PanelColumns: 64, "FusedMultiplyAdd"),
        new CpuTarget(256, PanelColumns: 16, "FusedMultiplyAdd"),
        new CpuTarget(128, PanelColumns: 8, "MultiplyAddEstimate"),
    };

    /// <summary>floats in a vector.</summary>
    public int Lanes => Bits / 32;

    /// <summary>The alias, in emitted text, of the static class of this width's operations.</summary>
    public string Simd => $"_Simd{Bits}";

    /// <summary>The alias, in emitted text, of a vector of this width.</summary>
    public string Floats => $"_Floats{Bits}";

    /// <summary>The alias, in emitted text, of the runtime's products of tiles at this width.</summary>
    public string Products => $"_Products{Bits}";

    /// <summary>The alias, in emitted text, of the runtime's products of a row or two at this width.</summary>
    public string RowProducts => $"_RowProducts{Bits}";

    public int RoundUp(int count) => (count + Lanes - 1) / Lanes * Lanes;
}
