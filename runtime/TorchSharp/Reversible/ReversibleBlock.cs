using TorchSharp.Utils;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// One block of a <see cref="ReversibleSequence"/>: (x1, x2) → (y1, y2) with y1 = x1 + F(x2) and y2 = x2 + G(y1), from which
/// x2 = y2 − G(y1) and x1 = y1 − F(x2) follow.
/// </summary>
/// <remarks>
/// Source: Gomez et al., "The Reversible Residual Network" (1707.04585); Kitaev et al., "Reformer" (2001.04451): F attention, G the
/// feed-forward part.
/// </remarks>
public sealed class ReversibleBlock : nn.Module<Tensor, Tensor, (Tensor, Tensor)>
{
    [ComponentName(Name = "f")]
    private nn.Module<Tensor, Tensor> _f;

    [ComponentName(Name = "g")]
    private nn.Module<Tensor, Tensor> _g;

    /// <param name="f">F; its output has the shape of its input. The block owns it.</param>
    /// <param name="g">G, likewise.</param>
    public ReversibleBlock(nn.Module<Tensor, Tensor> f, nn.Module<Tensor, Tensor> g)
        : base(TorchLibrary.LoadedFor(nameof(ReversibleBlock)))
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(g);
        (_f, _g) = (f, g);
        RegisterComponents();
    }

    /// <summary>F.</summary>
    internal nn.Module<Tensor, Tensor> F => _f;

    /// <summary>G.</summary>
    internal nn.Module<Tensor, Tensor> G => _g;

    /// <summary>
    /// (y1, y2), as autograd records it: by itself a block keeps what F and G keep. A <see cref="ReversibleSequence"/> keeps nothing of it.
    /// </summary>
    public override (Tensor, Tensor) forward(Tensor x1, Tensor x2)
    {
        var y1 = x1 + _f.call(x2);
        return (y1, x2 + _g.call(y1));
    }
}
