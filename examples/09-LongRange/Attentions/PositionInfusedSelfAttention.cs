using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// Position-infused attention: queries and keys are projections of tokens with sines and cosines of their positions added, values are
/// projections of the tokens alone. So no output holds a position, and each layer is told them anew.
/// </summary>
/// <remarks>
/// Source: Press et al., "Shortformer", arXiv:2012.15832. The generated layer in the middle may be any; it is not changed for this.
/// </remarks>
internal sealed class PositionInfusedSelfAttention : SelfAttention
{
    private readonly TransformerSettings _sizes;
    private readonly Linear _queriesAndKeys, _values, _output;
    private readonly KernelAttention _attention;

    /// <param name="layer">The generated layer.</param>
    /// <param name="sizes">Of the model.</param>
    /// <param name="tensors">What the layer takes beside queries, keys and values.</param>
    public PositionInfusedSelfAttention(
        IAttention layer, TransformerSettings sizes, IReadOnlyDictionary<string, Tensor>? tensors = null)
        : base(nameof(PositionInfusedSelfAttention))
    {
        _sizes = sizes;
        _queriesAndKeys = nn.Linear(sizes.Dim, 2 * sizes.Dim);
        _values = nn.Linear(sizes.Dim, sizes.Dim);
        _output = nn.Linear(sizes.Dim, sizes.Dim);
        _attention = new KernelAttention(layer, TensorLayout.BatchLengthHeadDim, tensors: tensors);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor? lengths)
    {
        using var scope = NewDisposeScope();
        var placed = _queriesAndKeys.call(input + Positions(input.size(1), _sizes.Dim))
            .view(input.size(0), input.size(1), 2, _sizes.Heads, _sizes.HeadDim);
        var value = _values.call(input).view(input.size(0), input.size(1), _sizes.Heads, _sizes.HeadDim);
        var attended = _attention.call(placed.select(2, 0), placed.select(2, 1), value, lengths);
        return _output.call(attended.flatten(2)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Position t of number i is sin(t·ω) and of i + dim/2 cos(t·ω), ω = 10,000^(−2i/dim): [length, dim]. Vaswani et al., "Attention Is All
    /// You Need", arXiv:1706.03762, with sines and cosines apart.
    /// </summary>
    public static Tensor Positions(long length, int dim)
    {
        using var scope = NewDisposeScope();
        var frequencies = exp(arange(dim / 2, ScalarType.Float64) * (-2 * Math.Log(10_000) / dim));
        var angles = arange(length, ScalarType.Float64).unsqueeze(1) * frequencies;
        return cat([angles.sin(), angles.cos()], 1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
