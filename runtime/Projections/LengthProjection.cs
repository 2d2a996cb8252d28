namespace KernelGen;

/// <summary>
/// Where training may start with the matrices of a Linformer layer, E and F: [max length, rank], a row for each position of a key. They are
/// learned, like all weights of a model; these are first values.
/// </summary>
/// <remarks>
/// Wang et al., "Linformer", arXiv:2006.04768. Which start is better is a matter of the data: where neighbouring tokens are alike, a mean
/// of neighbours keeps what they say, and a random mixture loses it.
/// </remarks>
public static class LengthProjection
{
    /// <summary>
    /// Each mixture is the mean of a stretch of neighbouring keys, all stretches as long as each other or one key longer.
    /// </summary>
    /// <param name="maxLength">The rows: the most keys of a sequence; at least 1.</param>
    /// <param name="rank">The columns: the mixtures; 1 to <paramref name="length"/>.</param>
    /// <param name="length">
    /// The keys that the stretches cover, 1 to <paramref name="maxLength"/>; rows after them are 0. Shorter sequences leave the last
    /// mixtures empty. Null: <paramref name="maxLength"/>.
    /// </param>
    /// <returns>[max length, rank].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public static float[] Pooling(int maxLength, int rank, int? length = null)
    {
        var matrix = Create(maxLength, rank);
        var keys = length ?? maxLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(keys, 1, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys, maxLength, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, keys);
        for (var mixture = 0; mixture < rank; mixture++)
        {
            var (from, to) = ((int)((long)mixture * keys / rank), (int)((mixture + 1L) * keys / rank));
            for (var key = from; key < to; key++)
            {
                matrix[((long)key * rank) + mixture] = 1f / (to - from);
            }
        }

        return matrix;
    }

    /// <summary>
    /// Independent normal numbers of variance 1/rank, those of the lemma of Johnson and Lindenstrauss that the paper's proof takes.
    /// </summary>
    /// <param name="maxLength">The rows: the most keys of a sequence; at least 1.</param>
    /// <param name="rank">The columns: the mixtures; at least 1.</param>
    /// <param name="seed">The same seed gives the same numbers on every machine.</param>
    /// <returns>[max length, rank].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or both make too many numbers.</exception>
    public static float[] Random(int maxLength, int rank, ulong seed)
    {
        var matrix = Create(maxLength, rank);
        var (normals, numbers) = (new NormalStream(seed), new double[rank]);
        var deviation = Math.Pow(rank, -0.5);
        for (var key = 0; key < maxLength; key++)
        {
            normals.Fill(numbers, key, DrawPurpose.Mixture, attempt: 0);
            for (var mixture = 0; mixture < rank; mixture++)
            {
                matrix[((long)key * rank) + mixture] = (float)(numbers[mixture] * deviation);
            }
        }

        return matrix;
    }

    private static float[] Create(int maxLength, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        return (long)maxLength * rank <= Array.MaxLength
            ? new float[(long)maxLength * rank]
            : throw new ArgumentOutOfRangeException(
                nameof(rank), rank, $"{maxLength} rows of {rank} numbers are more than an array holds, {Array.MaxLength}.");
    }
}
