using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Exact attention as it is written down, with libtorch's operators: the matrix of all weights is made, and kept for the backward pass. To
/// compare costs with; libtorch's own fused attention keeps no matrix, and is measured by <c>bench -- training</c>.
/// </summary>
internal sealed class MatrixAttention : SelfAttention
{
    private readonly TransformerSettings _sizes;
    private readonly Linear _input, _output;
    private readonly RotaryPositions? _rotary;

    public MatrixAttention(TransformerSettings sizes)
        : base(nameof(MatrixAttention))
    {
        _sizes = sizes;
        _rotary = sizes.Rotary ? new RotaryPositions() : null;
        _input = nn.Linear(sizes.Dim, 3 * sizes.Dim);
        _output = nn.Linear(sizes.Dim, sizes.Dim);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor? lengths)
    {
        if (lengths is not null)
        {
            throw new NotSupportedException("Rows whose cost is measured are whole.");
        }

        var projected = _input.call(input).view(input.size(0), input.size(1), 3, _sizes.Heads, _sizes.HeadDim);
        Tensor query = Rotated(projected.select(2, 0)).transpose(1, 2), key = Rotated(projected.select(2, 1)).transpose(1, 2);
        var scores = matmul(query, key.transpose(-2, -1)) / Math.Sqrt(_sizes.HeadDim);
        if (_sizes.Causal)
        {
            var later = ones([input.size(1), input.size(1)], ScalarType.Bool).triu(1);
            scores = scores.masked_fill(later, double.NegativeInfinity);
        }

        var attended = matmul(scores.softmax(-1), projected.select(2, 2).transpose(1, 2));
        return _output.call(attended.transpose(1, 2).flatten(2));
    }

    private Tensor Rotated(Tensor heads) => _rotary?.Apply(heads) ?? heads;
}
