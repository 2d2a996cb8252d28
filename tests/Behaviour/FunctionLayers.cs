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

    /// <summary>Powers that are products, one that is an exponential of a logarithm, and a negative one; arguments by name, in another order.</summary>
    public static float Powers(float x) => MathF.Pow(MathF.Abs(x), 1.5f) + (MathF.Pow(x, 4) / (1 + MathF.Pow(y: 2, x: x))) + MathF.Pow(y: -3, x: 1 + MathF.Abs(x));

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

    /// <summary>Hard swish, with a product and a sum in one rounding; near 0 what another product has lost.</summary>
    public static float HardSwish(float x) => MathF.Abs(x) < 0.25f
        ? MathF.FusedMultiplyAdd(x, x, -(x * x))
        : x * Math.Clamp(float.FusedMultiplyAdd(addend: 0.5f, left: x, right: 1 / 6f), 0, 1);
}

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Nested), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnNested;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Powers), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8)]
public sealed partial class OwnPowers;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Roots), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class OwnRoots;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.Switched), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class OwnSwitched;

[FavorAttention(KernelFunctionName = nameof(MoreFunctions.HardSwish), KernelFunctionType = typeof(MoreFunctions), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class OwnHardSwish;
