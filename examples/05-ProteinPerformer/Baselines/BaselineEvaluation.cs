namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Scores baselines on batches that models are scored on.</summary>
internal static class BaselineEvaluation
{
    /// <summary>The scores of a baseline; its perplexity means nothing unless it is a distribution.</summary>
    /// <param name="baseline">The baseline.</param>
    /// <param name="task">What the batches ask.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="threads">Rows that are looked at at a time.</param>
    public static RelativeScores Run(Baseline baseline, PredictionTask task, IEnumerable<Batch> batches, int threads)
    {
        // In the order of the rows: sums of floating-point numbers must not depend on the threads.
        var total = new RelativeScores();
        foreach (var scores in batches.SelectMany(batch => CountedRow.Of(batch, task))
            .AsParallel().AsOrdered().WithDegreeOfParallelism(threads).Select(row => Score(baseline, row)))
        {
            total.Add(scores);
        }

        return total;
    }

    private static RelativeScores Score(Baseline baseline, CountedRow row)
    {
        var scores = new RelativeScores();
        var probabilities = new double[row.Places.Length * Tokens.AminoAcids];
        baseline.Predict(row.Inputs, row.Places, probabilities);
        for (var i = 0; i < row.Places.Length; i++)
        {
            var p = probabilities.AsSpan(i * Tokens.AminoAcids, Tokens.AminoAcids);
            var mine = p[(int)row.Residues[i]];

            // Of equals the first is named.
            var named = 0;
            for (var x = 1; x < p.Length; x++)
            {
                named = p[x] > p[named] ? x : named;
            }

            scores.Add(row.Relatives[i], named == row.Residues[i], -Math.Log(mine));
        }

        return scores;
    }
}
