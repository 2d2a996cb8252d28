namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Which proteins a model learns from and which it is tested on; each list holds indices in ascending order, and every protein stands in
/// exactly one. Hashes of accession numbers decide, so that a protein keeps its place whatever else the file holds, as long as its
/// component does.
/// </summary>
/// <param name="Training">All that is held out nowhere.</param>
/// <param name="Validation">
/// A share of the largest component, chosen at random: relatives of training proteins. For choices that are made while building a model.
/// </param>
/// <param name="Test">Another share of the largest component, for what is reported.</param>
/// <param name="OutOfDistribution">
/// Whole components, but the largest: no protein shares a word of <see cref="KmerIndex.Length"/> residues with a training protein. For what
/// is reported.
/// </param>
internal sealed record ProteinSplit(
    IReadOnlyList<int> Training, IReadOnlyList<int> Validation, IReadOnlyList<int> Test, IReadOnlyList<int> OutOfDistribution)
{
    /// <summary>Of the proteins of the largest component, the share that goes to <see cref="Validation"/>.</summary>
    public const double ValidationShare = 0.05;

    /// <summary>And to <see cref="Test"/>.</summary>
    public const double TestShare = 0.10;

    /// <summary>Of the other components, the share that goes to <see cref="OutOfDistribution"/>.</summary>
    public const double OutOfDistributionShare = 0.10;

    /// <summary>The three lists that no model learns from, by name.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<int> Proteins)> HeldOut =>
        [("validation", Validation), ("test", Test), ("out-of-distribution", OutOfDistribution)];

    /// <summary>Splits proteins.</summary>
    /// <param name="names">The accession number of each protein.</param>
    /// <param name="components">Their components, the largest first.</param>
    /// <param name="index">Their words, for the check.</param>
    /// <exception cref="JobException">There are too few proteins for one of the lists, or the check fails.</exception>
    public static ProteinSplit Of(IReadOnlyList<string> names, IReadOnlyList<int[]> components, KmerIndex index)
    {
        List<int> training = [], validation = [], test = [], strangers = [];
        foreach (var protein in components[0])
        {
            var list = Seeds.Share($"largest component/{names[protein]}") switch
            {
                < ValidationShare => validation,
                < ValidationShare + TestShare => test,
                _ => training,
            };
            list.Add(protein);
        }

        foreach (var component in components.Skip(1))
        {
            var first = component.Select(protein => names[protein]).Min(StringComparer.Ordinal)!;
            var held = Seeds.Share($"component/{first}") < OutOfDistributionShare;
            (held ? strangers : training).AddRange(component);
        }

        var split = new ProteinSplit(Sorted(training), Sorted(validation), Sorted(test), Sorted(strangers));
        foreach (var (name, proteins) in (ReadOnlySpan<(string, IReadOnlyList<int>)>)[("training", split.Training), .. split.HeldOut])
        {
            if (proteins.Count == 0)
            {
                throw new JobException(
                    FormattableString.Invariant($"Of {names.Count} proteins in {components.Count} components none falls to {name}. ")
                        + "Give a larger file with --data.");
            }
        }

        split.Check(names.Count, index);
        return split;
    }

    /// <summary>
    /// Fails where a protein stands in two lists or in none, or where a stranger shares a word with any protein of another list.
    /// </summary>
    private void Check(int count, KmerIndex index)
    {
        var listOf = new int[count];
        IReadOnlyList<int>[] lists = [Training, Validation, Test, OutOfDistribution];
        for (var list = 0; list < lists.Length; list++)
        {
            foreach (var protein in lists[list])
            {
                if (listOf[protein] != 0)
                {
                    throw new JobException(FormattableString.Invariant($"The split is wrong: protein {protein} stands in two lists."));
                }

                listOf[protein] = list + 1;
            }
        }

        if (Array.IndexOf(listOf, 0) is var missing && missing >= 0)
        {
            throw new JobException(FormattableString.Invariant($"The split is wrong: protein {missing} stands in no list."));
        }

        // Word by word, so that it does not rest on the components.
        foreach (var holders in index.Shared())
        {
            var strangers = holders.Count(protein => listOf[protein] == lists.Length);
            if (strangers != 0 && strangers != holders.Length)
            {
                throw new JobException(FormattableString.Invariant(
                    $"The split is wrong: of {holders.Length} proteins that share a word {strangers} are out of distribution."));
            }
        }
    }

    private static int[] Sorted(List<int> proteins) => [.. proteins.Order()];
}
