using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>[LinformerAttention(…)] → <see cref="LinformerSpec"/>.</summary>
internal static class LinformerSpecReader
{
    private const int MaxRank = 4096;

    /// <summary>2^24 rows of 4,096 numbers are 256 GB.</summary>
    private const int MaxMaxLength = 1 << 24;

    public static LinformerSpec? Read(AttributeReader attribute)
    {
        var headDim = attribute.RequiredSize("HeadDim", SizeLimits.MaxHeadDim);
        var valueDim = attribute.OptionalSize("ValueDim", SizeLimits.MaxHeadDim, fallback: headDim);
        var maxLength = attribute.RequiredSize("MaxLength", MaxMaxLength);
        var rank = attribute.RequiredSize("Rank", MaxRank);
        var sharing = attribute.Member<LengthSharing>("Sharing");
        if (attribute.Value<bool>("Causal") is true)
        {
            attribute.Report(Rules.LinformerNotCausal, "Causal");
        }

        if (!attribute.Failed && rank > maxLength)
        {
            attribute.Report(Rules.RankAboveLength, "Rank", rank, maxLength);
        }

        return attribute.Failed || sharing is null ? null : new LinformerSpec(headDim, valueDim, maxLength, rank, sharing.Value);
    }
}
