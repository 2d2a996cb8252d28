using KernelGen.Examples.Training;
using TorchSharp;

namespace KernelGen.Examples.LongRange;

/// <summary>Builds models.</summary>
internal static class LongRangeModel
{
    /// <summary>A model before its first step.</summary>
    /// <param name="task">What it will be asked.</param>
    /// <param name="attention">What it has between its tokens.</param>
    /// <param name="layers">Its blocks.</param>
    /// <param name="seed">Of weights and projections.</param>
    /// <exception cref="JobException">The attention has no form for the task.</exception>
    public static Transformer Create(LongRangeTask task, AttentionChoice attention, int layers, int seed)
    {
        var form = task.Causal ? "causal" : "bidirectional";
        var create = attention.For(task.Causal) ?? throw new JobException(
            $"The attention '{attention.Name}' has no {form} form, which the task '{task.Name}' needs.");
        _ = torch.manual_seed(seed);
        var sizes = ModelSizes.Of(task, layers);
        return new Transformer(sizes, layer => create(new LayerPlace(sizes, layer, seed)));
    }

    /// <summary>Gives a model the weights of another; projections are no weights.</summary>
    public static void CopyWeights(Transformer from, Transformer to)
    {
        using var none = torch.no_grad();
        foreach ((var (name, target), var (other, source)) in to.named_parameters().Zip(from.named_parameters()))
        {
            if (name != other)
            {
                throw new InvalidOperationException($"The models differ: the one has '{name}' where the other has '{other}'.");
            }

            _ = target.copy_(source);
        }
    }
}
