namespace KernelGen.Examples.ProteinPerformer;

/// <summary>How well one matrix of pairs of amino acids agrees with another, over the 190 pairs of two different ones.</summary>
/// <param name="Correlation">Spearman's rank correlation.</param>
/// <param name="PValue">
/// The share of relabellings of the amino acids that reach this correlation (Mantel, 1967, "The detection of disease clustering and a
/// generalized regression approach"): pairs that share an amino acid are not independent of each other, so that a formula for independent
/// pairs would find too small a value. One-sided; the labels as they are count as one relabelling, so that it is never 0.
/// </param>
internal sealed record MatrixComparison(double Correlation, double PValue)
{
    /// <summary>Compares matrices.</summary>
    /// <param name="a">Symmetric, [n, n]; the diagonal is not read.</param>
    /// <param name="b">Likewise.</param>
    /// <param name="permutations">Random relabellings.</param>
    /// <param name="seed">Their seed.</param>
    /// <exception cref="ArgumentException">The matrices differ in size, or an entry beside the diagonal is NaN.</exception>
    public static MatrixComparison Of(double[,] a, double[,] b, int permutations, int seed)
    {
        var size = a.GetLength(0);
        if (a.GetLength(1) != size || b.GetLength(0) != size || b.GetLength(1) != size)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{size} × {a.GetLength(1)} and {b.GetLength(0)} × {b.GetLength(1)} cannot be compared."),
                nameof(b));
        }

        // Ranks once: relabelling moves them and does not change them.
        var ranksA = Ranks.Of(Pairs(a));
        var ranksB = Ranks.Of(Pairs(b));
        var correlation = Ranks.Correlation(ranksA, ranksB);
        var square = new double[size, size];
        var next = 0;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < i; j++)
            {
                square[i, j] = square[j, i] = ranksA[next++];
            }
        }

        var random = Seeds.Random("relabellings", seed);
        int[] labels = [.. Enumerable.Range(0, size)];
        var moved = new double[ranksA.Length];
        var reached = 1;
        for (var permutation = 0; permutation < permutations; permutation++)
        {
            random.Shuffle(labels);
            next = 0;
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    moved[next++] = square[labels[i], labels[j]];
                }
            }

            // Relabellings that change nothing give the same sum in another order.
            reached += Ranks.Correlation(moved, ranksB) >= correlation - 1e-12 ? 1 : 0;
        }

        return new MatrixComparison(correlation, reached / (permutations + 1.0));
    }

    /// <summary>
    /// The place of a pair among all pairs of two different amino acids, 1 for the most alike; of equal pairs all have the best place.
    /// </summary>
    /// <param name="matrix">[20, 20], symmetric.</param>
    /// <param name="first">The letter of an amino acid.</param>
    /// <param name="second">That of another.</param>
    /// <exception cref="ArgumentException">They are not two amino acids.</exception>
    public static int Place(double[,] matrix, char first, char second)
    {
        var a = Vocabulary.AminoAcids.IndexOf(first);
        var b = Vocabulary.AminoAcids.IndexOf(second);
        if (a < 0 || b < 0 || a == b)
        {
            throw new ArgumentException($"'{first}' and '{second}' are not two amino acids.", nameof(second));
        }

        return 1 + Pairs(matrix).Count(value => value > matrix[a, b]);
    }

    /// <summary>The entries below the diagonal, row by row.</summary>
    private static double[] Pairs(double[,] matrix) =>
        [.. from i in Enumerable.Range(0, matrix.GetLength(0)) from j in Enumerable.Range(0, i) select matrix[i, j]];
}
