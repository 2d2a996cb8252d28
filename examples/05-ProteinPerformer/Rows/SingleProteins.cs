namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// One protein a row, as in the paper; a protein longer than a row is cut into rows of about equal length, so that no residue is lost.
/// </summary>
internal static class SingleProteins
{
    /// <summary>The rows of proteins, in their order.</summary>
    /// <param name="set">All proteins.</param>
    /// <param name="proteins">Those that are wanted.</param>
    /// <param name="length">The most tokens of a row, 3 or more: a separator and two residues.</param>
    public static IReadOnlyList<Row> Of(ProteinSet set, IReadOnlyList<int> proteins, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 3);
        var rows = new List<Row>();
        foreach (var protein in proteins)
        {
            // The separator counts as a token of the first piece.
            var tokens = set.Residues[protein].Length + 1;
            var pieces = (tokens + length - 1) / length;
            for (var piece = 0; piece < pieces; piece++)
            {
                var from = Math.Max(0, (int)((long)tokens * piece / pieces) - 1);
                var to = (int)((long)tokens * (piece + 1) / pieces) - 1;
                var row = new RowBuilder(set, length);
                row.Add(protein, from, to, counted: true);
                rows.Add(row.ToRow());
            }
        }

        return rows;
    }
}
