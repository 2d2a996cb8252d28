using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Random queries, keys and values for a layer, and a loss of its output.</summary>
internal sealed class Problem
{
    private readonly IAttention _layer;
    private readonly TensorLayout _layout;

    public Problem(
        IAttention layer, TensorLayout layout = TensorLayout.BatchHeadLengthDim, int batch = 2, int heads = 2, int queries = 21,
        int keys = 21, int seed = 1, bool[]? needed = null, int? keyHeads = null)
    {
        (_layer, _layout) = (layer, layout);
        var generator = new Random(seed);
        Inputs =
        [
            Make(heads, queries, layer.HeadDim, 0), Make(keyHeads ?? heads, keys, layer.HeadDim, 1),
            Make(keyHeads ?? heads, keys, layer.ValueDim, 2),
        ];

        Tensor Make(int count, int length, int dim, int place)
        {
            long[] shape = layout == TensorLayout.BatchHeadLengthDim ? [batch, count, length, dim] : [batch, length, count, dim];
            float[] numbers = [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => 2 * generator.NextSingle() - 1)];
            return tensor(numbers, shape).requires_grad_(needed?[place] ?? true);
        }
    }

    /// <summary>Query, key and value.</summary>
    public Tensor[] Inputs { get; }

    public Tensor Output(Tensor? padding = null) => _layer.Forward(Inputs[0], Inputs[1], Inputs[2], _layout, padding);

    public Tensor Loss() => Output().square().sum();

    /// <summary>The gradients so far, which are forgotten.</summary>
    public Tensor[] TakeGradients()
    {
        Tensor[] gradients = [.. Inputs.Select(input => input.grad!.clone())];
        foreach (var input in Inputs)
        {
            input.grad = null;
        }

        return gradients;
    }
}
