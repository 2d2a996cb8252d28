using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// Streams of tokens on their way through a causal layer, one token at a time: what a layer must remember of the tokens so far. Random
/// features remember m·(dv + 3) numbers a stream and an open block of 16 tokens, whatever the position; exact attention remembers every key
/// and value, or with a window at most twice as many as that holds.
/// </summary>
/// <remarks>
/// <para>
/// Made by <see cref="ICausalAttention.CreateDecodingState"/>; a stream is one head of one sequence. <see cref="Step"/> gives what
/// <see cref="IAttention.Forward"/>
/// gives for the same token of the whole sequence, up to rounding. It has two levels: tokens join an open block, which joins the sums over
/// all tokens as a whole, so that sums over many tokens do not drift.
/// </para>
/// <para>
/// Each stream is where it is: prompts may differ in length, streams end one by one (<see cref="End"/>), and others may begin in their
/// places (<see cref="Restart"/>). Streams do not see each other: each gives the bits that it would give alone, and what is not finite
/// stays in its stream.
/// </para>
/// <para>
/// A state keeps the projections that were in force when it was made, whatever the layer redraws. It takes one call at a time, but for
/// forks and saves, which may run beside each other; different states are independent, forks too.
/// </para>
/// </remarks>
public abstract class DecodingState : IDisposable
{
    private protected DecodingState(int streams, Projection? projection)
    {
        Streams = streams;
        Projection = projection;
    }

    /// <summary>The independent streams, those that have ended among them.</summary>
    public int Streams { get; }

    /// <summary>W; null for exact attention.</summary>
    public Projection? Projection { get; }

    /// <summary>The tokens so far of each stream that has not ended, where these are as many for all.</summary>
    /// <exception cref="InvalidOperationException">
    /// Two streams have taken different numbers of tokens, which the message names; or all have ended.
    /// </exception>
    /// <remarks>Looks at every stream.</remarks>
    public abstract long Position { get; }

    /// <summary>
    /// The bytes of memory that the state holds: for random features constant for each stream that has not ended; for exact attention what
    /// it has reserved, which with a window does not grow any more once that is full.
    /// </summary>
    public abstract long StateBytes { get; }

    /// <summary>The tokens of a stream so far; of one that has ended, those that it had taken.</summary>
    /// <param name="stream">0 to <see cref="Streams"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public abstract long PositionOf(int stream);

    /// <summary>Whether a stream has ended.</summary>
    /// <param name="stream">0 to <see cref="Streams"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public abstract bool HasEnded(int stream);

    /// <summary>Takes many tokens at once with the kernel of whole sequences, which is several times as fast as steps.</summary>
    /// <param name="query">
    /// [batch, heads, length, head dim] or the other layout that <paramref name="shape"/> names; may be empty where
    /// <paramref name="destination"/> is.
    /// </param>
    /// <param name="key">[batch, key heads, length, head dim].</param>
    /// <param name="value">[batch, key heads, length, value dim].</param>
    /// <param name="destination">
    /// Overwritten with the outputs, [batch, heads, length, value dim]; or empty where nobody needs them.
    /// </param>
    /// <param name="shape">
    /// The sizes, with as many keys as queries. Head h of sequence b is the stream b · heads + h of those that
    /// <paramref name="streams"/> names. Query heads may share a head of keys (<see cref="AttentionShape.KeyHeads"/>); each stream then
    /// remembers for itself what is shared.
    /// </param>
    /// <param name="lengths">
    /// For each sequence of the batch how many of its tokens count, 0 to length; empty: all of them. Tokens past that are neither read nor
    /// written: their outputs stay what they were.
    /// </param>
    /// <param name="streams">The streams that take the tokens, batch · heads of them; null: all. The others stay as they are.</param>
    /// <param name="offsets">
    /// Where packed sequences begin, as <see cref="ForwardOptions.Offsets"/>, for a shape that packs sequences
    /// (<see cref="AttentionShape.Packed(int, int, int, TensorLayout)"/>): prompts of different lengths without padding.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The shape is impossible or of another number of streams, a length or an offset does not fit, or output and input overlap.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no such streams.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another call is using the state, or exact attention cannot remember so many tokens.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the state is as it was.</exception>
    /// <remarks>
    /// Streams run side by side on the threads of the layer's <see cref="IAttention.DegreeOfParallelism"/>. Those that have ended take
    /// nothing: their rows are neither read nor written. Exact attention that has tokens already goes through the new ones a step at a
    /// time.
    /// </remarks>
    public abstract void Prefill(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, AttentionShape shape,
        ReadOnlySpan<int> lengths = default, Range? streams = null, ReadOnlySpan<int> offsets = default);

    /// <summary>Takes one token of each stream that has not ended, each from where it is.</summary>
    /// <param name="query">[streams, head dim]. Rows of streams that have ended are never read.</param>
    /// <param name="key">[streams, head dim], or [streams / group size, head dim].</param>
    /// <param name="value">[streams, value dim], or [streams / group size, value dim].</param>
    /// <param name="destination">
    /// Overwritten with the outputs, [streams, value dim]. Rows of streams that have ended stay what they were.
    /// </param>
    /// <param name="groupSize">
    /// How many streams that follow each other share a key and value; <see cref="Streams"/> is a multiple of it. Of a layer with grouped
    /// heads, query heads over key heads.
    /// </param>
    /// <exception cref="ArgumentException">A length or the group size does not fit, or output and input overlap.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another call is using the state, or exact attention cannot remember so many tokens.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the state is as it was.</exception>
    /// <remarks>
    /// Cost a stream: 4·m·d operations for the features, 4·m·dv for the sums and about 16·(m + dv) for the open block, wherever the stream
    /// is; exact attention 2·(d + dv) for each token that it sees. Allocates nothing managed, but that exact attention doubles the memory
    /// of a stream when that is full.
    /// </remarks>
    public abstract void Step(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, int groupSize = 1);

    /// <summary>The type that was declared, for messages.</summary>
    internal abstract string LayerName { get; }

    /// <summary>Takes many tokens, with all that callers of the layer hand in.</summary>
    internal abstract void PrefillWith(
        in CallTensors tensors, AttentionShape shape, ReadOnlySpan<int> lengths, Range? streams, ReadOnlySpan<int> offsets);

    /// <summary>Takes one token of each stream, with all that callers of the layer hand in.</summary>
    internal abstract void StepWith(in CallTensors tensors, int groupSize);

    /// <summary>Ends a stream: it takes no more tokens, and its memory is given back. Does nothing where it has ended already.</summary>
    /// <param name="stream">0 to <see cref="Streams"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the state.</exception>
    public abstract void End(int stream);

    /// <summary>Begins anew in the place of a stream, whether it has ended or not: at position 0, without a token.</summary>
    /// <param name="stream">0 to <see cref="Streams"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the state.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the state is as it was.</exception>
    public abstract void Restart(int stream);

    /// <summary>A state of the same streams at the same positions, ended or not, which goes on by itself.</summary>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is running that is neither fork nor save.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public abstract DecodingState Fork();

    /// <summary>
    /// A state of some of the streams, each as often as it is named, in that order: what beam search keeps, or a batch without those that
    /// have ended.
    /// </summary>
    /// <param name="streams">Which, 0 to <see cref="Streams"/> − 1; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or not that one.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is running that is neither fork nor save.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public abstract DecodingState Fork(ReadOnlySpan<int> streams);

    /// <summary>
    /// Writes the state in a form that <see cref="ICausalAttention.LoadDecodingState"/> reads back: the same outputs to the bit at the same
    /// vector width.
    /// </summary>
    /// <param name="stream">Written from where it stands; neither flushed nor closed.</param>
    /// <exception cref="IOException">The stream could not be written.</exception>
    /// <exception cref="ObjectDisposedException">The state was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is running that is neither fork nor save.</exception>
    /// <remarks>
    /// All numbers are little-endian. Header: the 8 ASCII characters KGENDECO; int32 version (4); int32 bytes of the declaration and these,
    /// UTF-8; int32 hyperparameters and these, float32; uint32 checksum of the projection's own saved form, 0 where there is none; int32
    /// streams; uint32 CRC-32 of all bytes before it. Then for each stream: int64 position; int32 rows, −1 where it has ended; int32 query
    /// head; of a layer whose state fades its clock, float64; and, unless it has ended, the state, float32, and the rows, float32, none of
    /// them padded. Last the CRC-32 of all bytes before
    /// it but that of the header. The projection itself is not in it: save that with the model. Versions before the first release are not
    /// read.
    /// </remarks>
    public abstract void Save(Stream stream);

    /// <summary>
    /// Gives the memory back, at once or at the end of another thread's call; otherwise it goes when the state is collected.
    /// </summary>
    public abstract void Dispose();
}
