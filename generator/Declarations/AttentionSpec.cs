namespace KernelGen.Generator.Declarations;

/// <summary>
/// What a user declared, validated and with every default filled in: the cache boundary of the generator. Two equal specs give the same
/// text, so a spec holds values only: no symbols, syntax, locations or compilation. What only one family has is in that family's own spec.
/// </summary>
/// <param name="HeadDim">d, the numbers in one head's query and key.</param>
/// <param name="ValueDim">dv, the numbers in one head's value and output.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
internal abstract record AttentionSpec(int HeadDim, int ValueDim, bool Causal)
{
    /// <summary>The spec in one line, for the head of the emitted file.</summary>
    public abstract string Describe();

    /// <summary>The part of <see cref="Describe"/> that every family shares.</summary>
    /// <param name="others">The sizes that the family has beside these.</param>
    protected string DescribeSizes(string others = "") =>
        $"head dim d = {HeadDim}, value dim dv = {ValueDim}{others}, {(Causal ? "causal" : "bidirectional")}";
}
