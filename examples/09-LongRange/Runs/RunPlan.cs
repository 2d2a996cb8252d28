namespace KernelGen.Examples.LongRange;

/// <summary>All that determines a run. Plans are equal where all of it is, and then a run that is done is not done again.</summary>
/// <param name="Task">A name of <see cref="AllTasks"/>.</param>
/// <param name="Attention">A name of <see cref="AllAttentions"/>.</param>
/// <param name="Seed">Of weights, projections and examples.</param>
/// <param name="Layers">Blocks of the model.</param>
/// <param name="Length">The most tokens of an example.</param>
/// <param name="TokensOfStep">A step has as many examples as fit into it, at least one.</param>
/// <param name="HeldTokens">Tests are on as many examples as fit into it.</param>
/// <param name="Budget">What it may spend.</param>
/// <param name="Threads">Of libtorch and of the kernels.</param>
/// <param name="Text">The name of the file of text.</param>
internal sealed record RunPlan(
    string Task, string Attention, int Seed, int Layers, int Length, int TokensOfStep, int HeldTokens, Budget Budget, int Threads,
    string Text)
{
    /// <summary>The tokens of an example in the first half of the budget; null: as in the second.</summary>
    public int? FirstLength { get; init; }

    /// <summary>All examples that there are to learn from; null: each step has new ones.</summary>
    public int? Examples { get; init; }

    /// <summary>The lengths in their order, with their shares of the budget.</summary>
    public IReadOnlyList<(int Length, double Share)> Stages => FirstLength is { } first ? [(first, 0.5), (Length, 0.5)] : [(Length, 1)];

    /// <summary>The examples of a step.</summary>
    public int RowsOf(int length) => Math.Max(1, TokensOfStep / length);

    /// <summary>What progress calls it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Task}, {Attention}, seed {Seed}")
        + (FirstLength is { } first ? FormattableString.Invariant($", first {first} tokens") : "")
        + (Examples is { } examples ? FormattableString.Invariant($", {examples:N0} examples") : "");
}
