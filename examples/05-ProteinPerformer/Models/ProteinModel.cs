using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Builds models.</summary>
internal static class ProteinModel
{
    /// <summary>The model before its first step.</summary>
    /// <param name="settings">What it is.</param>
    /// <param name="redrawEvery">
    /// Steps from one draw of softmax features to the next. The ReLU kernel keeps its first draw: it estimates nothing.
    /// </param>
    public static Transformer Create(ModelSettings settings, int redrawEvery)
    {
        _ = torch.manual_seed(settings.Seed);
        var model = new Transformer(settings.Sizes, layer =>
        {
            // Each layer draws for itself.
            var seed = (ulong)Seeds.Of("projections", settings.Seed, layer);
            var attention = Layer(settings, seed);
            var redraws = settings.Attention is ModelAttention.Softmax64 or ModelAttention.Softmax256;
            return new KernelSelfAttention(attention, settings.Sizes, redraws ? new RedrawSchedule(redrawEvery, seed) : null);
        });
        if (settings.MatchingStart is { } scale)
        {
            MatchingStart.Apply(model, scale);
        }

        return model;
    }

    private static IAttention Layer(ModelSettings settings, ulong seed) => (settings.Attention, settings.Causal) switch
    {
        (ModelAttention.Exact, false) => new Exact(),
        (ModelAttention.Exact, true) => new CausalExact(),
        (ModelAttention.Relu128, false) => new Relu128(seed),
        (ModelAttention.Relu128, true) => new CausalRelu128(seed),
        (ModelAttention.Softmax64, false) => new Softmax64(seed),
        (ModelAttention.Softmax64, true) => new CausalSoftmax64(seed),
        (ModelAttention.Softmax256, false) => new Softmax256(seed),
        (ModelAttention.Softmax256, true) => new CausalSoftmax256(seed),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Attention, null),
    };
}
