using System.Globalization;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Specs;

namespace KernelGen.Generator.Families.Favor;

/// <summary>[FavorAttention(…)] → <see cref="FavorSpec"/>.</summary>
internal static class FavorSpecReader
{
    private const int MaxFeatures = 4096;
    private const float DefaultEpsilon = 1e-3f;

    public static FavorSpec? Read(AttributeReader attribute)
    {
        var kernel = attribute.Member<KernelFunction>("Kernel");
        var headDim = attribute.RequiredSize("HeadDim", SizeLimits.MaxHeadDim);
        var valueDim = attribute.OptionalSize("ValueDim", SizeLimits.MaxHeadDim, fallback: headDim);
        var features = attribute.RequiredSize("Features", MaxFeatures);
        var causal = attribute.Value<bool>("Causal") ?? false;
        var epsilon = kernel is null ? 0 : ReadEpsilon(attribute, kernel.Value);

        if (kernel == KernelFunction.SoftmaxHyperbolic && features % 2 != 0)
        {
            attribute.Report(Rules.OddFeatures, "Features", features, kernel, MaxFeatures);
        }

        return kernel is null || attribute.Failed ? null : new FavorSpec(kernel.Value, headDim, valueDim, features, causal, epsilon);
    }

    private static float ReadEpsilon(AttributeReader attribute, KernelFunction kernel)
    {
        var epsilon = attribute.Value<float>("Epsilon") ?? DefaultEpsilon;
        var text = epsilon.ToString("G9", CultureInfo.InvariantCulture);
        if (kernel != KernelFunction.Relu)
        {
            if (attribute.Has("Epsilon"))
            {
                attribute.Report(Rules.EpsilonWithoutMeaning, "Epsilon", text, kernel, KernelFunction.Relu);
            }

            return 0;
        }

        // Written so that NaN fails too.
        if (!(epsilon > 0 && epsilon <= float.MaxValue))
        {
            attribute.Report(Rules.EpsilonOutOfRange, "Epsilon", text);
        }

        return epsilon;
    }
}
