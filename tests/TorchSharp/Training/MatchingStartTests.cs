using KernelGen.Examples.Training;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Where a model looks before its first step, when its weights start by matching.</summary>
public sealed class MatchingStartTests
{
    private const int Copy = 40;

    [Fact]
    public void Masked_token_looks_at_its_twin_most_beside_itself()
    {
        using var model = Model(causal: false);
        var tokens = Twice();
        int[] hidden = [7, 19, 31];
        foreach (var at in hidden)
        {
            tokens[Copy + at] = SmallModels.Vocabulary - 1;
        }

        var seen = Seen(model, tokens);
        Assert.All(hidden, at => Assert.Equal(at, MostSeen(seen, Copy + at)));
    }

    [Fact]
    public void Causal_token_looks_most_at_what_followed_its_twin()
    {
        using var model = Model(causal: true);
        var seen = Seen(model, Twice());

        // The first tokens of the copy see other tokens before them than their twins do. Random weights may take another word for the same:
        // one in ten.
        var window = model.Settings.Window;
        int[] asked = [.. Enumerable.Range(window, Copy - window - 1)];
        Assert.True(asked.Count(at => MostSeen(seen, Copy + at) == at + 1) >= 0.9 * asked.Length);
    }

    [Fact]
    public void Model_without_it_looks_everywhere()
    {
        using var model = Model(causal: false, matches: false);
        var seen = Seen(model, Twice());
        Assert.True(Enumerable.Range(0, Copy).Count(at => MostSeen(seen, Copy + at) == at) < Copy / 4);
    }

    private static Transformer Model(bool causal, bool matches = true)
    {
        _ = manual_seed(9);
        TransformerSettings settings = new(
            SmallModels.Vocabulary, SmallModels.Vocabulary, Layers: 2, Dim: 64, Heads: 2, Hidden: 64, Window: 9, causal)
        {
            Rotary = false,
        };
        var model = new Transformer(settings, _ => new KernelSelfAttention(causal ? new WideCausalExact() : new WideExact(), settings));
        if (matches)
        {
            MatchingStart.Apply(model, scale: 3);
        }

        return model;
    }

    /// <summary>Random tokens, and the same again.</summary>
    private static long[] Twice()
    {
        Random random = new(4);
        long[] once = [.. Enumerable.Range(0, Copy).Select(_ => (long)random.Next(SmallModels.Vocabulary - 1))];
        return [.. once, .. once];
    }

    /// <summary>The attention of the first head of the first layer.</summary>
    private static float[] Seen(Transformer model, long[] tokens)
    {
        model.eval();
        return AttentionInputs.Capture(model, tokens, rows: 1)[0]
            .Probabilities(sequence: 0, model.Settings.Causal)[..(tokens.Length * tokens.Length)];
    }

    /// <summary>The token that one looks at most beside itself.</summary>
    private static int MostSeen(float[] seen, int from) =>
        Enumerable.Range(0, 2 * Copy).Where(to => to != from).MaxBy(to => seen[(from * 2 * Copy) + to]);
}
