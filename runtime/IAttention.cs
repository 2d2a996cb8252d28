namespace KernelGen;

/// <summary>
/// What every generated attention type offers, so that models and benchmarks can be written over any of them. What only some can do is in
/// interfaces of its own: <see cref="IDifferentiableAttention"/>, <see cref="ICausalAttention"/>, <see cref="IRandomFeatureAttention"/>.
/// </summary>
/// <remarks>Concurrent calls on one instance are safe.</remarks>
public interface IAttention
{
    /// <summary>d, the numbers in one head's query and key.</summary>
    int HeadDim { get; }

    /// <summary>dv, the numbers in one head's value and output.</summary>
    int ValueDim { get; }

    /// <summary>Whether query i sees only keys j ≤ i.</summary>
    bool Causal { get; }

    /// <summary>
    /// The threads that one call may use, at least 1; by default the processors of the machine. The output is reproducible for a given
    /// degree, and the same for every degree as long as there are enough heads (batch × heads) that none is split over its length.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1.</exception>
    int DegreeOfParallelism { get; set; }

    /// <summary>
    /// The width of the vectors that this layer computes with, in bits: 512, 256 or 128. It is the widest that the process may use, which
    /// is less than the machine has where a program was compiled for less, as NativeAOT does unless told otherwise. Speed follows it.
    /// </summary>
    int VectorBits { get; }

    /// <summary>
    /// The bytes of scratch memory, beside inputs and outputs, that a forward call of this shape uses. They do not grow with the lengths.
    /// Of packed sequences it is what equal ones take; long ones among short ones, cut for several threads, take a state more for each cut.
    /// </summary>
    long ScratchBytes(AttentionShape shape);

    /// <summary>Computes attention for every head of every sequence.</summary>
    /// <param name="query">
    /// [batch, heads, query length, head dim] or the other layout that <paramref name="shape"/> names. An array, a span, or a part of a
    /// larger tensor; so are the next three.
    /// </param>
    /// <param name="key">
    /// [batch, key heads, key length, head dim]: as many heads as queries have, or fewer (<see cref="AttentionShape.KeyHeads"/>).
    /// </param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="destination">
    /// Overwritten with the output, [batch, heads, query length, value dim]. It may not overlap an input.
    /// </param>
    /// <param name="shape">The sizes.</param>
    /// <param name="options">
    /// How many keys and queries of each sequence count, where packed sequences begin, and what is kept for a backward call.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A length or an offset does not fit the shape, the shape is impossible, output and input overlap, or the memory of the context is too
    /// short.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call is using the context.</exception>
    /// <exception cref="ObjectDisposedException">The context was disposed of.</exception>
    /// <remarks>
    /// Allocates no managed memory, but that a context grows. A NaN or infinity in a token makes every output that attends to it NaN or
    /// infinite.
    /// </remarks>
    void Forward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in TensorView destination,
        AttentionShape shape, in ForwardOptions options = default);
}
