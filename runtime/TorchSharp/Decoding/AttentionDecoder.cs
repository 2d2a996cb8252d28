using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Sequences on their way through a causal <see cref="MultiheadKernelAttention"/>, one token at a time: for random features at a constant
/// cost a token, wherever the sequence stands. Made by <see cref="MultiheadKernelAttention.CreateDecoder"/>.
/// </summary>
/// <remarks>
/// Computes what the module computes for the same token of the whole sequence, up to rounding, without gradients. It has the projections
/// that were in force when it was made and the weights of each call. Each sequence is a <see cref="DecodingState"/> with a stream a head,
/// so prompts may differ in length. It takes one call at a time.
/// </remarks>
public sealed class AttentionDecoder : IDisposable
{
    private readonly MultiheadKernelAttention _module;
    private readonly DecodingState[] _states;

    private AttentionDecoder(MultiheadKernelAttention module, DecodingState[] states) => (_module, _states) = (module, states);

    /// <summary>The sequences.</summary>
    public int Sequences => _states.Length;

    /// <summary>The tokens of each sequence so far.</summary>
    public IReadOnlyList<long> Positions => [.. _states.Select(state => state.Position)];

    /// <summary>
    /// The bytes of memory that the states hold: constant for random features; for exact attention what they have reserved.
    /// </summary>
    public long StateBytes => _states.Sum(state => state.StateBytes);

    /// <summary>Takes the tokens of prompts, with the kernel of whole sequences.</summary>
    /// <param name="input">[sequences, length, embedding].</param>
    /// <param name="padding">
    /// Which tokens there are, as <see cref="MultiheadKernelAttention.forward(Tensor, Tensor, Tensor)"/> takes it; null: all.
    /// </param>
    /// <returns>As the module's output; at padding it means nothing.</returns>
    /// <exception cref="ArgumentException">A size or type does not fit, or padding is not on the right.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not so much memory. Sequences before the one that needed it have taken their tokens.
    /// </exception>
    public Tensor Prefill(Tensor input, Tensor? padding = null)
    {
        _module.CheckInput(input, 3, "[sequences, length, embedding]");
        CheckSequences(input);
        var length = checked((int)input.shape[1]);
        var lengths = KeyPadding.Lengths(padding, Sequences, length);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (query, key, value) = _module.Project(input, Starts());
        var attended = zeros([Sequences, length, _module.Heads, value.shape[3]], ScalarType.Float32, CPU);
        TorchThreads.Follow(_module.Attention.Layer);
        for (var i = 0; i < Sequences; i++)
        {
            var count = lengths.Length == 0 ? length : lengths[i];
            var output = empty([_module.Heads, count, value.shape[3]], ScalarType.Float32, CPU);
            _states[i].Prefill(
                TensorSpan.Of(Streams(query, i, count)), TensorSpan.Of(Streams(key, i, count)), TensorSpan.Of(Streams(value, i, count)),
                TensorSpan.Of(output), count);
            attended[i].narrow(0, 0, count).copy_(output.transpose(0, 1));
        }

        return _module.ProjectBack(attended).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the next token of each sequence.</summary>
    /// <param name="input">[sequences, embedding].</param>
    /// <returns>As the module's output for one token, [sequences, embedding].</returns>
    /// <exception cref="ArgumentException">A size or type does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not so much memory. Sequences before the one that needed it have taken their token.
    /// </exception>
    public Tensor Step(Tensor input)
    {
        _module.CheckInput(input, 2, "[sequences, embedding]");
        CheckSequences(input);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (query, key, value) = _module.Project(input.unsqueeze(1), Starts());
        (query, key, value) = (query.contiguous(), key.contiguous(), value.contiguous());
        var attended = empty_like(value);
        TorchThreads.Follow(_module.Attention.Layer);
        for (var i = 0; i < Sequences; i++)
        {
            _states[i].Step(Sequence(query, i), Sequence(key, i), Sequence(value, i), Sequence(attended, i));
        }

        return _module.ProjectBack(attended).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>A decoder at the same positions, which goes on by itself.</summary>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public AttentionDecoder Fork() => Fork([.. Enumerable.Range(0, Sequences)]);

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

        var forks = new List<DecodingState>(sequences.Length);
        try
        {
            foreach (var sequence in sequences)
            {
                forks.Add(_states[sequence].Fork());
            }
        }
        catch
        {
            forks.ForEach(fork => fork.Dispose());
            throw;
        }

        return new AttentionDecoder(_module, [.. forks]);
    }

    /// <summary>Gives the memory of the states back. The module stays.</summary>
    public void Dispose()
    {
        foreach (var state in _states)
        {
            state.Dispose();
        }
    }

    /// <summary>As <see cref="MultiheadKernelAttention.CreateDecoder"/> says.</summary>
    internal static AttentionDecoder Create(MultiheadKernelAttention module, int sequences)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        _ = module.Attention.Projection; // brings the layer up to date with the module's state
        var states = new List<DecodingState>(sequences);
        try
        {
            for (var i = 0; i < sequences; i++)
            {
                states.Add(module.Attention.Layer.CreateDecodingState(module.Heads));
            }
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            throw;
        }

        return new AttentionDecoder(module, [.. states]);
    }

    private long[] Starts() => [.. _states.Select(state => state.Position)];

    private void CheckSequences(Tensor input)
    {
        if (input.shape[0] != Sequences)
        {
            throw new ArgumentException($"The input has {input.shape[0]} sequences, but the decoder {Sequences}.", nameof(input));
        }
    }

    // [heads, length, dim] of one sequence of [batch, length, heads, dim].
    private static Tensor Streams(Tensor tokens, int sequence, int length) =>
        tokens[sequence].narrow(0, 0, length).transpose(0, 1).contiguous();

    // [heads, dim] of one sequence of [batch, 1, heads, dim].
    private static Span<float> Sequence(Tensor tokens, int sequence)
    {
        var numbers = (int)(tokens.shape[2] * tokens.shape[3]);
        return TensorSpan.Of(tokens).Slice(sequence * numbers, numbers);
    }
}
