namespace KernelGen.Formulas;

/// <summary>The numbers that calls hand in for each token.</summary>
internal static class TokenNumbers
{
    /// <summary>
    /// They are from −Most to Most. Kernels compare sums and differences of two of them, and of positions, as ints: those are ints then.
    /// </summary>
    public const int Most = 1 << 29;
}
