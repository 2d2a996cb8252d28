using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>One recorded call: what its backward pass needs beside the saved tensors.</summary>
internal sealed class TensorCall
{
    private readonly IDifferentiableAttention _attention;
    private readonly AttentionShape _shape;
    private readonly TensorLengths _lengths;
    private readonly AttentionGradients _unwanted;
    private readonly TensorMemory _memory;
    private readonly BackwardContext _context;

    /// <param name="attention">The layer.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="lengths">Tokens of each sequence that count, and offsets.</param>
    /// <param name="unwanted">The gradients that autograd does not want.</param>
    /// <exception cref="ArgumentException">The call needs more numbers than a span holds.</exception>
    public TensorCall(
        IDifferentiableAttention attention, AttentionShape shape, in TensorLengths lengths, AttentionGradients unwanted)
    {
        (_attention, _shape, _lengths, _unwanted) = (attention, shape, lengths, unwanted);
        var kept = BackwardContext.LengthFor(attention, shape);
        if (kept > int.MaxValue)
        {
            throw new ArgumentException($"The backward pass of {shape} keeps {kept} numbers, but at most {int.MaxValue} are possible.");
        }

        _memory = new TensorMemory((int)kept);
        _context = new BackwardContext(_memory.Memory);
    }

    /// <summary>A forward call into a new tensor.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="query">Readable (<see cref="TensorViews"/>), as are the next two.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="lengths">Tokens of each sequence that count. The output of queries that do not is zeros.</param>
    /// <param name="context">Filled for a backward call; null: there will be none.</param>
    public static Tensor Output(
        IAttention attention, Tensor query, Tensor key, Tensor value, in AttentionShape shape, in TensorLengths lengths,
        BackwardContext? context = null)
    {
        long[] sizes = [.. query.shape[..3], attention.ValueDim];
        var output = lengths.Queries.Length == 0
            ? empty(sizes, ScalarType.Float32, CPU)
            : zeros(sizes, ScalarType.Float32, CPU); // kernels leave the rows of other queries as they are
        attention.Forward(
            TensorViews.Of(query, shape.Layout), TensorViews.Of(key, shape.Layout), TensorViews.Of(value, shape.Layout),
            TensorSpan.Of(output), shape,
            new()
            {
                KeyLengths = lengths.Keys,
                QueryLengths = lengths.Queries,
                Offsets = lengths.Offsets,
                KeyOffsets = lengths.KeyOffsets,
                Context = context,
            });
        return output;
    }

    /// <summary>The output, and what the backward pass needs of it.</summary>
    public (Tensor Output, Tensor Kept) Forward(Tensor query, Tensor key, Tensor value)
    {
        var kept = empty([_memory.Memory.Length], ScalarType.Float32, CPU);
        _memory.Lend(kept);
        try
        {
            return (Output(_attention, query, key, value, _shape, _lengths, _context), kept);
        }
        finally
        {
            _memory.Lend(null);
        }
    }

    /// <summary>The gradients of query, key and value; null for those that nobody wants.</summary>
    public List<Tensor?> Backward(Tensor query, Tensor key, Tensor value, Tensor output, Tensor kept, Tensor outputGradient)
    {
        var layout = _shape.Layout;
        var queryGradient = Wanted(AttentionGradients.Query, query);
        var keyGradient = Wanted(AttentionGradients.Key, key);
        var valueGradient = Wanted(AttentionGradients.Value, value);
        TorchThreads.Follow(_attention);
        _memory.Lend(kept);
        try
        {
            _attention.Backward(
                TensorViews.Of(query, layout), TensorViews.Of(key, layout), TensorViews.Of(value, layout), TensorViews.Of(output, layout),
                _context, TensorViews.Of(TensorViews.Readable(outputGradient), layout),
                ViewOf(queryGradient), ViewOf(keyGradient), ViewOf(valueGradient), _shape, new() { Unwanted = _unwanted });
        }
        finally
        {
            _memory.Lend(null);
        }

        return [queryGradient, keyGradient, valueGradient];

        Tensor? Wanted(AttentionGradients gradient, Tensor input) =>
            _unwanted.HasFlag(gradient) ? null : TensorViews.EmptyGradient(input);

        TensorView ViewOf(Tensor? gradient) => gradient is null ? default : TensorViews.Of(gradient, layout);
    }
}
