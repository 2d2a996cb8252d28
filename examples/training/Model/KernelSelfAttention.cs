using KernelGen.TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>Attention by a generated layer: one module of KernelGen.TorchSharp.</summary>
internal sealed class KernelSelfAttention : SelfAttention
{
    private readonly MultiheadKernelAttention _attention;

    public KernelSelfAttention(IAttention layer, TransformerSettings settings, RedrawSchedule? redraw = null)
        : base(nameof(KernelSelfAttention))
    {
        _attention = new MultiheadKernelAttention(layer, settings.Dim, settings.Heads, rotary: new RotaryPositions(), redraw: redraw);
        RegisterComponents();
    }

    /// <summary>The module inside.</summary>
    public MultiheadKernelAttention Attention => _attention;

    public override Tensor forward(Tensor input, Tensor? lengths) => _attention.call(input, lengths);
}
