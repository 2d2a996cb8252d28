namespace KernelGen;

/// <summary>
/// What every generated attention type offers, so that models and benchmarks can be written over any of them. Instances are immutable
/// but for <see cref="DegreeOfParallelism"/>, and concurrent calls on one instance are safe.
/// </summary>
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
    /// The floats of the state of one head that a call with a result hands out (see <see cref="AttentionResult.State"/>); 0 for attention
    /// that carries none.
    /// </summary>
    int StateLength { get; }

    /// <summary>
    /// The bytes of scratch memory, beside inputs and outputs, that a call of this shape uses. They do not grow with the lengths.
    /// </summary>
    long ScratchBytes(in AttentionShape shape);

    /// <summary>Computes attention for every head of every sequence.</summary>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout that <paramref name="shape"/> names.</param>
    /// <param name="key">
    /// [batch, key heads, key length, head dim]: as many heads as queries have, or fewer (<see cref="AttentionShape.KeyHeads"/>).
    /// </param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="destination">Overwritten with the output, [batch, heads, query length, value dim]. It may not overlap an input.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="keyLengths">
    /// For each sequence of the batch how many of its keys count, 0 to key length; keys past that are never read. Empty: all of them.
    /// A query that sees no key gets zeros.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the shape, the shape is impossible, or output and input overlap.
    /// </exception>
    /// <remarks>Allocates no managed memory. A NaN or infinity in a token makes every output that attends to it NaN or infinite.</remarks>
    void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination,
        in AttentionShape shape, ReadOnlySpan<int> keyLengths = default);

    /// <summary>As the other overload, and fills <paramref name="result"/> with what a backward pass needs.</summary>
    /// <exception cref="ArgumentException">As above, or <paramref name="result"/> was made for another type or shape.</exception>
    /// <exception cref="InvalidOperationException">Another call is using <paramref name="result"/>.</exception>
    void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination,
        in AttentionShape shape, AttentionResult result, ReadOnlySpan<int> keyLengths = default);

    /// <summary>
    /// The gradients of a loss by queries, keys and values, from its gradient by the outputs of a <see cref="Forward(ReadOnlySpan{float},
    /// ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float}, in AttentionShape, AttentionResult, ReadOnlySpan{int})"/> call on the same
    /// inputs.
    /// </summary>
    /// <param name="query">As in the forward call; so are the next two.</param>
    /// <param name="key">[batch, key heads, key length, head dim].</param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="output">What the forward call wrote, [batch, heads, query length, value dim].</param>
    /// <param name="result">What the forward call kept.</param>
    /// <param name="outputGradient">∂loss/∂output, of the output's shape.</param>
    /// <param name="queryGradient">Overwritten with ∂loss/∂query, or added to. No gradient may overlap another tensor.</param>
    /// <param name="keyGradient">
    /// ∂loss/∂key; zeros, or nothing added, for keys that do not count. Where query heads share a head of keys, their sum.
    /// </param>
    /// <param name="valueGradient">∂loss/∂value, likewise.</param>
    /// <param name="shape">The sizes of the forward call.</param>
    /// <param name="keyLengths">Those of the forward call.</param>
    /// <param name="accumulate">Whether gradients are added to what is there, as where a tensor is used more than once.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the shape, a gradient overlaps another tensor, or <paramref name="result"/> is empty, of another shape, or
    /// filled by a layer that is declared or drawn otherwise or with other key lengths.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A forward call is filling <paramref name="result"/>. Backward calls may share one.
    /// </exception>
    /// <exception cref="NotSupportedException">The derivative of the kernel function is too large to compute with (KGEN031).</exception>
    /// <remarks>
    /// Random projections are constants: those of the forward call, whatever the layer has drawn since.
    /// Exact but for rounding; where a kernel function has a kink, see generator/Families. Cost: about twice that
    /// of the forward pass, nearly three times if that is causal, and three and a half times if it is exact; threads and reproducibility as
    /// there. Memory beyond the arguments does not grow with the lengths: <see cref="BackwardScratchBytes"/>.
    /// </remarks>
    void Backward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> output, AttentionResult result,
        ReadOnlySpan<float> outputGradient, Span<float> queryGradient, Span<float> keyGradient, Span<float> valueGradient,
        in AttentionShape shape, ReadOnlySpan<int> keyLengths = default, bool accumulate = false);

    /// <summary>The bytes of scratch memory, beside its arguments, that a backward call of this shape uses.</summary>
    long BackwardScratchBytes(in AttentionShape shape);

    /// <summary>The state of streams without a token yet, to be decoded one token at a time.</summary>
    /// <param name="streams">
    /// Independent streams, each one head of one sequence, at least 1. Each has a position of its own and may end before the others.
    /// </param>
    /// <exception cref="InvalidOperationException">The layer is not causal.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer streams than 1.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the message says how much is needed.</exception>
    DecodingState CreateDecodingState(int streams = 1);

    /// <summary>Reads what <see cref="DecodingState.Save"/> wrote, whatever vector width it was written at.</summary>
    /// <param name="stream">Read from where it stands to the end of the state, not a byte further; it need not be able to seek.</param>
    /// <exception cref="InvalidOperationException">The layer is not causal.</exception>
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
