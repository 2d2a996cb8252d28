namespace KernelGen.Examples.Generate;

/// <summary>How the next token is chosen from its scores.</summary>
/// <param name="Temperature">Scores are divided by it: below 1 likely tokens become more likely. 0: always the likeliest.</param>
/// <param name="TopK">Only so many of the likeliest may be chosen; 0: all.</param>
/// <param name="TopP">Of these the fewest whose probabilities add up to so much; 1: all.</param>
internal sealed record Sampling(double Temperature, int TopK, double TopP)
{
    /// <summary>Chooses a token.</summary>
    /// <param name="scores">Of all tokens; a softmax makes probabilities of them.</param>
    /// <param name="random">Draws.</param>
    public int Choose(ReadOnlySpan<float> scores, Random random)
    {
        var order = new int[scores.Length];
        var keys = new double[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -scores[i]);
        }

        // A stable order, so that equal scores are chosen from alike on every machine.
        Array.Sort(keys, order);
        if (Temperature == 0)
        {
            return order[0];
        }

        var count = TopK == 0 ? order.Length : Math.Min(TopK, order.Length);
        var weights = new double[count];
        for (var i = 0; i < count; i++)
        {
            weights[i] = Math.Exp((keys[0] - keys[i]) / Temperature);
        }

        double all = weights.Sum(), kept = 0;
        var last = 0;
        while (last < count && kept < TopP * all)
        {
            kept += weights[last++];
        }

        var drawn = random.NextDouble() * kept;
        for (var i = 0; i < last; i++)
        {
            drawn -= weights[i];
            if (drawn < 0)
            {
                return order[i];
            }
        }

        return order[Math.Max(0, last - 1)];
    }
}
