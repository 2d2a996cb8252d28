namespace KernelGen.Bench.Torch.Training;

/// <summary>Whole steps of one variant: forward, backward, optimiser.</summary>
/// <param name="Case">The sizes.</param>
/// <param name="Width">The widest vectors that either side might use, in bits.</param>
/// <param name="Variant">What is between the tokens.</param>
/// <param name="Milliseconds">The median time of a step.</param>
/// <param name="TimesExact">The median, over rounds, of its time over that of KernelGen's exact attention in the same round.</param>
/// <param name="Share">The median, over rounds, of the part of the step that a model without attention does not take.</param>
internal sealed record StepRow(StepCase Case, int Width, StepVariant Variant, double Milliseconds, double TimesExact, double Share);
