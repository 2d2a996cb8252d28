namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Puts proteins behind each other into a row of at most <paramref name="length"/> tokens.</summary>
internal sealed class RowBuilder(ProteinSet proteins, int length)
{
    private readonly List<byte> _tokens = new(length);
    private readonly List<Segment> _segments = [];

    /// <summary>The tokens that still fit, separators among them.</summary>
    public int Room => length - _tokens.Count;

    /// <summary>Whether nothing stands in it yet.</summary>
    public bool IsEmpty => _segments.Count == 0;

    /// <summary>Whether <paramref name="protein"/>, or a piece of it, stands in it.</summary>
    public bool Contains(int protein) => _segments.Exists(segment => segment.Protein == protein);

    /// <summary>Adds a protein with a separator before it, cut at the end of the row.</summary>
    public void Add(int protein, bool counted) => Add(protein, 0, proteins.Residues[protein].Length, counted);

    /// <summary>
    /// Adds residues <paramref name="from"/> to <paramref name="to"/> (exclusive) of a protein, cut at the end of the row. The separator,
    /// which says that a protein begins, stands before its first residue only.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not one residue fits.</exception>
    public void Add(int protein, int from, int to, bool counted)
    {
        var separators = from == 0 ? 1 : 0;
        var count = Math.Min(to - from, Room - separators);
        if (count < 1)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"No residue fits: {Room} tokens of {length} are left."));
        }

        if (separators == 1)
        {
            _tokens.Add(Tokens.Separator);
        }

        var relatives = 0;
        for (var i = 0; i < _segments.Count; i++)
        {
            if (proteins.Graph.AreRelatives(protein, _segments[i].Protein))
            {
                relatives++;
                _segments[i] = _segments[i] with { RelativesAround = _segments[i].RelativesAround + 1 };
            }
        }

        _segments.Add(new Segment(protein, from, _tokens.Count, count, counted, relatives, relatives));
        _tokens.AddRange(proteins.Residues[protein].AsSpan(from, count));
    }

    /// <summary>What was put together.</summary>
    public Row ToRow() => new([.. _tokens], [.. _segments]);
}
