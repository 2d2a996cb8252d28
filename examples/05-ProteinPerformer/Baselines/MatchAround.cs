namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// For the masked task: the other place with a residue to read around which most of the same tokens stand, on both sides up to the first
/// that differ or a separator; the nearest of equals, the earlier of two at the same distance. A [MASK] differs from nothing and counts for
/// nothing. Time length × places.
/// </summary>
internal sealed class MatchAround : Matcher
{
    /// <inheritdoc/>
    public override void Find(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<Match> matches)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var place = places[i];
            var longest = Match.None;
            var distance = int.MaxValue;
            for (var j = 0; j < inputs.Length; j++)
            {
                if (j == place || !IsResidue(inputs[j]))
                {
                    continue;
                }

                var length = Agreeing(inputs, place, j, -1) + Agreeing(inputs, place, j, 1);
                if (length > longest.Length || (length > 0 && length == longest.Length && Math.Abs(j - place) < distance))
                {
                    longest = new Match((int)inputs[j], length);
                    distance = Math.Abs(j - place);
                }
            }

            matches[i] = longest;
        }
    }

    private static int Agreeing(ReadOnlySpan<long> inputs, int a, int b, int step)
    {
        var count = 0;
        while (true)
        {
            a += step;
            b += step;
            if (a < 0 || b < 0 || a >= inputs.Length || b >= inputs.Length)
            {
                return count;
            }

            if (inputs[a] == Tokens.Mask || inputs[b] == Tokens.Mask)
            {
                continue;
            }

            if (inputs[a] != inputs[b])
            {
                return count;
            }

            count++;
            if (inputs[a] == Tokens.Separator)
            {
                return count;
            }
        }
    }
}
