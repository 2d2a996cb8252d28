using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>Measures λ of optimal positive features on a model's own queries and keys: E‖q̂ + k̂‖² of each layer.</summary>
internal static class Calibration
{
    /// <summary>λ of each layer.</summary>
    public static IReadOnlyList<float> Lambdas(Transformer model, TrainingBatch sample)
    {
        var lambdas = new List<float>();
        var removeHooks = new List<Action>();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            foreach (TransformerBlock block in model.Blocks)
            {
                KernelAttention attention = ((KernelSelfAttention)block.Attention).Attention.Attention;
                removeHooks.Add(attention.register_forward_pre_hook((_, query, key, value) =>
                {
                    var shape = new AttentionShape((int)query.size(0), (int)query.size(2), (int)query.size(1)) { Layout = TensorLayout.BatchLengthHeadDim };
                    lambdas.Add((float)FeatureMap.OprfLambda(
                        query.contiguous().data<float>().ToArray(), key.contiguous().data<float>().ToArray(), shape));
                    return null;
                }).remove);
            }

            _ = model.call(tensor(sample.Inputs, [sample.Rows, sample.Length]), null);
        }
        finally
        {
            removeHooks.ForEach(remove => remove());
        }

        return lambdas;
    }
}
