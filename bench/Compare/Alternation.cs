namespace KernelGen.Bench.Compare;

/// <summary>Who goes first: A B, B A, A B and so on, so that a steady drift of the machine's speed cancels out.</summary>
internal static class Alternation
{
    /// <summary>Whether the present tree is measured first in a pair of slices.</summary>
    /// <param name="process">The pair of processes; a second one begins the other way round.</param>
    /// <param name="pair">The pair of slices of a row.</param>
    public static bool PresentFirst(int process, int pair) => (process + pair) % 2 == 0;

    /// <summary>Whether another pair of slices follows, after <paramref name="done"/> of them. Both sides go first equally often.</summary>
    public static bool GoesOn(int done, double elapsedSeconds, CompareEffort effort) => done % 2 == 1
        || done < CompareEffort.FewestPairs || (done < effort.MostPairs && elapsedSeconds < effort.BudgetSeconds);
}
