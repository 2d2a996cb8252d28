using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>The queries and keys of one layer, as its attention got them.</summary>
/// <param name="Query">[batch, length, heads, head dim].</param>
/// <param name="Key">[batch, length, heads, head dim].</param>
/// <param name="Shape">The sizes, and that order of axes.</param>
/// <param name="Attention">The layer.</param>
internal sealed record AttentionInputs(float[] Query, float[] Key, AttentionShape Shape, IAttention Attention)
{
    /// <summary>Those of every layer of a model, first to last, for some sequences without padding.</summary>
    /// <param name="model">Of generated layers.</param>
    /// <param name="tokens">[rows, length].</param>
    /// <param name="rows">Sequences.</param>
    public static IReadOnlyList<AttentionInputs> Capture(Transformer model, long[] tokens, int rows)
    {
        var captured = new List<AttentionInputs>();
        var removeHooks = new List<Action>();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            foreach (var block in model.Blocks)
            {
                var attention = ((KernelSelfAttention)block.Attention).Attention.Attention;
                removeHooks.Add(attention.register_forward_pre_hook((_, query, key, _) =>
                {
                    captured.Add(new AttentionInputs(
                        query.contiguous().data<float>().ToArray(), key.contiguous().data<float>().ToArray(),
                        new AttentionShape((int)query.size(0), (int)query.size(2), (int)query.size(1), TensorLayout.BatchLengthHeadDim),
                        attention.Layer));
                    return null;
                }).remove);
            }

            _ = model.call(tensor(tokens, [rows, tokens.Length / rows]), null);
        }
        finally
        {
            removeHooks.ForEach(remove => remove());
        }

        return captured;
    }

    /// <summary>
    /// The attention probabilities of one sequence, [heads, length, length]: row i of a head is what token i gives to each token.
    /// </summary>
    public float[] Probabilities(int sequence, bool causal)
    {
        int length = Shape.QueryLength, square = length * length;
        var probabilities = new float[Shape.Heads * square];
        int[] rows = [.. Enumerable.Range(0, length)];
        for (var head = 0; head < Shape.Heads; head++)
        {
            var of = probabilities.AsSpan(head * square, square);
            if (Attention is IRandomFeatureAttention random)
            {
                random.Probabilities(Query, Key, Shape, sequence, head, rows, of);
            }
            else
            {
                AttentionProbabilities.Exact(Query, Key, Attention.HeadDim, Shape, sequence, head, rows, causal, of);
            }
        }

        return probabilities;
    }
}
