using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Training;

/// <summary>
/// The module beside which KernelGen's is measured: the same projections and positions, and libtorch's fused attention; or none between
/// them.
/// </summary>
internal sealed class TorchSelfAttention : SelfAttention
{
    private readonly TransformerSettings _settings;
    private readonly bool _attends;
    private readonly Linear _input, _output;
    private readonly RotaryPositions _rotary = new();

    /// <param name="settings">The sizes.</param>
    /// <param name="attends">Otherwise each token's value is its output: what is left of a step without attention.</param>
    public TorchSelfAttention(TransformerSettings settings, bool attends)
        : base(nameof(TorchSelfAttention))
    {
        (_settings, _attends) = (settings, attends);
        // The same draws, in the same order, as KernelGen's module.
        _input = nn.Linear(settings.Dim, 3 * settings.Dim);
        _output = nn.Linear(settings.Dim, settings.Dim);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor? lengths)
    {
        if (lengths is not null)
        {
            throw new NotSupportedException("Sequences of these measurements are whole.");
        }

        var projected = _input.call(input).view(input.size(0), input.size(1), 3, _settings.Heads, _settings.HeadDim);
        Tensor query = _rotary.Apply(projected.select(2, 0)), key = _rotary.Apply(projected.select(2, 1)), value = projected.select(2, 2);
        if (!_attends)
        {
            // Queries and keys are made all the same, and take part in the backward pass.
            return _output.call((value + ((query + key) * 0)).flatten(2));
        }

        var attended = nn.functional.scaled_dot_product_attention(
            query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), is_casual: _settings.Causal);
        return _output.call(attended.transpose(1, 2).flatten(2));
    }
}
