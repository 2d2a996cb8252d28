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
        return attribute.Failed ? null : new SoftmaxSpec(headDim, valueDim, visibility, score, heads) { RotaryTheta = theta };
    }
}
