using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Attention as a node of autograd's graph: apply(query, key, value, <see cref="TensorCall"/>, others…), the first three such as
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
        List<Tensor> others = [.. vars.Skip(4).Cast<Tensor>()];
        var (output, kept) = call.Forward(query, key, value, others);

        // A gradient that nobody has asked for stays null, and no memory is kept to make zeros for it.
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([query, key, value, output, kept, .. others]);
        ctx.save_data(Call, call);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (TensorCall)ctx.get_data(Call);
        bool[] isTensor = [true, true, true, false, .. Enumerable.Repeat(true, call.OtherCount)];
        return BackwardResults.Of("attention", isTensor, grad_output, outputGradients =>
        {
            var saved = ctx.get_saved_variables();
            var (own, others) = call.Backward(saved, outputGradients[0]!);
            return [.. own, null, .. others];
        });
    }
}
