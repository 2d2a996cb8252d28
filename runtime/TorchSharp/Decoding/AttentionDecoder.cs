using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Sequences on their way through a causal <see cref="MultiheadKernelAttention"/>, one token at a time: for random features at a constant
/// cost a token, wherever the sequence stands. Made by <see cref="MultiheadKernelAttention.CreateDecoder"/>.
/// </summary>
/// <remarks>
/// Computes what the module computes for the same token of the whole sequence, up to rounding, without gradients. It has the projections
/// that were in force when it was made and the weights of each call. It is a <see cref="DecodingState"/> whose streams are the heads of
/// all sequences, so prompts may differ in length. It takes one call at a time.
/// </remarks>
public sealed class AttentionDecoder : IDisposable
{
    private readonly MultiheadKernelAttention _module;
    private readonly DecodingState _state;

    private AttentionDecoder(MultiheadKernelAttention module, DecodingState state) => (_module, _state) = (module, state);

    /// <summary>The sequences.</summary>
    public int Sequences => _state.Streams / _module.Heads;

    /// <summary>The tokens of each sequence so far.</summary>
    public IReadOnlyList<long> Positions => Starts();

    /// <summary>The bytes of memory that it holds: constant for random features; for exact attention what it has reserved.</summary>
    public long StateBytes => _state.StateBytes;

    /// <summary>Takes the tokens of prompts, with the kernel of whole sequences.</summary>
    /// <param name="input">[sequences, length, embedding].</param>
    /// <param name="padding">
    /// Which tokens there are, as <see cref="MultiheadKernelAttention.forward(Tensor, Tensor, Tensor, IReadOnlyDictionary{string,
    /// Tensor})"/> takes it; null: all.
    /// </param>
    /// <returns>As the module's output; at padding it means nothing.</returns>
    /// <exception cref="ArgumentException">A size or type does not fit, or padding is not on the right.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the decoder is as it was.</exception>
    public Tensor Prefill(Tensor input, Tensor? padding = null)
    {
        _module.CheckInput(input, 3, "[sequences, length, embedding]");
        CheckSequences(input);
        var length = checked((int)input.shape[1]);
        var lengths = TokenPadding.OfKeys(padding, Sequences, length, nameof(padding));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (query, key, value) = _module.Project(input, Starts());
        (query, key, value) = (query.contiguous(), key.contiguous(), value.contiguous());
        var attended = zeros([Sequences, length, _module.Heads, value.shape[3]], ScalarType.Float32, CPU); // what padding keeps
        TorchThreads.Follow(_module.Attention.Layer);
        _state.Prefill(
            TensorSpan.Of(query), TensorSpan.Of(key), TensorSpan.Of(value), TensorSpan.Of(attended),
            new AttentionShape(Sequences, _module.Heads, length, TensorLayout.BatchLengthHeadDim) { KeyHeads = _module.KeyHeads }, lengths);
        return _module.ProjectBack(attended).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the next token of each sequence.</summary>
    /// <param name="input">[sequences, embedding].</param>
    /// <returns>As the module's output for one token, [sequences, embedding].</returns>
    /// <exception cref="ArgumentException">A size or type does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the decoder is as it was.</exception>
    public Tensor Step(Tensor input)
    {
        _module.CheckInput(input, 2, "[sequences, embedding]");
        CheckSequences(input);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (query, key, value) = _module.Project(input.unsqueeze(1), Starts());
        (query, key, value) = (query.contiguous(), key.contiguous(), value.contiguous());
        var attended = empty([Sequences, 1, _module.Heads, value.shape[3]], ScalarType.Float32, CPU);
        TorchThreads.Follow(_module.Attention.Layer);
        _state.Step(
            TensorSpan.Of(query), TensorSpan.Of(key), TensorSpan.Of(value), TensorSpan.Of(attended),
            groupSize: _module.Heads / _module.KeyHeads);
        return _module.ProjectBack(attended).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>A decoder at the same positions, which goes on by itself.</summary>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public AttentionDecoder Fork() => new(_module, _state.Fork());

    /// <summary>
    /// A decoder of some of the sequences, each as often as it is named, in that order: what beam search keeps, or a batch without those
    /// that ended.
    /// </summary>
    /// <param name="sequences">Which, 0 to <see cref="Sequences"/> − 1; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or not that one.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public AttentionDecoder Fork(ReadOnlySpan<int> sequences)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Length, nameof(sequences));
        foreach (var sequence in sequences)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sequence, nameof(sequences));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, Sequences, nameof(sequences));
        }

        var streams = new int[sequences.Length * _module.Heads];
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = sequences[i / _module.Heads] * _module.Heads + i % _module.Heads;
        }

        return new AttentionDecoder(_module, _state.Fork(streams));
    }

    /// <summary>Gives the memory of the state back. The module stays.</summary>
    public void Dispose() => _state.Dispose();

    /// <summary>As <see cref="MultiheadKernelAttention.CreateDecoder"/> says.</summary>
    internal static AttentionDecoder Create(MultiheadKernelAttention module, int sequences)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        if (module.Attention.Layer is not ICausalAttention layer)
        {
            throw new InvalidOperationException(
                $"The layer {module.Attention.Layer.GetType()} cannot go on from token to token: declare it with Causal = true.");
        }

        _ = module.Attention.Projection; // brings the layer up to date with the module's state
        return new AttentionDecoder(module, layer.CreateDecodingState(checked(sequences * module.Heads), module.Heads));
    }

    // All heads of a sequence have taken the same tokens.
    private long[] Starts() => [.. Enumerable.Range(0, Sequences).Select(sequence => _state.PositionOf(sequence * _module.Heads))];

    private void CheckSequences(Tensor input)
    {
        if (input.shape[0] != Sequences)
        {
            throw new ArgumentException($"The input has {input.shape[0]} sequences, but the decoder {Sequences}.", nameof(input));
        }
    }
}
