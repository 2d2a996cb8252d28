namespace KernelGen.Generator.Expressions;

/// <summary>Programs compute with logarithms of base 2, since that is what vector instructions scale by; these convert.</summary>
internal static class Base2
{
    /// <summary>log2 e: natural logarithms times this are of base 2.</summary>
    public const double Log2E = 1.4426950408889634;

    /// <summary>ln 2: logarithms of base 2 times this are natural.</summary>
    public const double Ln2 = 0.6931471805599453;
}
