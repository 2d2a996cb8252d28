using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>
/// Attention as the papers write it, in torch's own operations in float64, with the whole matrix of weights; so torch's gradients are of it
/// too.
/// </summary>
internal static class Reference
{
    // The ε of FAVOR+ ReLU, as the attribute has it by default.
    private const double Epsilon = (double)1e-3f;

    /// <summary>The outputs of a layer, [batch, heads, query length, value dim].</summary>
    /// <param name="layer">One of <see cref="Layers"/>.</param>
    /// <param name="query">[batch, heads, query length, head dim], float64.</param>
    /// <param name="key">[batch, key heads, key length, head dim].</param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="lengths">Keys of each sequence that count; null: all.</param>
    public static Tensor Attention(IAttention layer, Tensor query, Tensor key, Tensor value, long[]? lengths = null)
    {
        if (key.shape[1] != query.shape[1])
        {
            // Each head of keys is written down as often as it is read.
            var sharers = query.shape[1] / key.shape[1];
            (key, value) = (key.repeat_interleave(sharers, 1), value.repeat_interleave(sharers, 1));
        }

        var scale = Math.Pow(layer.HeadDim, -0.25);
        var scores = matmul(query * scale, (key * scale).transpose(-2, -1));
        var weights = layer switch
        {
            // Relative to the row's largest score, which cancels.
            Exact or CausalExact or ExactOfOne =>
                exp(scores - Visible(layer, scores, lengths, double.NegativeInfinity).amax([-1], keepdim: true)),
            IRandomFeatureAttention favor => matmul(Features(favor, query * scale), Features(favor, key * scale).transpose(-2, -1)),
            _ => throw new NotSupportedException($"{layer.GetType()}"),
        };
        var visible = Visible(layer, weights, lengths, 0);
        return matmul(visible / visible.sum(-1, keepdim: true), value);
    }

    private static Tensor Features(IRandomFeatureAttention layer, Tensor scaled)
    {
        var projection = layer.Projection;
        var w = tensor(projection.Weights.ToArray(), [projection.Rows, projection.Columns]).to(ScalarType.Float64);
        var projected = matmul(scaled, w.transpose(0, 1));
        return layer is FavorRelu or CausalFavorRelu
            ? projected.relu() + Epsilon
            : exp(projected - scaled.square().sum(-1, keepdim: true) / 2);
    }

    // What no query sees, replaced.
    private static Tensor Visible(IAttention layer, Tensor scores, long[]? lengths, double hidden)
    {
        var (queries, keys) = (scores.shape[2], scores.shape[3]);
        if (layer.Causal)
        {
            // Queries are the last of the keys.
            scores = scores.masked_fill(ones(queries, keys, ScalarType.Bool).triu(1 + keys - queries), hidden);
        }

        if (lengths is not null)
        {
            var beyond = arange(keys).unsqueeze(0) >= tensor(lengths).unsqueeze(1);
            scores = scores.masked_fill(beyond.view(lengths.Length, 1, 1, keys), hidden);
        }

        return scores;
    }
}
