using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>
/// Sequences of one call, as a batch of equal ones or packed: forward passes, or such with the backward pass. The tensors of both are the
/// same memory, [tokens, heads, dim], so that only the call differs.
/// </summary>
internal sealed class BatchWorkload : IDisposable
{
    private readonly IAttention _layer;
    private readonly AttentionShape _shape;
    private readonly int[] _offsets;
    private readonly Tensors _tensors;
    private readonly int _count;
    private readonly BackwardContext? _context;

    /// <param name="kernel">The kernel.</param>
    /// <param name="lengths">The tokens of each sequence; all the same where they are not packed.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="isPacked">Whether they are packed.</param>
    /// <param name="direction">A forward pass, or both.</param>
    /// <param name="tensors">Of as many numbers as all tokens have, or more.</param>
    public BatchWorkload(
        BenchKernel kernel, IReadOnlyList<int> lengths, int heads, int threads, bool isPacked, Direction direction, Tensors tensors)
    {
        const TensorLayout layout = TensorLayout.BatchLengthHeadDim;
        _layer = kernel.Create();
        _layer.DegreeOfParallelism = threads;
        var tokens = lengths.Sum();
        _shape = isPacked
            ? AttentionShape.Packed(lengths.Count, heads, tokens, layout)
            : new AttentionShape(lengths.Count, heads, lengths[0], layout);
        _offsets = isPacked ? [0, .. lengths.Select((_, i) => lengths.Take(i + 1).Sum())] : [];
        _tensors = tensors;
        _count = tokens * heads * kernel.HeadDim;
        _context = direction == Direction.Both ? new BackwardContext() : null;
    }

    public void Run()
    {
        ReadOnlySpan<float> query = Part(_tensors.Query), key = Part(_tensors.Key), value = Part(_tensors.Value);
        var output = Part(_tensors.Destination);
        _layer.Forward(query, key, value, output, _shape, new() { Offsets = _offsets, Context = _context });
        if (_context is not null)
        {
            ((IDifferentiableAttention)_layer).Backward(
                query, key, value, output, _context, outputGradient: value, Part(_tensors.Gradients[0]), Part(_tensors.Gradients[1]),
                Part(_tensors.Gradients[2]), _shape);
        }
    }

    public void Dispose() => _context?.Dispose();

    private Span<float> Part(float[] tensor) => tensor.AsSpan(0, _count);
}
