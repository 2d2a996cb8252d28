namespace KernelGen.Tests.Behaviour.Functions;

// Kernel functions of more kinds than layers are run with: only the functions themselves are compared.

/// <summary>Kernel functions as a user writes them.</summary>
internal static class MoreFunctions
{
    /// <summary>Branches within branches, locals of each, and a return from the middle.</summary>
    public static float Nested(float x)
    {
        var size = MathF.Abs(x);
        float y;
        if (x > 0)
        {
            y = size;
            if (size > 1)
            {
                var excess = size - 1;
                if (excess > 1)
                {
                    return 2 + MathF.Log(excess);
                }

                y = 1 + (0.5f * excess);
            }
        }
        else
        {
            var decay = MathF.Exp(-size);
            y = size < 2 ? decay : decay * decay;
        }

        return y * y;
    }

    /// <summary>
    /// Powers that are products, one that is an exponential of a logarithm, and a negative one; arguments by name, in another order.
    /// </summary>
    public static float Powers(float x) =>
        MathF.Pow(MathF.Abs(x), 1.5f) + (MathF.Pow(x, 4) / (1 + MathF.Pow(y: 2, x: x))) + MathF.Pow(y: -3, x: 1 + MathF.Abs(x));

    /// <summary>A logarithm, a root and a tangent within each other.</summary>
    public static float Roots(float x) => MathF.Tanh(MathF.Sqrt(MathF.Abs(x))) * MathF.Log(1 + (x * x));

    /// <summary>Where a pattern decides, and NaN has a value of its own.</summary>
    public static float Switched(float x) => x switch
    {
        float.NaN => 0,
        < -1 => -1 / x,
        >= -1 and <= 1 => 1 - (0.5f * x * x),
        _ => MathF.Min(float.Exp2(-x), 0.125f),
    };

    private static readonly float Rate = (float)Math.Log(1 / 0.75);

    /// <summary>0.75^|x| over the start of the series of its reciprocal, which ends growing at 8.</summary>
    public static float Series(float x)
    {
        var size = MathF.Min(MathF.Abs(x), 8);
        float sum = 1, term = 1;
        for (var i = 1; i <= 5; i++)
        {
            term *= Rate * size / i;
            sum += term;
        }

        return MathF.Pow(0.75f, MathF.Abs(x)) / sum;
    }

    /// <summary>Signs, of zeros too, and NaN where it is asked for: every operation is exact, or one rounding.</summary>
    public static float Signed(float x) => float.IsNaN(x) ? 0
        : MathF.Abs(x) > 2 ? MathF.CopySign(MathF.Sqrt(MathF.Abs(x)), x)
        : float.IsNegative(x) ? 1 / MathF.CopySign(2 + x, -x)
        : MathF.Sign(x) * (x + 1);

    /// <summary>A switch statement, and methods that take what they read by reference.</summary>
    public static float Sections(float x)
    {
        var y = 0.25f;
        switch (x)
        {
            case >= 0 and < 1:
                y = Mixed(x, in y);
                break;
            case 1:
            case > 3:
                return 2;
            default:
                y += MathF.Exp(-MathF.Abs(x));
                break;
        }

        return y;

        static float Mixed(in float a, in float b) => a + (b * (1 - a));
    }

    /// <summary>Logarithms of other bases, of all sizes and near 1.</summary>
    public static float Decibels(float x) => 1 + (10 * MathF.Log10(1 + (x * x))) + (MathF.Abs(x) > 1 ? MathF.Log2(MathF.Abs(x)) : 0);

    /// <summary>Hard swish, with a product and a sum in one rounding; near 0 what another product has lost.</summary>
    public static float HardSwish(float x) => MathF.Abs(x) < 0.25f
        ? MathF.FusedMultiplyAdd(x, x, -(x * x))
        : x * Math.Clamp(float.FusedMultiplyAdd(addend: 0.5f, left: x, right: 1 / 6f), 0, 1);
}

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Nested), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnNested;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Powers), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnPowers;

[FavorAttention(
    KernelFunctionName = nameof(MoreFunctions.Roots), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4,
    Features = 8, Normalize = false)]
public sealed partial class OwnRoots;

[FavorAttention(
    KernelFunctionName = nameof(MoreFunctions.Switched), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4,
    Features = 8, Normalize = false)]
public sealed partial class OwnSwitched;

[FavorAttention(
    KernelFunctionName = nameof(MoreFunctions.HardSwish), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4,
    Features = 8, Normalize = false)]
public sealed partial class OwnHardSwish;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Series), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnSeries;

[FavorAttention(
    KernelFunctionName = nameof(MoreFunctions.Signed), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4,
    Features = 8, Normalize = false)]
public sealed partial class OwnSigned;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Decibels), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnDecibels;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Sections), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnSections;
