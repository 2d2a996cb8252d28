namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Contexts to learn from: each starts with a protein and goes on with the protein that shares most words with any that stands in it
/// already, until it is full. Where no relative is left, another protein starts in the same context.
/// </summary>
internal static class TrainingContexts
{
    /// <summary>A shorter piece of a protein is not worth its place: the context ends before it.</summary>
    private const int ShortestPiece = 32;

    /// <summary>
    /// The contexts of one epoch, a function of its arguments alone. Every training protein stands in them whole exactly once, but for
    /// those longer than a context; pieces that fill the end of a context come beside that. No protein stands in a context twice, and no
    /// other than training proteins stand in any.
    /// </summary>
    /// <param name="proteins">All proteins.</param>
    /// <param name="length">The most tokens of a context.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The epoch, from 0 on: each has another order.</param>
    public static IReadOnlyList<Row> OfEpoch(ProteinSet proteins, int length, int seed, int epoch)
    {
        int[] order = [.. proteins.Split.Training];
        Seeds.Random("order of training proteins", seed, epoch).Shuffle(order);

        // Where in the order a protein stands decides between equal relatives; it is absent when it is used up, and for all that is held
        // out.
        var unused = new Dictionary<int, int>(order.Length);
        for (var place = 0; place < order.Length; place++)
        {
            unused.Add(order[place], place);
        }

        var rows = new List<Row>();
        var next = 0;
        while (unused.Count > 0)
        {
            var row = new RowBuilder(proteins, length);

            // The words that an unused relative shares with the nearest protein of the row.
            var candidates = new Dictionary<int, int>();
            while (unused.Count > 0 && (row.IsEmpty || row.Room > ShortestPiece))
            {
                var protein = candidates.Count > 0 ? Nearest(candidates, unused) : NextOfOrder();
                var whole = row.Room > proteins.Residues[protein].Length;
                var cutAnyway = row.IsEmpty;
                row.Add(protein, counted: true);
                if (!whole && !cutAnyway)
                {
                    // It comes again, whole.
                    break;
                }

                unused.Remove(protein);
                candidates.Remove(protein);
                foreach (var relative in proteins.Graph.Of(protein))
                {
                    if (unused.ContainsKey(relative.Protein))
                    {
                        candidates[relative.Protein] = Math.Max(candidates.GetValueOrDefault(relative.Protein), relative.SharedWords);
                    }
                }
            }

            rows.Add(row.ToRow());
        }

        return rows;

        int NextOfOrder()
        {
            while (!unused.ContainsKey(order[next]))
            {
                next++;
            }

            return order[next];
        }
    }

    private static int Nearest(Dictionary<int, int> candidates, Dictionary<int, int> unused) =>
        candidates.MaxBy(candidate => (candidate.Value, -unused[candidate.Key])).Key;
}
