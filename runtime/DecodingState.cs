namespace KernelGen;

/// <summary>
/// Streams of tokens on their way through a causal layer, one token at a time: what a layer must remember of the tokens so far. Random
/// features remember m·(dv + 3) numbers a stream and an open block of 16 tokens, whatever the position; exact attention remembers every key
/// and value.
/// </summary>
/// <remarks>
/// <para>
/// Made by <see cref="IAttention.CreateDecodingState"/>; a stream is one head of one sequence. <see cref="Step"/> gives what
/// <see cref="IAttention.Forward(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float}, in AttentionShape,
/// ReadOnlySpan{int})"/>
/// gives for the same token of the whole sequence, up to rounding. It has two levels: tokens join an open block, which joins the sums over
/// all tokens as a whole, so that sums over many tokens do not drift.
/// </para>
/// <para>
/// It keeps the projections that were in force when it was made, whatever the layer redraws. A state takes one call at a time, but for
/// forks and saves, which may run beside each other; different states are independent, forks too. Streams do not see each other: each gives
/// the bits that it would give alone, and what is not finite stays in its stream.
/// </para>
/// </remarks>
public abstract class DecodingState : IDisposable
{
    private protected DecodingState(int streams, Projection? projection)
    {
        Streams = streams;
        Projection = projection;
    }

    /// <summary>The independent streams.</summary>
    public int Streams { get; }

    /// <summary>W; null for exact attention.</summary>
    public Projection? Projection { get; }

    /// <summary>The tokens of each stream so far.</summary>
    public long Position { get; private protected set; }

    /// <summary>The bytes of memory that the state holds: constant for random features; for exact attention what it has reserved.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Takes many tokens at once with the kernel of whole sequences, which is several times as fast as steps.</summary>
    /// <param name="query">[streams, length, head dim]; may be empty where <paramref name="destination"/> is.</param>
    /// <param name="key">[streams, length, head dim].</param>
    /// <param name="value">[streams, length, value dim].</param>
    /// <param name="destination">Overwritten with the outputs, [streams, length, value dim]; or empty where nobody needs them.</param>
    /// <param name="length">The tokens, at least 0.</param>
    /// <exception cref="ArgumentException">A length does not fit, or output and input overlap.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another call is using the state, or exact attention cannot remember so many tokens.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the state is as it was.</exception>
    /// <remarks>
    /// Streams run side by side on the threads of the layer's <see cref="IAttention.DegreeOfParallelism"/>. Exact attention that has tokens
    /// already goes through the new ones a step at a time.
    /// </remarks>
    public abstract void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int length);

    /// <summary>Takes one token of each stream.</summary>
    /// <param name="query">[streams, head dim].</param>
    /// <param name="key">[streams, head dim].</param>
    /// <param name="value">[streams, value dim].</param>
    /// <param name="destination">Overwritten with the outputs, [streams, value dim].</param>
    /// <exception cref="ArgumentException">A length does not fit, or output and input overlap.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another call is using the state, or exact attention cannot remember so many tokens.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the state is as it was.</exception>
    /// <remarks>
    /// Cost a stream: 4·m·d operations for the features, 4·m·dv for the sums and about 16·(m + dv) for the open block, wherever the stream
    /// is; exact attention 2·(d + dv) for each token so far. Allocates nothing managed, but that exact attention doubles its memory when
    /// that is full.
    /// </remarks>
    public abstract void Step(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination);

    /// <summary>A state at the same position, which goes on by itself.</summary>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another thread's step or prefill is running.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public abstract DecodingState Fork();

    /// <summary>
    /// Writes the state in a form that <see cref="IAttention.LoadDecodingState"/> reads back: the same outputs to the bit at the same
    /// vector width.
    /// </summary>
    /// <param name="stream">Written from where it stands; neither flushed nor closed.</param>
    /// <exception cref="IOException">The stream could not be written.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another thread's step or prefill is running.</exception>
    /// <remarks>
    /// All numbers are little-endian. Header: the 8 ASCII characters KGENDECO; int32 version (2); int32 bytes of the declaration and these,
    /// UTF-8; int32 hyperparameters and these, float32; uint32 checksum of the projection's own saved form, 0 where there is none; int32
    /// streams; int64 position; uint32 CRC-32 of all bytes before it. Then for each stream: int32 rows; the state, float32; the rows,
    /// float32, none of them padded. Last the CRC-32 of all bytes before it but that of the header. The projection itself is not in it:
    /// save that with the model. Version 1, of before the first release, is not read.
    /// </remarks>
    public abstract void Save(Stream stream);

    /// <summary>
    /// Gives the memory back, at once or at the end of another thread's call; otherwise it goes when the state is collected.
    /// </summary>
    public abstract void Dispose();
}
