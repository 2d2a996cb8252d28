using System.Globalization;
using KernelGen.Generator.Declarations;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>What one [LinformerAttention] declares.</summary>
/// <param name="HeadDim">d.</param>
/// <param name="ValueDim">dv.</param>
/// <param name="MaxLength">The rows of E and F.</param>
/// <param name="Rank">Their columns.</param>
/// <param name="Sharing">Who has the same ones.</param>
internal sealed record LinformerSpec(int HeadDim, int ValueDim, int MaxLength, int Rank, LengthSharing Sharing)
    : AttentionSpec(HeadDim, ValueDim, Causal: false)
{
    /// <summary>What an attribute with sizes alone declares.</summary>
    public static LinformerSpec Example { get; } = new(HeadDim: 64, ValueDim: 64, MaxLength: 4096, Rank: 256, LengthSharing.None);

    /// <summary>Whether keys and values have one matrix.</summary>
    public bool HasOneMatrix => Sharing is LengthSharing.KeysAndValues or LengthSharing.Layers;

    public override string Describe() => string.Format(
        CultureInfo.InvariantCulture, "Linformer attention: {0}; projections of up to {1} keys shared by: {2}.",
        DescribeSizes(string.Format(CultureInfo.InvariantCulture, ", rank r = {0}", Rank)), MaxLength, Sharing);
}
