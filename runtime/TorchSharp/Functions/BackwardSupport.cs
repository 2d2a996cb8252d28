using System.Runtime.CompilerServices;

namespace KernelGen.TorchSharp;

/// <summary>Whether a layer has a backward pass, asked while an exception can still be thrown: in the forward pass.</summary>
internal static class BackwardSupport
{
    private static readonly ConditionalWeakTable<IAttention, string> _answers = [];

    /// <exception cref="NotSupportedException">It has none (KGEN031).</exception>
    public static void Check(IAttention attention)
    {
        var problem = _answers.GetValue(attention, Ask);
        if (problem.Length > 0)
        {
            throw new NotSupportedException(
                $"{problem} Its inputs may not require gradients: detach them, or call it under torch.no_grad(). The layer is "
                + $"{attention.GetType()} (KGEN031).");
        }
    }

    // Attention of no sequences computes nothing, and says whether it could.
    private static string Ask(IAttention attention)
    {
        var shape = new AttentionShape(0, 0, 0, 0);
        var result = new AttentionResult(attention, shape);
        attention.Forward([], [], [], [], shape, result);
        try
        {
            attention.Backward([], [], [], [], result, [], [], [], [], shape);
            return "";
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
    }
}
