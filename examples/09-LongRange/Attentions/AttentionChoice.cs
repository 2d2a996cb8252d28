using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>An attention that a model can have between its tokens.</summary>
/// <param name="Name">What commands and files call it.</param>
/// <param name="Label">What tables and plots call it.</param>
/// <param name="Causal">Makes the one of a causal model; null: there is none.</param>
/// <param name="BothSides">Makes the one of a model that sees both sides; null: there is none.</param>
internal sealed record AttentionChoice(
    string Name, string Label, Func<LayerPlace, SelfAttention>? Causal, Func<LayerPlace, SelfAttention>? BothSides)
{
    /// <summary>That of a model; null: there is none.</summary>
    public Func<LayerPlace, SelfAttention>? For(bool causal) => causal ? Causal : BothSides;
}
