using KernelGen.TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>Attention by a generated layer: one module of KernelGen.TorchSharp.</summary>
internal sealed class KernelSelfAttention : SelfAttention
{
    private readonly MultiheadKernelAttention _attention;

    /// <param name="layer">The generated layer.</param>
    /// <param name="settings">The sizes.</param>
    /// <param name="redraw">When to draw new projections; null: never.</param>
    public KernelSelfAttention(IAttention layer, TransformerSettings settings, RedrawSchedule? redraw = null)
        : base(nameof(KernelSelfAttention))
    {
        _attention = new MultiheadKernelAttention(
            layer, settings.Dim, settings.Heads, rotary: settings.Rotary ? new RotaryPositions() : null, redraw: redraw);
        RegisterComponents();
    }

    /// <summary>The module inside.</summary>
    public MultiheadKernelAttention Attention => _attention;

    public override Tensor forward(Tensor input, Tensor? lengths) => _attention.call(input, lengths);
}
