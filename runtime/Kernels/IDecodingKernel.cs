using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// What the generator emits beside <see cref="IAttentionKernel"/> for a causal declaration: the same computation a token at a time.
/// </summary>
/// <remarks>
/// What a stream carries from token to token is a state of <see cref="DecodingStateFloats"/>, which
/// <see cref="IAttentionKernel.InitState"/> starts, and rows of <see cref="RowFloats"/>, one a token: of the open block of at most
/// <see cref="BlockRows"/> tokens that the state does not hold yet, or of all tokens where there is no state. With no row open, the state
/// is one that <see cref="IAttentionKernel.Accumulate"/> and <see cref="IAttentionKernel.Output"/> go on from.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IDecodingKernel : IAttentionKernel
{
    /// <summary>Floats of the state, which starts with that of <see cref="IAttentionKernel.StateFloats"/>.</summary>
    static abstract int DecodingStateFloats { get; }

    /// <summary>Rows of the open block; 0 where the rows of all tokens are kept, in memory for a multiple of 64 rows.</summary>
    static abstract int BlockRows { get; }

    /// <summary>
    /// The rows that a step reads where it does not read all: its own and those just before it, beside the first
    /// <see cref="FirstRows"/>. 0: it reads all.
    /// </summary>
    static virtual int WindowRows => 0;

    /// <summary>Rows of the first tokens that are never forgotten, a multiple of 64.</summary>
    static virtual int FirstRows => 0;

    /// <summary>Floats that the rows take for each token; where they lie is the kernel's matter.</summary>
    static abstract int RowFloats { get; }

    /// <summary>Floats of scratch memory that <see cref="Step"/> and <see cref="CloseBlock"/> work in.</summary>
    static abstract int StepScratchFloats { get; }

    /// <summary>
    /// Where the numbers of the state are, without the padding of this vector width: quadruples of the first float, how many lie side by
    /// side, how often, and how far apart.
    /// </summary>
    static abstract ReadOnlySpan<int> StateLayout { get; }

    /// <summary>
    /// Where the numbers of the first row are: likewise, but that the last number of a quadruple is how far the next row is.
    /// </summary>
    static abstract ReadOnlySpan<int> RowLayout { get; }

    /// <summary>Computes the output of one token and lets its key join.</summary>
    /// <param name="head">
    /// Its query, key, value and destination, each one row, and its position; lengths and strides are not read. Of the tokens before it
    /// as many as the position is larger than <paramref name="count"/> are forgotten, those after the <see cref="FirstRows"/>.
    /// </param>
    /// <param name="count">The rows so far.</param>
    /// <param name="state">The state.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="scratch"><see cref="StepScratchFloats"/> floats.</param>
    /// <returns>The rows after it.</returns>
    static abstract int Step(in HeadOperands head, int count, ref float state, ref float rows, ref float scratch);

    /// <summary>
    /// Lets the open block of so many rows, at least 1, join the state; does nothing where the rows of all tokens are kept.
    /// </summary>
    static abstract void CloseBlock(int count, ref float state, ref float rows, ref float scratch);

    /// <summary>
    /// Writes the rows of so many tokens where the rows of all tokens are kept, each <see cref="RowFloats"/> after the one before; does
    /// nothing elsewhere.
    /// </summary>
    static abstract void Keep(in HeadOperands head, int count, ref float rows);
}
