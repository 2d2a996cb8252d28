using KernelGen.Generator.Attributes;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>[SoftmaxAttention(…)] → <see cref="SoftmaxSpec"/>.</summary>
internal static class SoftmaxSpecReader
{
    public static SoftmaxSpec? Read(AttributeReader attribute)
    {
        var headDim = attribute.RequiredSize("HeadDim", SizeLimits.MaxHeadDim);
        var valueDim = attribute.OptionalSize("ValueDim", SizeLimits.MaxHeadDim, fallback: headDim);
        var (visibility, dilations) = VisibilityReader.Read(attribute);
        var (score, heads) = ScoreOptions.Read(attribute, visibility, dilations);
        var theta = RotaryOptions.Read(attribute, headDim);
        var spec = new SoftmaxSpec(headDim, valueDim, visibility, score, heads) { RotaryTheta = theta };
        spec = spec with { Distances = RelativeOptions.Read(attribute, spec) };
        return attribute.Failed ? null : spec;
    }
}
