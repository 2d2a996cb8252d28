using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// What the generator emits for one declaration at one vector width: the compute of a single head, with every size a literal. The
/// engine (<see cref="AttentionEngine{TKernel}"/>) splits a call into such pieces, runs them on its threads and merges their states.
/// </summary>
/// <remarks>
/// A head is computed as: <see cref="InitState"/>, <see cref="Accumulate"/> over the keys, <see cref="Output"/> over the queries.
/// When a kernel is causal, <see cref="Output"/> over tokens [from, to) starts from the state of the tokens before `from` and leaves in it
/// the state of those before `to`, so <see cref="Accumulate"/> is only needed where a head is split. Pieces begin at multiples of
/// <see cref="TileRows"/>. States of disjoint spans of keys merge associatively.
/// Where <see cref="HeadOperands.StartsEmpty"/>, the first call starts the state itself; where not <see cref="HeadOperands.KeepsState"/>,
/// the call may leave unfinished what only later tokens, or whoever keeps the state, would read.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IAttentionKernel
{
    /// <summary>All that it is handed. Kernels tell operands apart by their place in this list.</summary>
    static abstract ReadOnlySpan<Operand> Operands { get; }

    /// <summary>d.</summary>
    static abstract int HeadDim { get; }

    /// <summary>dv.</summary>
    static abstract int ValueDim { get; }

    /// <summary>m; 0 where there are no random features.</summary>
    static abstract int Features { get; }

    /// <summary>
    /// Whether it goes through queries and keys together, of which there are as many, and query i sees only keys j ≤ i.
    /// </summary>
    static abstract bool Causal { get; }

    /// <summary>
    /// Whether it asks for positions, by which it tells which query sees which key: queries are the last of the keys, so there are at least
    /// as many keys.
    /// </summary>
    static virtual bool ComparesPositions => false;

    /// <summary>The heads and positions that it can compute with.</summary>
    static virtual ShapeLimits Limits => default;

    /// <summary>float lanes of the vectors that this kernel computes with: 16, 8 or 4.</summary>
    static abstract int Lanes { get; }

    /// <summary>Tokens of a tile; pieces of a head begin at its multiples.</summary>
    static abstract int TileRows { get; }

    /// <summary>The projections ω_r that the layer draws, each of <see cref="HeadDim"/> numbers; 0 where it draws none.</summary>
    static abstract int ProjectionRows { get; }

    /// <summary>Floats of the packed parameters.</summary>
    static abstract int ParameterFloats { get; }

    /// <summary>Floats of one head's state as the kernel keeps it; 0 for a kernel that carries none.</summary>
    static abstract int StateFloats { get; }

    /// <summary>Floats of one head's state as a caller sees it, without the padding of this vector width.</summary>
    static abstract int ExportedStateFloats { get; }

    /// <summary>Floats of scratch memory that one call of <see cref="Accumulate"/> or <see cref="Output"/> works in.</summary>
    static abstract int ScratchFloats { get; }

    /// <summary>
    /// Whether the projections are computed as fast transforms, so that a <see cref="ProjectionDraw.Hadamard"/> draw is needed.
    /// </summary>
    static abstract bool NeedsHadamard { get; }

    /// <summary>
    /// Whether the state sums over queries and outputs are of keys, as gradients of keys and values are; otherwise the state sums over
    /// keys. Then <see cref="Accumulate"/> takes spans of queries, and <see cref="Output"/> of keys unless the kernel is causal.
    /// </summary>
    static virtual bool OutputsKeys => false;

    /// <summary>The rows that have outputs where those are of positions, whatever tokens there are; 0: outputs are of tokens.</summary>
    static virtual int OutputPositions => 0;

    /// <summary>
    /// The most tokens, of keys and of queries, that <see cref="HeadOperands.IsShort"/> may be set for; 0 where the kernel makes no
    /// difference.
    /// </summary>
    static virtual int ShortTokens => 0;

    /// <summary>Brings the projections, [projection rows, head dim], into the order and scale that the kernel reads.</summary>
    /// <param name="projection">Of the kernel's size; null where it draws none.</param>
    /// <param name="hyperparameters">
    /// What <see cref="LayerParameters"/> made of the layer's hyperparameter; empty where it has none.
    /// </param>
    /// <param name="packed"><see cref="ParameterFloats"/> floats.</param>
    static abstract void PackParameters(Projection? projection, ReadOnlySpan<float> hyperparameters, Span<float> packed);

    /// <summary>Sets the state of no key.</summary>
    static abstract void InitState(ref float state);

    /// <summary>Adds the keys [from, to) to the state.</summary>
    static abstract void Accumulate(in HeadOperands head, int from, int to, ref float state, ref float scratch);

    /// <summary>Adds the state of other keys to the state.</summary>
    static abstract void Merge(ref float state, ref float other);

    /// <summary>Writes the outputs of the queries [from, to), and their log-sum-exp where the caller wants it.</summary>
    static abstract void Output(in HeadOperands head, int from, int to, ref float state, ref float scratch);

    /// <summary>Copies the state without padding: <see cref="ExportedStateFloats"/> floats.</summary>
    static abstract void ExportState(ref float state, Span<float> destination);
}
