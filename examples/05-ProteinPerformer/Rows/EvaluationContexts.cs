namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Contexts to be tested on: each protein that is asked for, the target, after its nearest relatives, held-out ones among them; as many
/// such groups in a context as fit. Results are counted on targets only, for relatives can be training proteins.
/// </summary>
internal static class EvaluationContexts
{
    /// <summary>The contexts of targets, each of which stands in exactly one of them exactly once.</summary>
    /// <param name="proteins">All proteins.</param>
    /// <param name="targets">The proteins that results are counted on.</param>
    /// <param name="length">The most tokens of a context.</param>
    /// <param name="mostRelatives">
    /// The most relatives that are put before a target: those that share most words with it of those that fit whole. The nearest stands
    /// right before it.
    /// </param>
    public static IReadOnlyList<Row> Of(ProteinSet proteins, IReadOnlyList<int> targets, int length, int mostRelatives)
    {
        var rows = new List<Row>();
        var row = new RowBuilder(proteins, length);
        foreach (var target in targets)
        {
            var relatives = Relatives(proteins, target, length, mostRelatives);

            // A target that stands there already, as another's relative, could be copied from itself; a relative is there for both.
            var needed = Tokens(proteins, target)
                + relatives.Where(relative => !row.Contains(relative)).Sum(relative => Tokens(proteins, relative));
            if (!row.IsEmpty && (needed > row.Room || row.Contains(target)))
            {
                rows.Add(row.ToRow());
                row = new RowBuilder(proteins, length);
            }

            foreach (var relative in relatives.Where(relative => !row.Contains(relative)).Reverse().ToArray())
            {
                row.Add(relative, counted: false);
            }

            row.Add(target, counted: true);
        }

        if (!row.IsEmpty)
        {
            rows.Add(row.ToRow());
        }

        return rows;
    }

    /// <summary>
    /// A context for each target alone, after its nearest relatives: the same targets with fewer and with more relatives say what relatives
    /// are worth, where proteins that happen to have more of them differ in other ways too.
    /// </summary>
    /// <param name="proteins">All proteins.</param>
    /// <param name="targets">The proteins that results are counted on.</param>
    /// <param name="length">The most tokens of a context.</param>
    /// <param name="mostRelatives">The most relatives that are put before a target, as in <see cref="Of"/>.</param>
    public static IReadOnlyList<Row> OfEach(ProteinSet proteins, IReadOnlyList<int> targets, int length, int mostRelatives) =>
        [.. targets.SelectMany(target => Of(proteins, [target], length, mostRelatives))];

    /// <summary>Those of the proteins before which at least <paramref name="least"/> relatives fit into a context.</summary>
    public static IReadOnlyList<int> WithRelatives(ProteinSet proteins, IReadOnlyList<int> targets, int length, int least) =>
        [.. targets.Where(target => Relatives(proteins, target, length, least).Count == least)];

    /// <summary>A random sample of a list of the split, in random order; all of them where there are no more.</summary>
    /// <param name="proteins">The list.</param>
    /// <param name="count">The most to be taken.</param>
    /// <param name="seed">The seed of the sample.</param>
    public static IReadOnlyList<int> Sample(IReadOnlyList<int> proteins, int count, int seed)
    {
        int[] sample = [.. proteins];
        Seeds.Random("sample of targets", seed).Shuffle(sample);
        return sample[..Math.Min(count, sample.Length)];
    }

    private static List<int> Relatives(ProteinSet proteins, int target, int length, int most)
    {
        var relatives = new List<int>();
        var room = length - Tokens(proteins, target);
        foreach (var relative in proteins.Graph.Of(target))
        {
            if (relatives.Count == most)
            {
                break;
            }

            if (Tokens(proteins, relative.Protein) <= room)
            {
                relatives.Add(relative.Protein);
                room -= Tokens(proteins, relative.Protein);
            }
        }

        return relatives;
    }

    private static int Tokens(ProteinSet proteins, int protein) => 1 + proteins.Residues[protein].Length;
}
