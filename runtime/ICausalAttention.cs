namespace KernelGen;

/// <summary>Causal attention, which can go on token by token.</summary>
public interface ICausalAttention : IAttention
{
    /// <summary>The state of streams without a token yet, to be decoded one token at a time.</summary>
    /// <param name="streams">
    /// How many, at least 1: one for each head of each sequence. They are independent of each other.
    /// </param>
    /// <param name="heads">
    /// Query heads of each sequence, which <paramref name="streams"/> is a multiple of: stream s is head s mod heads. Only layers whose
    /// heads differ ask for it, by a mask or a score. Null: as many as the layer is declared for, or else the streams are the heads of one
    /// sequence.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer streams than 1, or the heads do not divide them or are
    /// not those that the layer is declared for.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the message says how much is needed.</exception>
    DecodingState CreateDecodingState(int streams = 1, int? heads = null);

    /// <summary>Reads what <see cref="DecodingState.Save"/> wrote, whatever vector width it was written at.</summary>
    /// <param name="stream">
    /// Read from where it stands to the end of the state, not a byte further; it need not be able to seek.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The state is of another declaration, hyperparameter or projection than this layer has now; or it is none, of another version of the
    /// format, cut off or damaged. The message names what was found and what is needed.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not so much memory. It is taken for what has been read, whatever the header says.
    /// </exception>
    /// <exception cref="IOException">The stream could not be read.</exception>
    DecodingState LoadDecodingState(Stream stream);
}
