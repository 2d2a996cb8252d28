namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The bidirectional task, BERT's (Devlin et al., 2018, arXiv:1810.04805, section 3.1): of the residues 15 % are chosen, and the model is to say what they are.
/// Of those chosen 80 % read [MASK], 10 % a random residue and 10 % what they are.
/// </summary>
/// <remarks>
/// All chosen residues have a target, and so a loss. Results are counted on [MASK] alone: a tenth of those chosen stand there unchanged, and a model that
/// answers with what it reads is right on them and has learned nothing.
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
    protected override void Fill(Batch batch, int start, Row row, Random random)
    {
        int chosen = 0;
        foreach (Segment segment in row.Segments)
        {
            for (int t = segment.Start; t < segment.Start + segment.Length; t++)
            {
                if (random.NextDouble() < Chosen)
                {
                    Choose(segment, t);
                    chosen++;
                }
            }
        }

        if (chosen == 0)
        {
            // A short row without a target would be a mean over nothing.
            Segment segment = row.Segments[random.Next(row.Segments.Count)];
            Choose(segment, segment.Start + random.Next(segment.Length));
        }

        void Choose(Segment segment, int t)
        {
            int position = start + t;
            batch.Targets[position] = row.Tokens[t];
            batch.Relatives[position] = segment.RelativesAround;
            switch (random.NextDouble())
            {
                case < Masked:
                    batch.Inputs[position] = Tokens.Mask;
                    batch.Counted[position] = segment.Counted;
                    break;
                case < Masked + Replaced:
                    batch.Inputs[position] = random.Next(Tokens.AminoAcids);
                    break;
            }
        }
    }
}
