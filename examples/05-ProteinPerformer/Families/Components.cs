namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The connected components of the graph of relatives: no protein of one shares a word of <see cref="KmerIndex.Length"/> residues with a
/// protein of another.
/// </summary>
internal static class Components
{
    /// <summary>All components, the largest first and those of one size by their first protein; proteins in ascending order.</summary>
    public static IReadOnlyList<int[]> Of(RelativeGraph graph)
    {
        var sets = new DisjointSets(graph.Count);
        for (var protein = 0; protein < graph.Count; protein++)
        {
            foreach (var relative in graph.Of(protein))
            {
                sets.Join(protein, relative.Protein);
            }
        }

        return
        [
            .. Enumerable.Range(0, graph.Count)
                .GroupBy(sets.Find)
                .Select(component => component.ToArray())
                .OrderByDescending(component => component.Length)
                .ThenBy(component => component[0]),
        ];
    }
}
