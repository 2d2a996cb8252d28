namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Which proteins hold which words of <see cref="Length"/> residues. Two proteins that share such a word are most likely relatives: with 20
/// amino acids there are 2.6·10¹⁰ words, of which 4 million residues hold 3 million. Words of few different residues (QQQQQQQQ) are shared
/// by chance too.
/// </summary>
internal sealed class KmerIndex
{
    /// <summary>The residues of a word.</summary>
    public const int Length = 8;

    // A word and a protein that holds it, each pair once, sorted by word.
    private readonly ulong[] _words;
    private readonly int[] _proteins;

    private KmerIndex(ulong[] words, int[] proteins) => (_words, _proteins) = (words, proteins);

    /// <summary>Reads all words of all proteins: n log n time of their residues, 12 bytes a residue.</summary>
    /// <param name="proteins">The residues of each protein, as tokens.</param>
    public static KmerIndex Of(IReadOnlyList<byte[]> proteins)
    {
        var count = proteins.Sum(residues => Math.Max(0, residues.Length - Length + 1));
        var words = new ulong[count];
        var owners = new int[count];
        var next = 0;
        for (var protein = 0; protein < proteins.Count; protein++)
        {
            foreach (var word in Words(proteins[protein]))
            {
                words[next] = word;
                owners[next++] = protein;
            }
        }

        Array.Sort(words, owners);
        return new KmerIndex(words, owners);
    }

    /// <summary>
    /// The words of one protein from its start to its end, each as a number in base 20; none where it is shorter than a word.
    /// </summary>
    public static IEnumerable<ulong> Words(byte[] residues)
    {
        const ulong count = 25_600_000_000; // 20⁸
        ulong word = 0;
        for (var i = 0; i < residues.Length; i++)
        {
            // The oldest residue leaves at the top.
            word = (word * (ulong)Vocabulary.AminoAcids.Length + residues[i]) % count;
            if (i >= Length - 1)
            {
                yield return word;
            }
        }
    }

    /// <summary>The proteins that hold a word, in ascending order and each once, for every word that more than one holds.</summary>
    public IEnumerable<int[]> Shared()
    {
        for (var start = 0; start < _words.Length;)
        {
            var end = start + 1;
            while (end < _words.Length && _words[end] == _words[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] holders = [.. _proteins[start..end].Distinct().Order()];
                if (holders.Length > 1)
                {
                    yield return holders;
                }
            }

            start = end;
        }
    }
}
