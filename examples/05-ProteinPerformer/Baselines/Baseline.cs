namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What is known without a model. It sees what a model sees.</summary>
internal abstract class Baseline
{
    /// <summary>What tables call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether its probabilities are meant as such; if not, they only name a residue, and there is no perplexity.</summary>
    public virtual bool IsDistribution => true;

    /// <summary>The probabilities of the residues at places of one row.</summary>
    /// <param name="inputs">The row as a model reads it, without padding.</param>
    /// <param name="places">
    /// Where the residues stand, in ascending order. In the unidirectional task the row holds them: a baseline of that task looks at
    /// nothing from a place on.
    /// </param>
    /// <param name="probabilities">Filled with [places, <see cref="Tokens.AminoAcids"/>]; each row sums to 1.</param>
    public abstract void Predict(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<double> probabilities);
}
