using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>Builds models of text.</summary>
internal static class TextModel
{
    /// <summary>The numbers of a token in one head.</summary>
    public const int HeadDim = 32;

    private const int Layers = 4, Heads = 4, Hidden = 512;

    /// <summary>The sizes.</summary>
    public static TransformerSettings Sizes(int vocabulary) =>
        new(vocabulary, vocabulary, Layers, Heads * HeadDim, Heads, Hidden, Window: 1, Causal: true);

    /// <summary>A model before its first step.</summary>
    /// <param name="attention">What it has between its tokens.</param>
    /// <param name="vocabulary">Characters.</param>
    /// <param name="seed">Of weights and projections.</param>
    /// <param name="redrawEvery">Steps from one draw of projections to the next; 0: never.</param>
    /// <param name="lambdas">λ of each layer, where the attention takes one.</param>
    public static Transformer Create(
        ModelAttention attention, int vocabulary, int seed, int redrawEvery = 0, IReadOnlyList<float>? lambdas = null)
    {
        _ = torch.manual_seed(seed);
        var sizes = Sizes(vocabulary);
        return new Transformer(sizes, layer =>
        {
            // Each layer draws for itself.
            var drawn = (ulong)Seeds.Of("projections", seed, layer);
            IAttention between = attention switch
            {
                ModelAttention.Exact => new Exact(),
                ModelAttention.Softmax128 => new Softmax128(drawn),
                ModelAttention.Softmax512 => new Softmax512(drawn),
                ModelAttention.Hyperbolic128 => new Hyperbolic128(drawn),
                ModelAttention.Oprf128 => new Oprf128(drawn, (lambdas ?? throw new ArgumentNullException(nameof(lambdas)))[layer]),
                _ => throw new ArgumentOutOfRangeException(nameof(attention), attention, null),
            };
            return new KernelSelfAttention(
                between, sizes, redrawEvery > 0 && attention != ModelAttention.Exact ? new RedrawSchedule(redrawEvery, drawn) : null);
        });
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
