using KernelGen.Examples;
using KernelGen.Examples.Training;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Transformers of the examples in small.</summary>
internal static class SmallModels
{
    public const int Vocabulary = 11, Answers = 7, Rows = 3, Length = 20;

    public static TransformerSettings Settings(bool causal) =>
        new(Vocabulary, Answers, Layers: 2, Dim: 16, Heads: 2, Hidden: 24, Window: 4, causal);

    public static Transformer Create(bool causal, Func<int, SelfAttention> attention)
    {
        _ = manual_seed(5);
        return new Transformer(Settings(causal), attention);
    }

    public static TrainingBatch Batch(long step)
    {
        var random = Seeds.Random("small batch", (int)step);
        return new TrainingBatch(
            Rows, Length,
            [.. Enumerable.Range(0, Rows * Length).Select(_ => (long)random.Next(Vocabulary))],
            [.. Enumerable.Range(0, Rows * Length).Select(i => i % 3 == 0 ? TrainingBatch.Ignored : random.Next(Answers))],
            step % 2 == 0 ? null : [Length, 7, 13]);
    }
}
