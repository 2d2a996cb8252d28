using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Reversible blocks one after the other, trained in memory that does not grow with their number: a backward pass rebuilds the inputs of
/// each block from its outputs, from the last block to the first, and keeps the last outputs alone.
/// </summary>
/// <remarks>
/// <para>
/// Cost: a forward pass of each F and G more. Rebuilt inputs differ from the true ones by rounding: about 1e-7 of the largest number a
/// block.
/// </para>
/// <para>
/// F and G must compute the same again: they run with the random numbers of torch's generator that they had (so dropout works), and
/// <see cref="KernelAttention"/> modules in them with the projections that they had, redrawn since or not. Parameters may not change
/// between the two passes, which is checked. Other state of theirs is theirs to keep still: a mode (train or eval), a statistic of batches
/// (BatchNorm counts each batch twice), a mask.
/// </para>
/// </remarks>
public sealed class ReversibleSequence : nn.Module<Tensor, Tensor, (Tensor, Tensor)>
{
    [ComponentName(Name = "blocks")]
    private ModuleList<ReversibleBlock> _blocks;

    /// <param name="blocks">At least one. The sequence owns them.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ReversibleSequence(params ReversibleBlock[] blocks)
        : base(TorchLibrary.LoadedFor(nameof(ReversibleSequence)))
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Length == 0)
        {
            throw new ArgumentException("There are 0 blocks, but at least 1 is needed.", nameof(blocks));
        }

        _blocks = nn.ModuleList(blocks);
        RegisterComponents();
    }

    /// <summary>The outputs of the last block.</summary>
    /// <param name="x1">Of any shape that F and G take.</param>
    /// <param name="x2">Of the same shape and type. Both may be the same tensor.</param>
    /// <exception cref="ArgumentException">
    /// The two differ in shape or type, or what F or G gives differs from what it was given.
    /// </exception>
    public override (Tensor, Tensor) forward(Tensor x1, Tensor x2)
    {
        ArgumentNullException.ThrowIfNull(x1);
        ArgumentNullException.ThrowIfNull(x2);
        if (!x1.shape.AsSpan().SequenceEqual(x2.shape) || x1.dtype != x2.dtype)
        {
            throw new ArgumentException(
                $"x1 is {x1.dtype} [{string.Join(", ", x1.shape)}] and x2 {x2.dtype} [{string.Join(", ", x2.shape)}], but both must be alike.", nameof(x2));
        }

        using var scope = NewDisposeScope();
        Parameter[] trained = [.. parameters().Where(parameter => parameter.requires_grad)];
        ReversiblePass pass = new(_blocks, trained);
        if (is_grad_enabled() && (x1.requires_grad || x2.requires_grad || trained.Length > 0))
        {
            var outputs = ReversibleFunction.apply([pass, x1, x2, .. trained]);
            return (outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope());
        }

        using var mode = no_grad();
        var (y1, y2) = pass.Forward(x1, x2);
        return (y1.MoveToOuterDisposeScope(), y2.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The inputs of the first block whose outputs of the last are these, without gradients: what a backward pass rebuilds.
    /// </summary>
    /// <remarks>By what F and G compute now; with dropout in training mode it is not the inverse of an earlier pass.</remarks>
    public (Tensor X1, Tensor X2) Inverse(Tensor y1, Tensor y2)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (x1, x2) = new ReversiblePass(_blocks, []).Inverse(y1, y2);
        return (x1.MoveToOuterDisposeScope(), x2.MoveToOuterDisposeScope());
    }
}
