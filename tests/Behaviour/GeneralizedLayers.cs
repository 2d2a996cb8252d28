namespace KernelGen.Tests.Behaviour.Generalized;

// Layers whose weights may be negative or are not normalised, and every kernel function: what they compute is compared with the formula
// within the first-order bound that the tile interpreter derives.

[FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Gelu;

[FavorAttention(Kernel = KernelFunction.Sigmoid, HeadDim = 16, Features = 32)]
public sealed partial class Sigmoid;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 16, Features = 32, Epsilon = 0.01f)]
public sealed partial class ExponentialWithEpsilon;

[FavorAttention(Kernel = KernelFunction.Tanh, HeadDim = 7, ValueDim = 5, Features = 21, Normalize = false, Causal = true)]
public sealed partial class CausalTanh;

[FavorAttention(Kernel = KernelFunction.Abs, HeadDim = 16, Features = 32)]
public sealed partial class Abs;

[FavorAttention(Kernel = KernelFunction.Cos, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Cos;

[FavorAttention(Kernel = KernelFunction.Identity, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Identity;

[FavorAttention(Kernel = KernelFunction.Square, HeadDim = 16, Features = 32)]
public sealed partial class Square;

[FavorAttention(Kernel = KernelFunction.EluPlusOne, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)]
public sealed partial class CausalElu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 16, Features = 32, Normalize = false, Causal = true)]
public sealed partial class UnnormalisedRelu;

[FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 16, Features = 64)]
public sealed partial class Trigonometric;

[FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 9, ValueDim = 5, Features = 22, Normalize = false)]
public sealed partial class OddTrigonometric;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class UnnormalisedSoftmax;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Normalize = false, Causal = true)]
public sealed partial class UnnormalisedHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 16, Features = 32, Normalize = false, Lambda = 4)]
public sealed partial class UnnormalisedOprf;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 8, Features = 20, Normalize = false)]
public sealed partial class UnnormalisedExponential;

[FavorAttention(
    Kernel = KernelFunction.Cos, HeadDim = 20, ValueDim = 6, Features = 40, Normalize = false, Projection = ProjectionKind.Hadamard)]
public sealed partial class HadamardCos;

/// <summary>Kernel functions as a user writes them.</summary>
internal static class OwnFunctions
{
    private const float Sharpness = 1.5f;

    /// <summary>log(1 + e^(sx)), by its stable form.</summary>
    public static float Softplus(float x)
    {
        var y = Sharpness * x;
        return MathF.Max(y, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(y)));
    }

    /// <summary>A bump that ends: (1 − x²/4)² for |x| &lt; 2.</summary>
    public static float Bump(float x)
    {
        var inside = Square(x) / 4;
        if (inside >= 1)
        {
            return 0;
        }

        return Square(1 - inside);
    }

    /// <summary>x·sin x for small |x|, √|x| beyond: both signs, and a branch at which it jumps.</summary>
    public static float Wave(float x) => MathF.Abs(x) <= 3 ? x * MathF.Sin(x) : MathF.Sqrt(MathF.Abs(x));

    /// <summary>x times a logistic function, as exponentials: where one overflows f is 0.</summary>
    public static float QuickGelu(float x) => x / (1 + MathF.Exp(-1.702f * x));

    /// <summary>A comparison that NaN fails.</summary>
    public static float Compared(float x) => x > 0 ? x : 0;

    /// <summary>Says itself what becomes of NaN.</summary>
    public static float Forgiving(float x) => float.IsNaN(x) ? 0 : MathF.Max(x, 0);

    private static float Square(float x) => MathF.Pow(x, 2);
}

[FavorAttention(KernelFunctionName = nameof(OwnFunctions.Softplus), KernelFunctionType = typeof(OwnFunctions), HeadDim = 16, Features = 32)]
public sealed partial class OwnSoftplus;

[FavorAttention(
    KernelFunctionName = nameof(OwnFunctions.Bump), KernelFunctionType = typeof(OwnFunctions), HeadDim = 9,
    ValueDim = 5, Features = 22, Causal = true)]
public sealed partial class CausalOwnBump;

[FavorAttention(
    KernelFunctionName = nameof(OwnFunctions.Wave), KernelFunctionType = typeof(OwnFunctions), HeadDim = 16,
    Features = 32, Normalize = false)]
public sealed partial class OwnWave;

[FavorAttention(
    KernelFunctionName = nameof(OwnFunctions.QuickGelu), KernelFunctionType = typeof(OwnFunctions), HeadDim = 16,
    Features = 32, Normalize = false)]
public sealed partial class OwnQuickGelu;

[FavorAttention(
    KernelFunctionName = nameof(OwnFunctions.Compared), KernelFunctionType = typeof(OwnFunctions), HeadDim = 9, ValueDim = 5, Features = 22,
    Normalize = false, Causal = true)]
public sealed partial class CausalOwnCompared;

[FavorAttention(
    KernelFunctionName = nameof(OwnFunctions.Forgiving), KernelFunctionType = typeof(OwnFunctions), HeadDim = 9, ValueDim = 5,
    Features = 22, Normalize = false, Causal = true)]
public sealed partial class CausalOwnForgiving;

/// <summary>A layer that has its kernel function itself.</summary>
[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 8, Features = 16, Projection = ProjectionKind.Hadamard)]
public sealed partial class WithOwnPhi
{
    private static float Phi(float x) => x > 0 ? x + 1 : MathF.Exp(x);
}

[FavorAttention(HeadDim = 8, Features = 48, Normalize = false)]
public sealed partial class UnnormalisedSoftmaxOfBlocks;
