namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Accuracy and perplexity over residues.</summary>
/// <param name="Count">The residues that were asked for.</param>
/// <param name="Correct">Those of them that were named.</param>
/// <param name="LogLoss">The sum of −ln of the probability that each was given.</param>
internal readonly record struct Score(long Count, long Correct, double LogLoss)
{
    /// <summary>The share that was named; NaN where none was asked for.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>exp of the mean loss: choosing blindly among so many residues is as uncertain. NaN where none was asked for.</summary>
    public double Perplexity => Math.Exp(LogLoss / Count);

    /// <summary>The standard error of <see cref="Accuracy"/>, as if residues were independent, which those of relatives are not.</summary>
    public double StandardError => Math.Sqrt(Accuracy * (1 - Accuracy) / Count);

    /// <summary>With one residue more.</summary>
    /// <param name="correct">Whether it was named.</param>
    /// <param name="logLoss">−ln of its probability.</param>
    public Score With(bool correct, double logLoss) => new(Count + 1, Correct + (correct ? 1 : 0), LogLoss + logLoss);

    /// <summary>The score over the residues of both.</summary>
    public static Score operator +(Score a, Score b) => new(a.Count + b.Count, a.Correct + b.Correct, a.LogLoss + b.LogLoss);
}
