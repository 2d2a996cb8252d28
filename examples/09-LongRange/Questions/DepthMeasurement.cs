using KernelGen.Examples.Training;
using static TorchSharp.torch;

namespace KernelGen.Examples.LongRange;

/// <summary>Compares two models of the same weights and different attentions, layer by layer.</summary>
internal static class DepthMeasurement
{
    /// <summary>The errors of each layer alone, and of what has gone through all layers up to it.</summary>
    /// <param name="exact">What the other is compared with.</param>
    /// <param name="other">With the same weights.</param>
    /// <param name="batch">Sequences without padding.</param>
    public static (IReadOnlyList<double> OfLayer, IReadOnlyList<double> OfHidden) Of(
        Transformer exact, Transformer other, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        exact.eval();
        other.eval();
        var (ofLayer, ofHidden) = (new List<double>(), new List<double>());
        var tokens = tensor(batch.Inputs, [batch.Rows, batch.Length]);
        Tensor x = exact.Embed(tokens), y = other.Embed(tokens);
        foreach (var (block, exchanged) in exact.Blocks.Zip(other.Blocks))
        {
            x = block.Apply(x, normed =>
            {
                var attended = block.Attention.call(normed, null);
                ofLayer.Add(RelativeError(exchanged.Attention.call(normed, null), attended));
                return attended;
            });
            y = exchanged.call(y, null);
            ofHidden.Add(RelativeError(y, x));
        }

        return (ofLayer, ofHidden);
    }

    private static double RelativeError(Tensor estimate, Tensor exact) =>
        (estimate - exact).norm().item<float>() / exact.norm().item<float>();
}
