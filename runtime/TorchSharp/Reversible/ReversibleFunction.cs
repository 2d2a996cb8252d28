using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// A reversible sequence as one node of autograd's graph: apply(<see cref="ReversiblePass"/>, x1, x2, trained parameters…).
/// </summary>
internal sealed class ReversibleFunction : autograd.MultiTensorFunction<ReversibleFunction>
{
    private const string Pass = nameof(ReversiblePass);

    public override string Name => nameof(ReversibleFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var pass = (ReversiblePass)vars[0];
        Tensor[] inputs = [.. vars.Skip(1).Cast<Tensor>()];
        var (y1, y2) = pass.Forward(inputs[0], inputs[1]);

        // Parameters too: they are refused where a step has changed them since.
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([y1, y2, .. inputs[2..]]);
        ctx.save_data(Pass, pass);
        return [y1, y2];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var pass = (ReversiblePass)ctx.get_data(Pass);
        bool[] isTensor = [false, .. Enumerable.Repeat(true, pass.TensorCount)];
        return BackwardResults.Of("a reversible sequence", isTensor, grad_outputs, outputGradients =>
        {
            var saved = ctx.get_saved_variables();
            Tensor dy1 = outputGradients[0] ?? zeros_like(saved[0]), dy2 = outputGradients[1] ?? zeros_like(saved[1]);
            return [null, .. pass.Backward(saved[0], saved[1], dy1, dy2)];
        });
    }
}
