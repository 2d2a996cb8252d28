namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Ranks of numbers and their correlation (Spearman, 1904).</summary>
internal static class Ranks
{
    /// <summary>The rank of each number, 1 for the least; equal numbers share the mean of their ranks.</summary>
    /// <exception cref="ArgumentException">A number is NaN.</exception>
    public static double[] Of(IReadOnlyList<double> numbers)
    {
        if (numbers.Any(double.IsNaN))
        {
            throw new ArgumentException("NaN has no rank.", nameof(numbers));
        }

        int[] order = [.. Enumerable.Range(0, numbers.Count).OrderBy(i => numbers[i])];
        var ranks = new double[numbers.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && numbers[order[end]] == numbers[order[start]])
            {
                end++;
            }

            for (var i = start; i < end; i++)
            {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }

            start = end;
        }

        return ranks;
    }

    /// <summary>Pearson's correlation of two lists; of ranks it is Spearman's. NaN where one of them is constant.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public static double Correlation(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{a.Count} numbers cannot be correlated with {b.Count}."), nameof(b));
        }

        var meanA = a.Average();
        var meanB = b.Average();
        double products = 0, squaresA = 0, squaresB = 0;
        for (var i = 0; i < a.Count; i++)
        {
            products += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }

        return products / Math.Sqrt(squaresA * squaresB);
    }
}
