namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// For the unidirectional task: the earlier place before which the same tokens stand for longest, the latest of equals. A match goes back
/// to a separator and not beyond. Time length², 2 bytes a token.
/// </summary>
internal sealed class MatchBefore : Matcher
{
    /// <inheritdoc/>
    public override void Find(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<Match> matches)
    {
        if (places.Length == 0)
        {
            return;
        }

        // run[j]: how many tokens that end at j equal those that end at t. It follows from the run of j − 1 and t − 1.
        var run = new ushort[inputs.Length];
        var next = 0;
        for (var t = -1; t < places[^1]; t++)
        {
            for (var j = t - 1; j >= 0; j--)
            {
                var length = inputs[j] != inputs[t] ? 0 : inputs[j] == Tokens.Separator || j == 0 ? 1 : run[j - 1] + 1;
                run[j] = (ushort)Math.Min(length, ushort.MaxValue);
            }

            if (places[next] == t + 1)
            {
                matches[next++] = Longest(inputs, run, t);
            }
        }
    }

    private static Match Longest(ReadOnlySpan<long> inputs, ushort[] run, int t)
    {
        var longest = Match.None;
        for (var j = t - 1; j >= 0; j--)
        {
            if (run[j] > longest.Length && IsResidue(inputs[j + 1]))
            {
                longest = new Match((int)inputs[j + 1], run[j]);
            }
        }

        return longest;
    }
}
