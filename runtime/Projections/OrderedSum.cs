namespace KernelGen;

/// <summary>Sums in the order of the index: vectorised sums would depend on the machine's width, and a draw must not.</summary>
internal static class OrderedSum
{
    /// <summary>aᵀb of vectors of one length.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
