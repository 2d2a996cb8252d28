using System.Globalization;
using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Families.Favor;

/// <summary>[FavorAttention(…)] → <see cref="FavorSpec"/>.</summary>
internal static class FavorSpecReader
{
    private const int MaxFeatures = 4096;
    private const float DefaultEpsilon = 1e-3f;

    public static FavorSpec? Read(AttributeReader attribute)
    {
        var builtIn = attribute.Member<KernelFunction>("Kernel");
        var headDim = attribute.RequiredSize("HeadDim", SizeLimits.MaxHeadDim);
        var valueDim = attribute.OptionalSize("ValueDim", SizeLimits.MaxHeadDim, fallback: headDim);
        var features = attribute.RequiredSize("Features", MaxFeatures);
        var causal = attribute.Value<bool>("Causal") ?? false;
        var normalize = attribute.Value<bool>("Normalize") ?? true;
        var projection = attribute.Member<ProjectionKind>("Projection");
        var isReadable = attribute.KernelFunction("KernelFunctionName", "KernelFunctionType", instead: "Kernel", out var method);
        var theta = RotaryOptions.Read(attribute, headDim);
        if (attribute.Member<PositionKind>("Positions") == PositionKind.Relative)
        {
            attribute.Report(
                Rules.RelativeContradicted, "Positions", "adds to the scores of pairs, and this attention never makes them",
                "take Positions.Rotary");
        }

        var decay = StateDecay.Read(attribute, causal);
        CheckRange(attribute, "InputScale", Rules.InputScaleOutOfRange, static scale => scale > 0);
        if (builtIn is not { } kernel || projection is null || !isReadable || !attribute.Binds("Kernel"))
        {
            // What goes with which kernel cannot be said without it.
            return null;
        }

        // Without ε, e^x is a map of logarithms.
        var function = method ?? (kernel == KernelFunction.Exp && !attribute.Has("Epsilon") ? null : KernelFunctions.Of(kernel));
        var epsilon = ReadEpsilon(attribute, kernel, function, normalize);
        var lambda = ReadLambda(attribute, kernel, function, causal);
        var spec = new FavorSpec(kernel, function, headDim, valueDim, features, causal, epsilon, normalize, projection.Value, lambda)
        {
            RotaryTheta = theta,
            Decay = decay,
        };

        if (features % FeatureMap.BranchesOf(kernel, function) != 0)
        {
            attribute.Report(Rules.OddFeatures, "Features", features, spec.KernelName, MaxFeatures);
        }

        if (function is null && kernel == KernelFunction.SoftmaxTrigonometric)
        {
            if (causal)
            {
                attribute.Report(Rules.CausalTrigonometric, "Causal", spec.KernelName);
            }
            else if (normalize && attribute.Binds("Causal", "Normalize"))
            {
                attribute.Report(Rules.TrigonometricMayFail, "Kernel", spec.KernelName);
            }
        }

        if (method is not null && ExprDerivative.Of(method) is null)
        {
            attribute.Report(Rules.NoBackwardPass, "KernelFunctionName", method.Name);
        }

        CheckInputScale(attribute, spec);
        return attribute.Failed ? null : spec;
    }

    private static float ReadEpsilon(AttributeReader attribute, KernelFunction kernel, ScalarFunction? function, bool normalize)
    {
        var declared = attribute.Value<float>("Epsilon");
        if (function is null)
        {
            if (declared is { } ignored)
            {
                attribute.Report(Rules.EpsilonWithoutMeaning, "Epsilon", Text(ignored), kernel);
            }

            return 0;
        }

        CheckRange(attribute, "Epsilon", Rules.EpsilonOutOfRange, static epsilon => epsilon > 0);
        if (declared is null && normalize && attribute.Binds("Epsilon", "Normalize") && !ExprRange.IsNonNegative(function.Body))
        {
            attribute.Report(Rules.SignedKernel, attribute.Has("KernelFunctionName") ? "KernelFunctionName" : "Kernel", function.Name);
        }

        return declared ?? (normalize ? DefaultEpsilon : 0);
    }

    private static float? ReadLambda(AttributeReader attribute, KernelFunction kernel, ScalarFunction? function, bool causal)
    {
        var declared = attribute.Value<float>("Lambda");
        if (kernel != KernelFunction.SoftmaxOprf || function is not null)
        {
            if (declared is { } ignored)
            {
                attribute.Report(
                    Rules.LambdaWithoutMeaning, "Lambda", Text(ignored), function?.Name ?? kernel.ToString(), KernelFunction.SoftmaxOprf);
            }

            return null;
        }

        CheckRange(attribute, "Lambda", Rules.LambdaOutOfRange, static lambda => lambda >= 0);
        if (declared is null && causal && !attribute.Has("Lambda"))
        {
            attribute.Report(Rules.LambdaMayLeak, "Kernel");
        }

        return declared;
    }

    /// <summary>Reports an argument that is written and not both finite and in the range.</summary>
    private static void CheckRange(AttributeReader attribute, string name, DiagnosticDescriptor rule, Func<float, bool> isInRange)
    {
        // NaN is in no range.
        if (attribute.Value<float>(name) is { } value && !(isInRange(value) && value <= float.MaxValue))
        {
            attribute.Report(rule, name, Text(value));
        }
    }

    private static string Text(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Warns where a weight's standard deviation would be larger than the weight itself.</summary>
    private static void CheckInputScale(AttributeReader attribute, FavorSpec spec)
    {
        if (attribute.Failed || attribute.Value<float>("InputScale") is not { } scale
            || RelativeVariance.OfWeights(spec, scale) is not { } variance || !(variance > 1))
        {
            return;
        }

        var needed = variance * spec.Features;
        attribute.Report(
            Rules.FeaturesTooFew, "InputScale",
            scale.ToString("G4", CultureInfo.InvariantCulture),
            RelativeVariance.SquaredNorm(spec, scale).ToString("G3", CultureInfo.InvariantCulture),
            spec.Features,
            Math.Sqrt(variance).ToString("G3", CultureInfo.InvariantCulture),
            needed <= MaxFeatures
                ? $"{Math.Ceiling(needed).ToString(CultureInfo.InvariantCulture)} features"
                : $"an input scale of {RelativeVariance.LargestScale(spec).ToString("G2", CultureInfo.InvariantCulture)}");
    }
}
