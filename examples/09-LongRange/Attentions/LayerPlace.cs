using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>Where in which model an attention stands.</summary>
/// <param name="Sizes">Of the model.</param>
/// <param name="Layer">From 0.</param>
/// <param name="Seed">Of the model.</param>
internal sealed record LayerPlace(TransformerSettings Sizes, int Layer, int Seed)
{
    /// <summary>The seed of what this layer draws: each layer draws for itself.</summary>
    public ulong Draws => (ulong)Seeds.Of("projections", Seed, Layer);
}
