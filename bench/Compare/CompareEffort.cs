namespace KernelGen.Bench.Compare;

/// <summary>How long to measure a row at a width in a pair of processes.</summary>
/// <param name="MostPairs">The most pairs of slices.</param>
/// <param name="BudgetSeconds">No pair starts after this, once there are <see cref="FewestPairs"/>.</param>
internal sealed record CompareEffort(int MostPairs, double BudgetSeconds)
{
    public const int FewestPairs = 8;

    /// <summary>Of one side; a longer call is a slice by itself.</summary>
    public const double SliceSeconds = 0.01;

    public static CompareEffort Full { get; } = new(60, 1.5);

    public static CompareEffort Quick { get; } = new(20, 0.5);
}
