namespace KernelGen.Examples;

/// <summary>Proteins joined to one long sequence of tokens.</summary>
internal static class TokenStream
{
    /// <summary>
    /// The first <paramref name="length"/> tokens of protein, EOS, protein, EOS, … in the order of the file, as in the Performer paper's
    /// experiment on long sequences. After the last protein it starts again with the first.
    /// </summary>
    public static byte[] Concatenate(IReadOnlyList<Protein> proteins, int length)
    {
        var tokens = new byte[length];
        var written = 0;
        while (written < length)
        {
            foreach (var protein in proteins)
            {
                foreach (var residue in protein.Residues)
                {
                    if (written == length)
                    {
                        return tokens;
                    }

                    tokens[written++] = (byte)Vocabulary.AminoAcids.IndexOf(residue);
                }

                if (written == length)
                {
                    return tokens;
                }

                tokens[written++] = Vocabulary.EndOfSequence;
            }
        }

        return tokens;
    }

    /// <summary>The tokens after which the proteins start to repeat.</summary>
    public static long Period(IReadOnlyList<Protein> proteins) => proteins.Sum(protein => protein.Residues.Length + 1L);
}
