using KernelGen.Examples.Training;
using TorchSharp;

namespace KernelGen.Examples.Generate;

/// <summary>Builds models of text.</summary>
internal static class TextModel
{
    /// <summary>The numbers of a token in one head.</summary>
    public const int HeadDim = 32;

    private const int Layers = 4, Heads = 4, Hidden = 512;

    /// <summary>A model before its first step.</summary>
    public static Transformer Create(bool exact, int vocabulary, int seed)
    {
        _ = torch.manual_seed(seed);
        var sizes = new TransformerSettings(vocabulary, vocabulary, Layers, Heads * HeadDim, Heads, Hidden, Window: 1, Causal: true);
        return new Transformer(sizes, layer =>
            new KernelSelfAttention(exact ? new Exact() : new Favor((ulong)Seeds.Of("projections", seed, layer)), sizes));
    }
}
