using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Attention as a node of autograd's graph: apply(query, key, value, <see cref="TensorCall"/>), all three such as
/// <see cref="TensorViews.Readable"/> gives. What the backward pass needs are saved tensors: parts of a projection are saved where they
/// are.
/// </summary>
internal sealed class AttentionFunction : autograd.SingleTensorFunction<AttentionFunction>
{
    private const string Call = nameof(TensorCall);

    public override string Name => nameof(AttentionFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (query, key, value, call) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (TensorCall)vars[3]);
        var (output, kept) = call.Forward(query, key, value);

        // A gradient that nobody has asked for stays null, and no memory is kept to make zeros for it.
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([query, key, value, output, kept]);
        ctx.save_data(Call, call);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardResults.Of("attention", [true, true, true, false], grad_output, outputGradients =>
        {
            var saved = ctx.get_saved_variables();
            var call = (TensorCall)ctx.get_data(Call);
            return [.. call.Backward(saved[0], saved[1], saved[2], saved[3], saved[4], outputGradients[0]!), null];
        });
}
