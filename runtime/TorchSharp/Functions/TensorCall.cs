using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>One recorded call: what its backward pass needs beside the saved tensors.</summary>
internal sealed class TensorCall
{
    private readonly IAttention _attention;
    private readonly AttentionShape _shape;
    private readonly int[] _keyLengths;
    private readonly bool[] _needsGradient;
    private readonly TensorMemory _memory;
    private readonly AttentionResult _result;

    /// <param name="attention">The layer.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="keyLengths">Keys of each sequence that count; empty: all.</param>
    /// <param name="needsGradient">Whether autograd wants the gradients of query, key and value.</param>
    /// <exception cref="ArgumentException">The call needs more numbers than a span holds.</exception>
    public TensorCall(IAttention attention, AttentionShape shape, int[] keyLengths, params bool[] needsGradient)
    {
        (_attention, _shape, _keyLengths, _needsGradient) = (attention, shape, keyLengths, needsGradient);
        var kept = AttentionResult.MemoryLength(attention, shape);
        if (kept > int.MaxValue)
        {
            throw new ArgumentException($"The backward pass of {shape} keeps {kept} numbers, but at most {int.MaxValue} are possible.");
        }

        _memory = new TensorMemory((int)kept);
        _result = new AttentionResult(attention, shape, _memory.Memory);
    }

    /// <summary>Memory for the output of a call.</summary>
    public static Tensor EmptyOutput(IAttention attention, in AttentionShape shape) => empty(
        shape.Layout == TensorLayout.BatchHeadLengthDim
            ? [shape.Batch, shape.Heads, shape.QueryLength, attention.ValueDim]
            : [shape.Batch, shape.QueryLength, shape.Heads, attention.ValueDim],
        ScalarType.Float32, CPU);

    /// <summary>The output, and what the backward pass needs of it.</summary>
    public (Tensor Output, Tensor Kept) Forward(Tensor query, Tensor key, Tensor value)
    {
        var output = EmptyOutput(_attention, _shape);
        var kept = empty([_memory.Memory.Length], ScalarType.Float32, CPU);
        _memory.Lend(kept);
        try
        {
            _attention.Forward(
                TensorSpan.Of(query), TensorSpan.Of(key), TensorSpan.Of(value), TensorSpan.Of(output), _shape, _result, _keyLengths);
        }
        finally
        {
            _memory.Lend(null);
        }

        return (output, kept);
    }

    /// <summary>The gradients of query, key and value; null for those that nobody wants.</summary>
    public List<Tensor?> Backward(Tensor query, Tensor key, Tensor value, Tensor output, Tensor kept, Tensor outputGradient)
    {
        Tensor[] gradients = [empty_like(query), empty_like(key), empty_like(value)];
        TorchThreads.Follow(_attention);
        _memory.Lend(kept);
        try
        {
            _attention.Backward(
                TensorSpan.Of(query), TensorSpan.Of(key), TensorSpan.Of(value), TensorSpan.Of(output), _result,
                TensorSpan.Of(outputGradient), TensorSpan.Of(gradients[0]), TensorSpan.Of(gradients[1]),
                TensorSpan.Of(gradients[2]), _shape, _keyLengths);
        }
        finally
        {
            _memory.Lend(null);
        }

        return [.. gradients.Select((gradient, i) => _needsGradient[i] ? gradient : null)];
    }
}
