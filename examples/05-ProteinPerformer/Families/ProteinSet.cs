namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The proteins of a file with all that is known of them: tokens, relatives, components, split.</summary>
internal sealed class ProteinSet
{
    /// <summary>Indexes proteins: seconds for millions of residues.</summary>
    /// <exception cref="JobException">They do not suffice for a split, or two have the same name.</exception>
    public ProteinSet(IReadOnlyList<Protein> proteins)
    {
        Names = [.. proteins.Select(protein => protein.Name)];
        if (Names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new JobException(
                $"The protein '{twice.Key}' is in the file {twice.Count()} times. Hashes of names split the proteins: give each a name of its own.");
        }

        Residues =
            [.. proteins.Select(protein => protein.Residues.Select(letter => (byte)Vocabulary.AminoAcids.IndexOf(letter)).ToArray())];
        var index = KmerIndex.Of(Residues);
        Graph = new RelativeGraph(Residues.Count, index);
        Components = ProteinPerformer.Components.Of(Graph);
        Split = ProteinSplit.Of(Names, Components, index);
    }

    /// <summary>The header of each protein.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The residues of each protein as tokens, 0 to 19.</summary>
    public IReadOnlyList<byte[]> Residues { get; }

    /// <summary>Who is related to whom.</summary>
    public RelativeGraph Graph { get; }

    /// <summary>Sets of proteins that share no word with each other, the largest first.</summary>
    public IReadOnlyList<int[]> Components { get; }

    /// <summary>What is learned from and what is tested on.</summary>
    public ProteinSplit Split { get; }

    /// <summary>Reads and indexes the proteins of a FASTA file.</summary>
    /// <exception cref="JobException">It cannot be read, or does not suffice for a split.</exception>
    public static ProteinSet Load(string path) => new(Fasta.ReadFile(path));
}
