using KernelGen.Examples.Training;
using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Training;

/// <summary>A model and a batch size whose steps are measured.</summary>
/// <param name="Length">Tokens of a sequence; a step has <see cref="TokensPerStep"/> in all.</param>
/// <param name="Threads">Of libtorch and of KernelGen.</param>
internal sealed record StepCase(int Length, int Threads)
{
    public const int HeadDim = 64, Features = 128, TokensPerStep = 8192;

    private const int Layers = 4, Dim = 128, Heads = 2, Hidden = 512;

    /// <summary>The model in words.</summary>
    public static string Description =>
        $"A causal model of {Layers} layers, {Dim} numbers a token, {Heads} heads of {HeadDim}, {Features} features for FAVOR+, on characters of Shakespeare; {TokensPerStep:N0} tokens a step";

    /// <summary>Sequences of a step.</summary>
    public int Rows => TokensPerStep / Length;

    public static IEnumerable<StepCase> All(bool quick, IReadOnlyList<int> threads) =>
        from thread in threads
        from length in quick ? (int[])[256, 2048] : [256, 2048, 8192]
        select new StepCase(length, thread);

    /// <summary>A model that learns characters; all variants of a seed begin with the same weights.</summary>
    public static Trainer Create(StepVariant variant, int vocabulary, int seed)
    {
        var settings = new TransformerSettings(vocabulary, vocabulary, Layers, Dim, Heads, Hidden, Window: 1, Causal: true);
        manual_seed(seed);
        var exact = new Transformer(settings, _ => new KernelSelfAttention(new TrainedExact(), settings));
        var model = variant switch
        {
            StepVariant.Exact => exact,
            StepVariant.None => new Transformer(settings, _ => new TorchSelfAttention(settings, attends: false)),
            StepVariant.Torch => new Transformer(settings, _ => new TorchSelfAttention(settings, attends: true)),
            StepVariant.Softmax =>
                new Transformer(settings, layer => new KernelSelfAttention(new TrainedSoftmax(seed: (ulong)(seed + layer)), settings)),
            StepVariant.Relu =>
                new Transformer(settings, layer => new KernelSelfAttention(new TrainedRelu(seed: (ulong)(seed + layer)), settings)),
            _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, null),
        };
        if (model != exact)
        {
            using var none = no_grad();
            foreach (var (to, from) in model.parameters().Zip(exact.parameters()))
            {
                _ = to.copy_(from);
            }

            exact.Dispose();
        }

        return new Trainer(model, new OptimizerSettings(Steps: 1000, Rate: 1e-3, WarmUp: 50));
    }
}
