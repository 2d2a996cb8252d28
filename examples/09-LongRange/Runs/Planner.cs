namespace KernelGen.Examples.LongRange;

/// <summary>Makes plans that agree in all but what is compared.</summary>
/// <param name="IsShort">Whether they are to show only that all works: short examples, few of them.</param>
/// <param name="Budget">Of each run.</param>
/// <param name="Threads">Of libtorch and of the kernels.</param>
/// <param name="Seeds">Each comparison is made once for each.</param>
/// <param name="TextPath">The text.</param>
internal sealed record Planner(bool IsShort, Budget Budget, int Threads, IReadOnlyList<int> Seeds, string TextPath)
{
    /// <summary>Blocks of the model, where nothing else is asked for.</summary>
    public const int Layers = 2;

    // Small steps: in minutes on a CPU it matters more how many there are than how exact each gradient is.
    private const int TokensOfStep = 4_096, HeldTokens = 400_000, ShortLength = 256;

    /// <summary>The plans of an attention for a task, one a seed.</summary>
    public IReadOnlyList<RunPlan> Plans(LongRangeTask task, string attention, int layers = Layers) =>
    [
        .. Seeds.Select(seed => new RunPlan(
            task.Name, attention, seed, layers, IsShort ? ShortLength : task.Length, IsShort ? 2 * ShortLength : TokensOfStep,
            IsShort ? 8 * ShortLength : HeldTokens, Budget, Threads, Path.GetFileName(TextPath))),
    ];
}
