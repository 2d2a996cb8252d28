namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The bidirectional task, BERT's (Devlin et al., 2018, arXiv:1810.04805, section 3.1): of the residues 15 % are chosen, and the model is
/// to say what they are. Of those chosen 80 % read [MASK], 10 % a random residue and 10 % what they are.
/// </summary>
/// <remarks>
/// All chosen residues have a target, and so a loss. Results are counted on [MASK] alone: a tenth of those chosen stand there unchanged,
/// and a model that answers with what it reads is right on them and has learned nothing.
/// </remarks>
internal sealed class MaskedTask : PredictionTask
{
    private const double Chosen = 0.15;
    private const double Masked = 0.8;
    private const double Replaced = 0.1;

    /// <inheritdoc/>
    public override string Name => "masked";

    /// <inheritdoc/>
    public override int Offset => 0;

    /// <inheritdoc/>
    protected override void Fill(Batch batch, int start, Row row, Func<Segment, Random> random)
    {
        var chosen = 0;
        foreach (var segment in row.Segments)
        {
            var draws = random(segment);
            for (var t = 0; t < segment.Length; t++)
            {
                if (draws.NextDouble() < Chosen)
                {
                    Choose(batch, start, row, segment, t, draws);
                    chosen++;
                }
            }
        }

        if (chosen == 0)
        {
            // A short row without a target would be a mean over nothing.
            var only = row.Segments[^1];
            var draws = random(only);
            Choose(batch, start, row, only, draws.Next(only.Length), draws);
        }
    }

    private static void Choose(Batch batch, int start, Row row, Segment segment, int residue, Random draws)
    {
        var place = segment.Start + residue;
        batch.Targets[start + place] = row.Tokens[place];
        batch.Proteins[start + place] = segment.Protein;
        batch.Relatives[start + place] = segment.RelativesAround;
        switch (draws.NextDouble())
        {
            case < Masked:
                batch.Inputs[start + place] = Tokens.Mask;
                batch.Counted[start + place] = segment.Counted;
                break;
            case < Masked + Replaced:
                batch.Inputs[start + place] = draws.Next(Tokens.AminoAcids);
                break;
        }
    }
}
