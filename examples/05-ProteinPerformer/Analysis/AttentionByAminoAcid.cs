namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Sums up how much of its attention each head of a model gives to each amino acid, and finds from that how alike two amino acids are:
/// those that the same heads look at.
/// </summary>
/// <remarks>
/// Vig et al., 2021, "BERTology meets biology" (arXiv:2006.15222), whose method the Performer paper's figure 13 follows: with p(h, a) the
/// share of the attention of head h that falls on residues a, the similarity of a and b is the Pearson correlation of p(·, a) and p(·, b)
/// over all heads of all layers. Attention from and to tokens that are not residues is left out.
/// </remarks>
/// <param name="heads">The heads of all layers together.</param>
internal sealed class AttentionByAminoAcid(int heads)
{
    private const int Letters = Tokens.AminoAcids;

    // Attention of each head to each amino acid, [heads, letters].
    private readonly double[] _sums = new double[heads * Letters];

    /// <summary>Adds the attention of some heads over one sequence.</summary>
    /// <param name="probabilities">[count, length, length]; row i of a head is what token i gives to each token.</param>
    /// <param name="tokens">The sequence, [length].</param>
    /// <param name="firstHead">The place of the first of these heads among all: layer · heads of a layer.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void Add(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> tokens, int firstHead)
    {
        var square = tokens.Length * tokens.Length;
        var count = square == 0 ? 0 : probabilities.Length / square;
        if (count * square != probabilities.Length || firstHead < 0 || firstHead + count > heads)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"{probabilities.Length} probabilities are not those of heads {firstHead} to at most {heads - 1} over {tokens.Length} tokens."),
                nameof(probabilities));
        }

        for (var head = 0; head < count; head++)
        {
            var sums = _sums.AsSpan((firstHead + head) * Letters, Letters);
            for (var from = 0; from < tokens.Length; from++)
            {
                if (tokens[from] >= Letters)
                {
                    continue;
                }

                var row = probabilities.Slice(head * square + from * tokens.Length, tokens.Length);
                for (var to = 0; to < row.Length; to++)
                {
                    if (tokens[to] < Letters)
                    {
                        sums[tokens[to]] += row[to];
                    }
                }
            }
        }
    }

    /// <summary>The share of each head's attention that falls on each amino acid, [heads, 20]; each row sums to 1.</summary>
    /// <exception cref="InvalidOperationException">A head gave no attention to any residue, or what is not a number.</exception>
    public double[,] Shares()
    {
        var shares = new double[heads, Letters];
        for (var head = 0; head < heads; head++)
        {
            ReadOnlySpan<double> sums = _sums.AsSpan(head * Letters, Letters);
            double total = 0;
            foreach (var sum in sums)
            {
                total += sum;
            }

            if (!double.IsFinite(total) || total <= 0)
            {
                throw new InvalidOperationException(
                    FormattableString.Invariant($"The attention of head {head} to residues sums to {total}."));
            }

            for (var letter = 0; letter < Letters; letter++)
            {
                shares[head, letter] = sums[letter] / total;
            }
        }

        return shares;
    }

    /// <summary>
    /// How alike amino acids are, in the order of <see cref="Vocabulary.AminoAcids"/>, [20, 20], symmetric, with NaN on the diagonal.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// There are fewer than 3 heads, or all give the same share to an amino acid: then nothing can be correlated.
    /// </exception>
    public double[,] Similarity()
    {
        if (heads < 3)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"Correlations over {heads} heads say nothing: 3 are the least."));
        }

        var shares = Shares();

        // Columns of mean 0 and length 1: correlations are their products.
        for (var letter = 0; letter < Letters; letter++)
        {
            double mean = 0;
            for (var head = 0; head < heads; head++)
            {
                mean += shares[head, letter] / heads;
            }

            double squares = 0;
            for (var head = 0; head < heads; head++)
            {
                shares[head, letter] -= mean;
                squares += shares[head, letter] * shares[head, letter];
            }

            // What is left of equal shares is rounding, 1e-16 of them.
            var length = Math.Sqrt(squares);
            if (length <= 1e-9 * mean || mean == 0)
            {
                throw new InvalidOperationException($"All heads give the same share of attention to {Vocabulary.AminoAcids[letter]}.");
            }

            for (var head = 0; head < heads; head++)
            {
                shares[head, letter] /= length;
            }
        }

        var similarity = new double[Letters, Letters];
        for (var a = 0; a < Letters; a++)
        {
            similarity[a, a] = double.NaN;
            for (var b = 0; b < a; b++)
            {
                double product = 0;
                for (var head = 0; head < heads; head++)
                {
                    product += shares[head, a] * shares[head, b];
                }

                similarity[a, b] = similarity[b, a] = product;
            }
        }

        return similarity;
    }
}
