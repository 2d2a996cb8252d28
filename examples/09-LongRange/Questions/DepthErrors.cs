namespace KernelGen.Examples.LongRange;

/// <summary>How far FAVOR+ with the weights of exact attention is from it, layer by layer.</summary>
/// <param name="Plan">Of the model with exact attention.</param>
/// <param name="IsTrained">Whether after its last step; otherwise before its first.</param>
/// <param name="Attention">The one in its place, a name of <see cref="AllAttentions"/>.</param>
/// <param name="OfLayer">
/// Relative errors of what each attention gives for the very same input: norm of the difference over norm, of all tokens together.
/// </param>
/// <param name="OfHidden">Relative errors of what each block gives where all before it have been exchanged too.</param>
internal sealed record DepthErrors(
    RunPlan Plan, bool IsTrained, string Attention, IReadOnlyList<double> OfLayer, IReadOnlyList<double> OfHidden);
