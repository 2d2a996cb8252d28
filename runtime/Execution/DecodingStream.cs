namespace KernelGen.CompilerServices;

/// <summary>What a decoding state has of one stream.</summary>
internal struct DecodingStream
{
    /// <summary>The rows of a stream that has ended.</summary>
    public const int Ended = -1;

    /// <summary>The state, then the rows. Null: it has ended, or it was read from a file without a token.</summary>
    public AlignedBuffer? Memory;

    /// <summary>The tokens so far.</summary>
    public long Position;

    /// <summary>The rows of the open block, or of all tokens where all are kept; or <see cref="Ended"/>.</summary>
    public int Rows;

    /// <summary>Which query head it is.</summary>
    public int Head;

    /// <summary>How much of its state is left since its first token, as the logarithm of base 2; 0 where states do not fade.</summary>
    public double Clock;

    /// <summary>The tokens that it takes in the call that is running.</summary>
    public int Tokens;

    /// <summary>The first of them among the tokens of its head; not 0 where sequences are packed.</summary>
    public int FirstToken;

    /// <summary>Whether it takes no more tokens.</summary>
    public readonly bool HasEnded => Rows == Ended;
}
