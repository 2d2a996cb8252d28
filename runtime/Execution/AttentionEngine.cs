using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// What stands between the public face of a generated attention type and its kernel: it checks a call, cuts it into independent pieces,
/// runs them on the threads of the process and lends them scratch memory. Concurrent calls are safe.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AttentionEngine
{
    private volatile int _degreeOfParallelism = Environment.ProcessorCount;

    private protected AttentionEngine()
    {
    }

    /// <summary>The projections of the layer; null where it draws none.</summary>
    public abstract Projection? Projection { get; }

    /// <summary>What <see cref="LayerParameters"/> made of the layer's hyperparameter; empty where it has none.</summary>
    public abstract ReadOnlySpan<float> Hyperparameters { get; }

    /// <inheritdoc cref="IAttention.DegreeOfParallelism"/>
    public int DegreeOfParallelism
    {
        get => _degreeOfParallelism;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _degreeOfParallelism = value;
        }
    }

    /// <inheritdoc cref="IDifferentiableAttention.StateLength"/>
    public abstract int StateLength { get; }

    /// <summary>float lanes of the vectors that the chosen kernel computes with: 16, 8 or 4.</summary>
    public abstract int Lanes { get; }

    /// <summary>What forward calls are handed, in the order of <see cref="CallTensors"/>.</summary>
    public abstract ReadOnlySpan<Operand> ForwardTensors { get; }

    /// <summary>What backward calls are handed, likewise; empty where there is no backward pass.</summary>
    public abstract ReadOnlySpan<Operand> BackwardTensors { get; }

    /// <summary>The type that was declared, for messages.</summary>
    internal abstract string LayerName { get; }

    /// <inheritdoc cref="IAttention.VectorBits"/>
    public int VectorBits => 8 * sizeof(float) * Lanes;

    /// <summary>Makes the engine of one kernel, which packs the projections for it.</summary>
    /// <param name="projection">[projection rows, head dim] of the kernel; null where it draws none.</param>
    /// <param name="hyperparameters">
    /// What <see cref="LayerParameters"/> made of the layer's hyperparameter; empty where it has none.
    /// </param>
    /// <exception cref="ArgumentNullException">The kernel draws projections and none were given.</exception>
    /// <exception cref="ArgumentException">
    /// The projection has another shape, or the kernel draws none, or computes a fast transform that the projection has no structure for.
    /// </exception>
    /// <param name="gradientPasses">The kernels of the backward pass, in the order in which they run.</param>
    public static AttentionEngine Create<TKernel>(
        Projection? projection, ReadOnlySpan<float> hyperparameters, params ReadOnlySpan<GradientPass> gradientPasses)
        where TKernel : struct, IAttentionKernel
        => new AttentionEngine<TKernel>(projection, hyperparameters, gradientPasses.ToArray());

    /// <summary>As <see cref="Create"/>, for a kernel that can decode.</summary>
    /// <inheritdoc cref="Create"/>
    public static AttentionEngine CreateDecoding<TKernel>(
        Projection? projection, ReadOnlySpan<float> hyperparameters, params ReadOnlySpan<GradientPass> gradientPasses)
        where TKernel : struct, IDecodingKernel
        => new DecodingEngine<TKernel>(projection, hyperparameters, gradientPasses.ToArray());

    /// <summary>Takes other projections. Calls that are running go on with the old ones.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Create"/>.</exception>
    public abstract void Redraw(Projection projection);

    /// <inheritdoc cref="IItemSetAttention.CreateItemSet"/>
    /// <param name="featureMap">φ of the layer.</param>
    /// <param name="normalize">Whether the layer divides by the sum of the weights.</param>
    public abstract ItemSet CreateItemSet(FeatureMap featureMap, bool normalize);

    /// <inheritdoc cref="IAttention.ScratchBytes"/>
    public abstract long ScratchBytes(in AttentionShape shape);

    /// <summary>As <see cref="IAttention"/> says.</summary>
    /// <param name="tensors">Those of the caller's operands of the kernel, in its order.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="options">The rest of the call.</param>
    public abstract void Forward(in CallTensors tensors, in AttentionShape shape, in ForwardOptions options);

    /// <summary>As <see cref="IDifferentiableAttention"/> says.</summary>
    /// <param name="tensors">
    /// Those of the caller's operands of the gradient kernels, each once, in the order in which they are first listed.
    /// </param>
    /// <param name="shape">The sizes.</param>
    /// <param name="context">What a forward call has filled.</param>
    /// <param name="options">The rest of the call.</param>
    public abstract void Backward(in CallTensors tensors, in AttentionShape shape, BackwardContext context, BackwardOptions options);

    /// <inheritdoc cref="IDifferentiableAttention.BackwardScratchBytes"/>
    public abstract long BackwardScratchBytes(in AttentionShape shape);

    /// <inheritdoc cref="ICausalAttention.CreateDecodingState"/>
    /// <param name="declaration">What the layer was declared as.</param>
    /// <param name="streams">Independent streams.</param>
    /// <param name="heads">Of each sequence; null: the streams are the heads of one.</param>
    public virtual DecodingState CreateDecodingState(string declaration, int streams, int? heads) => throw CannotDecode();

    /// <summary>As <see cref="DecodingState.Step"/>, of a layer that needs more of each token.</summary>
    /// <param name="state">A state of such a layer.</param>
    /// <param name="tensors">
    /// As for <see cref="Forward"/>, of one token of each stream: [streams, columns], what all share as it is.
    /// </param>
    /// <param name="groupSize">How many streams that follow each other share a key and value.</param>
    /// <exception cref="ArgumentException">The state is of another layer, whose tensors are others.</exception>
    public void Step(DecodingState state, in CallTensors tensors, int groupSize)
    {
        CheckOwn(state);
        state.StepWith(tensors, groupSize);
    }

    /// <summary>As <see cref="DecodingState.Prefill"/>, of a layer that needs more of each token.</summary>
    /// <param name="state">A state of such a layer.</param>
    /// <param name="tensors">As for <see cref="Forward"/>.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="lengths">How many tokens of each sequence count.</param>
    /// <param name="streams">The streams that take the tokens.</param>
    /// <param name="offsets">Where packed sequences begin.</param>
    /// <exception cref="ArgumentException">The state is of another layer, whose tensors are others.</exception>
    public void Prefill(
        DecodingState state, in CallTensors tensors, AttentionShape shape, ReadOnlySpan<int> lengths, Range? streams,
        ReadOnlySpan<int> offsets)
    {
        CheckOwn(state);
        state.PrefillWith(tensors, shape, lengths, streams, offsets);
    }

    private void CheckOwn(DecodingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.LayerName != LayerName)
        {
            throw new ArgumentException($"The state is of a layer {state.LayerName}, but this one is {LayerName}.", nameof(state));
        }
    }

    /// <inheritdoc cref="ICausalAttention.LoadDecodingState"/>
    /// <param name="declaration">What the layer was declared as.</param>
    /// <param name="stream">Where the state is read from.</param>
    public virtual DecodingState LoadDecodingState(string declaration, Stream stream) => throw CannotDecode();

    // Emitted layers have no such member where the kernel cannot.
    private static InvalidOperationException CannotDecode() => new("This kernel cannot go on from token to token.");
}
