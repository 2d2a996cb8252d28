using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>
/// First weights with which a token looks at places that read as its own surroundings do. A model that has to look things up takes long to
/// hit on that from random weights: until queries and keys agree on what a word is, nothing is gained by either.
/// </summary>
/// <remarks>
/// Queries and keys start with the same weights. What they see is what the convolution saw, a token amid its neighbours, so words that
/// agree in most tokens have nearly the same query and key. A causal model is asked for what comes next, and looks at what came next
/// elsewhere: its keys start as those of the token before. All of it is learned on from there.
/// </remarks>
internal static class MatchingStart
{
    /// <summary>Sets the weights of queries, keys and, if the model is causal, of the convolution.</summary>
    /// <param name="model">A model before its first step, with a convolution and attention by generated layers.</param>
    /// <param name="scale">
    /// Multiplies queries and keys. The product of a query with the same key grows with its square, and with that how much a match stands
    /// out at the start.
    /// </param>
    public static void Apply(Transformer model, double scale)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        int dim = model.Settings.Dim, half = dim / 2;
        var causal = model.Settings.Causal;
        if (causal)
        {
            // Weights [out, in, place in the window]: the second half of what comes out is the first half of the token before.
            Tensor filters = Weights(model, "convolution.weight"), bias = Weights(model, "convolution.bias");
            _ = filters[half..].zero_();
            _ = filters[half.., .., ..^1].copy_(filters[..half, .., 1..]);
            _ = bias[half..].copy_(bias[..half]);
        }

        foreach (var block in model.Blocks)
        {
            // [queries, keys and values; in].
            var weights = Weights(block, "in_proj_weight");
            Tensor queries = weights[..dim], keys = weights[dim..(2 * dim)];
            if (causal)
            {
                // Each reads half of the numbers: √2 makes queries and keys as large as those of a model that is not causal.
                _ = queries.mul_(scale * Math.Sqrt(2));
                _ = queries[.., half..].zero_();
                _ = keys.zero_();
                _ = keys[.., half..].copy_(queries[.., ..half]);
            }
            else
            {
                _ = keys.copy_(queries.mul_(scale));
            }
        }
    }

    private static Tensor Weights(nn.Module module, string name) =>
        module.named_parameters().Single(parameter => parameter.name.EndsWith(name, StringComparison.Ordinal)).parameter;
}
