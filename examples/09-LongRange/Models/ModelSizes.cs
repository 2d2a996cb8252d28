using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>The sizes of the one model that all attentions are put into.</summary>
internal static class ModelSizes
{
    /// <summary>The numbers of a token in one head.</summary>
    public const int HeadDim = 16;

    /// <summary>Heads.</summary>
    public const int Heads = 4;

    /// <summary>The most tokens of a sequence, which Linformer has to know.</summary>
    public const int MaxLength = 2_048;

    private const int Hidden = 256, Convolution = 4;

    /// <summary>Those of a model for a task.</summary>
    public static TransformerSettings Of(LongRangeTask task, int layers) => new(
        task.Vocabulary, task.Answers, layers, Heads * HeadDim, Heads, Hidden, Convolution, task.Causal);
}
