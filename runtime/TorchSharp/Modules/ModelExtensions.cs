using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>What concerns all attention modules of a model at once.</summary>
public static class ModelExtensions
{
    /// <summary>
    /// Calls <see cref="KernelAttention.AfterOptimizerStep"/> of each attention module of a model once. Put it right after
    /// <c>optimizer.step()</c>.
    /// </summary>
    public static void AfterOptimizerStep(this nn.Module model)
    {
        foreach (var attention in AttentionModules(model))
        {
            attention.AfterOptimizerStep();
        }
    }

    /// <summary>The attention modules of a model, each once, itself if it is one.</summary>
    public static IReadOnlyList<KernelAttention> AttentionModules(this nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.modules().Prepend(model).OfType<KernelAttention>().Distinct()];
    }
}
