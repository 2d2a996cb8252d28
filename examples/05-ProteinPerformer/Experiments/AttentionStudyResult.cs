namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What came of it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Proteins">Test proteins that were looked at.</param>
/// <param name="Blosum">BLOSUM62, [20, 20].</param>
/// <param name="Similarity">How alike amino acids are to the model's heads, [20, 20].</param>
/// <param name="Comparison">How well the two agree.</param>
/// <param name="ChainLength">Residues of the protein whose maps are drawn.</param>
/// <param name="Maps">Its attention of each layer, [heads, length, length].</param>
internal sealed record AttentionStudyResult(
    ModelSettings Model, int Proteins, double[,] Blosum, double[,] Similarity, MatrixComparison Comparison, int ChainLength,
    IReadOnlyList<float[]> Maps)
{
    /// <summary>
    /// For each head of each layer the share of attention that stays within so many residues: near 1 for heads that look at neighbours,
    /// near what an even look would give for those that look everywhere.
    /// </summary>
    public IEnumerable<(int Layer, int Head, double Near)> Locality(int reach)
    {
        var square = ChainLength * ChainLength;
        for (var layer = 0; layer < Maps.Count; layer++)
        {
            for (var head = 0; head < Maps[layer].Length / square; head++)
            {
                double near = 0;
                for (var from = 0; from < ChainLength; from++)
                {
                    for (var to = Math.Max(0, from - reach); to < Math.Min(ChainLength, from + reach + 1); to++)
                    {
                        near += Maps[layer][(head * square) + (from * ChainLength) + to];
                    }
                }

                yield return (layer, head, near / ChainLength);
            }
        }
    }
}
