using System.Runtime.InteropServices;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>A protein that shares words with another.</summary>
/// <param name="Protein">Its index.</param>
/// <param name="SharedWords">The different words of <see cref="KmerIndex.Length"/> residues that both hold, at least 1.</param>
internal readonly record struct Relative(int Protein, int SharedWords);

/// <summary>
/// Which proteins share words of <see cref="KmerIndex.Length"/> residues, and how many: the relatives of each, nearest first.
/// </summary>
internal sealed class RelativeGraph
{
    private readonly Relative[][] _relatives;
    private readonly Dictionary<(int, int), int> _shared;

    /// <summary>Counts the words that each pair shares.</summary>
    /// <param name="count">The number of proteins.</param>
    /// <param name="index">Their words.</param>
    public RelativeGraph(int count, KmerIndex index)
    {
        _shared = [];
        foreach (var holders in index.Shared())
        {
            for (var a = 0; a < holders.Length; a++)
            {
                for (var b = a + 1; b < holders.Length; b++)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(_shared, (holders[a], holders[b]), out _)++;
                }
            }
        }

        var relatives = new List<Relative>[count];
        for (var protein = 0; protein < count; protein++)
        {
            relatives[protein] = [];
        }

        foreach ((var (a, b), var shared) in _shared)
        {
            relatives[a].Add(new Relative(b, shared));
            relatives[b].Add(new Relative(a, shared));
        }

        // Ties by index, so that the order depends on the data alone.
        _relatives = [.. relatives.Select(of => of.OrderByDescending(one => one.SharedWords).ThenBy(one => one.Protein).ToArray())];
    }

    /// <summary>The number of proteins.</summary>
    public int Count => _relatives.Length;

    /// <summary>The relatives of <paramref name="protein"/>, those that share most words with it first.</summary>
    public IReadOnlyList<Relative> Of(int protein) => _relatives[protein];

    /// <summary>Whether two proteins share a word; none is a relative of itself.</summary>
    public bool AreRelatives(int a, int b) => _shared.ContainsKey(a < b ? (a, b) : (b, a));
}
