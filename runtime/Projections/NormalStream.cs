namespace KernelGen;

/// <summary>
/// Independent standard normal numbers, each determined by (seed, row, purpose, attempt, place): nothing drawn for one row depends on how
/// many others are drawn.
/// </summary>
internal readonly struct NormalStream(ulong seed)
{
    /// <summary>Fills a vector with N(0,1) numbers.</summary>
    /// <param name="destination">The vector.</param>
    /// <param name="row">The projection that it is for.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="attempt">0, or which redraw.</param>
    public void Fill(Span<double> destination, int row, DrawPurpose purpose, int attempt)
    {
        for (var i = 0; i < destination.Length; i += 2)
        {
            var (r0, r1, r2, r3) = Philox.Mix(seed, (uint)(i / 2), (uint)row, (uint)purpose, (uint)attempt);
            destination[i] = NormalQuantile.At(Uniform(r0, r1));
            if (i + 1 < destination.Length)
            {
                destination[i + 1] = NormalQuantile.At(Uniform(r2, r3));
            }
        }
    }

    /// <summary>
    /// The length of an independent normal vector: χ-distributed with as many degrees of freedom as the vector has numbers, as the length
    /// of an iid row would be.
    /// </summary>
    /// <param name="vector">Overwritten.</param>
    /// <param name="row">The projection that it is for.</param>
    public double ChiLength(Span<double> vector, int row)
    {
        Fill(vector, row, DrawPurpose.Length, attempt: 0);
        return Math.Sqrt(OrderedSum.Dot(vector, vector));
    }

    /// <summary>52 of 64 random bits as a number of the open interval (0, 1), symmetric about ½.</summary>
    private static double Uniform(uint low, uint high) => ((((ulong)high << 32) | low) >> 12) * (1.0 / (1L << 52)) + 0.5 / (1L << 52);
}
