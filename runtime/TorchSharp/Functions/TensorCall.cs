using KernelGen.CompilerServices;
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
    private readonly OtherTensors? _others;

    /// <param name="attention">The layer.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="lengths">Tokens of each sequence that count, and offsets.</param>
    /// <param name="unwanted">The gradients that autograd does not want.</param>
    /// <param name="others">What the layer is handed beside these; null: nothing.</param>
    /// <exception cref="ArgumentException">The call needs more numbers than a span holds.</exception>
    public TensorCall(
        IDifferentiableAttention attention, AttentionShape shape, in TensorLengths lengths, AttentionGradients unwanted,
        OtherTensors? others)
    {
        (_attention, _shape, _lengths, _unwanted, _others) = (attention, shape, lengths, unwanted, others);
        var kept = BackwardContext.LengthFor(attention, shape);
        if (kept > int.MaxValue)
        {
            throw new ArgumentException($"The backward pass of {shape} keeps {kept} numbers, but at most {int.MaxValue} are possible.");
        }

        _memory = new TensorMemory((int)kept);
        _context = new BackwardContext(_memory.Memory);
    }

    /// <summary>The arguments of autograd's node that are neither queries, keys nor values.</summary>
    public int OtherCount => _others?.Floats.Count ?? 0;

    /// <summary>A forward call into a new tensor.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="query">Readable (<see cref="TensorViews"/>), as are the next two.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="lengths">Tokens of each sequence that count. The output of queries that do not is zeros.</param>
    /// <param name="others">What the layer is handed beside these; null: nothing.</param>
    /// <param name="floats">Those of <paramref name="others"/> that are of float32.</param>
    /// <param name="context">Filled for a backward call; null: there will be none.</param>
    public static Tensor Output(
        IAttention attention, Tensor query, Tensor key, Tensor value, AttentionShape shape, TensorLengths lengths, OtherTensors? others,
        IReadOnlyList<Tensor> floats, BackwardContext? context = null)
    {
        long[] sizes = [.. query.shape[..3], attention.ValueDim];
        var output = lengths.Queries.Length == 0
            ? empty(sizes, ScalarType.Float32, CPU)
            : zeros(sizes, ScalarType.Float32, CPU); // kernels leave the rows of other queries as they are
        if (others is null)
        {
            attention.Forward(
                TensorViews.Of(query, shape.Layout), TensorViews.Of(key, shape.Layout), TensorViews.Of(value, shape.Layout),
                TensorSpan.Of(output), shape, Options());
        }
        else
        {
            others.Forward(
                floats, query, key, value, output, shape.Layout,
                (AttentionEngine engine, in CallTensors tensors) => engine.Forward(tensors, shape, Options()));
        }

        return output;

        ForwardOptions Options() => new()
        {
            KeyLengths = lengths.Keys,
            QueryLengths = lengths.Queries,
            Offsets = lengths.Offsets,
            KeyOffsets = lengths.KeyOffsets,
            Context = context,
        };
    }

    /// <summary>The output, and what the backward pass needs of it.</summary>
    public (Tensor Output, Tensor Kept) Forward(Tensor query, Tensor key, Tensor value, IReadOnlyList<Tensor> others)
    {
        var kept = empty([_memory.Memory.Length], ScalarType.Float32, CPU);
        _memory.Lend(kept);
        try
        {
            return (Output(_attention, query, key, value, _shape, _lengths, _others, others, _context), kept);
        }
        finally
        {
            _memory.Lend(null);
        }
    }

    /// <summary>The gradients of query, key and value, and of the others; null for those that nobody wants.</summary>
    /// <param name="saved">Query, key, value, output, what the forward pass kept, and the others.</param>
    /// <param name="outputGradient">The gradient by the output.</param>
    public (List<Tensor?> Own, List<Tensor?> Others) Backward(IReadOnlyList<Tensor> saved, Tensor outputGradient)
    {
        var (query, key, value, output, kept) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var (shape, layout, options) = (_shape, _shape.Layout, new BackwardOptions { Unwanted = _unwanted });
        var readable = TensorViews.Readable(outputGradient);
        List<Tensor?> others = [];
        var queryGradient = Wanted(AttentionGradients.Query, query);
        var keyGradient = Wanted(AttentionGradients.Key, key);
        var valueGradient = Wanted(AttentionGradients.Value, value);
        TorchThreads.Follow(_attention);
        _memory.Lend(kept);
        try
        {
            if (_others is null)
            {
                _attention.Backward(
                    TensorViews.Of(query, layout), TensorViews.Of(key, layout), TensorViews.Of(value, layout),
                    TensorViews.Of(output, layout), _context, TensorViews.Of(readable, layout),
                    ViewOf(queryGradient), ViewOf(keyGradient), ViewOf(valueGradient), shape, options);
            }
            else
            {
                Dictionary<string, Tensor?> tensors = new()
                {
                    ["query"] = query,
                    ["key"] = key,
                    ["value"] = value,
                    ["output"] = output,
                    ["outputGradient"] = readable,
                    ["queryGradient"] = queryGradient,
                    ["keyGradient"] = keyGradient,
                    ["valueGradient"] = valueGradient,
                };
                others = _others.Backward(
                    [.. saved.Skip(5)], tensors, layout,
                    (AttentionEngine engine, in CallTensors all) => engine.Backward(all, shape, _context, options));
            }
        }
        finally
        {
            _memory.Lend(null);
        }

        return ([queryGradient, keyGradient, valueGradient], others);

        Tensor? Wanted(AttentionGradients gradient, Tensor input) =>
            _unwanted.HasFlag(gradient) ? null : TensorViews.EmptyGradient(input);

        TensorView ViewOf(Tensor? gradient) => gradient is null ? default : TensorViews.Of(gradient, layout);
    }
}
