using System.Globalization;
using KernelGen.Generator.Diagnostics;

namespace KernelGen.Generator.Attributes;

/// <summary>Whether queries and keys are rotated by their positions, of the arguments that every attention has.</summary>
internal static class RotaryOptions
{
    private const float DefaultTheta = 10_000;

    /// <summary>θ; null where nothing is rotated.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="headDim">d, or 0 where it has been reported.</param>
    public static float? Read(AttributeReader attribute, int headDim)
    {
        var isRotary = attribute.Member<PositionKind>("Positions") == PositionKind.Rotary;
        var theta = attribute.Value<float>("RotaryTheta");
        if (theta is { } written && !(written > 0 && written <= float.MaxValue))
        {
            attribute.Report(Rules.RotaryThetaOutOfRange, "RotaryTheta", written.ToString("R", CultureInfo.InvariantCulture));
        }

        if (isRotary && headDim % 2 != 0)
        {
            attribute.Report(Rules.OddRotaryHeadDim, "HeadDim", headDim);
        }

        if (!isRotary && attribute.Has("RotaryTheta") && attribute.Binds("Positions", "RotaryTheta"))
        {
            attribute.Report(Rules.RotaryThetaWithoutMeaning, "RotaryTheta");
        }

        return isRotary ? theta ?? DefaultTheta : null;
    }
}
