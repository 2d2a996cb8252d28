namespace KernelGen.Bench.Compare;

/// <summary>What is compared.</summary>
internal enum Side
{
    /// <summary>The working tree.</summary>
    Present,

    /// <summary>The other commit.</summary>
    Other,
}
