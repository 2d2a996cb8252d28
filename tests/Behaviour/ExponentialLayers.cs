namespace KernelGen.Tests.Behaviour.Exponentials;

// Layers whose kernel functions are quotients of exponentials: parts overflow where the function does not, and the slopes of parts before
// the parts. Near 0 some are differences of nearly equal numbers, so that their derivatives are compared with the chain rule and not with
// finite differences.

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class SteepSwish
{
    private static float Phi(float x) => x / (1 + MathF.Exp(-3 * x));
}

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class SteepLogistic
{
    private static float Phi(float x) => MathF.Exp(2 * x) / (1 + MathF.Exp(2 * x));
}

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class TanhOfTwo
{
    private static float Phi(float x) => (MathF.Exp(x) - MathF.Exp(-x)) / (MathF.Exp(x) + MathF.Exp(-x));
}

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class TanhOfOne
{
    private static float Phi(float x) => (MathF.Exp(2 * x) - 1) / (MathF.Exp(2 * x) + 1);
}

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class LogisticOfSquare
{
    private static float Phi(float x) => 1 / (1 + MathF.Exp(x * x));
}

[FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 4, Features = 8, Normalize = false)]
public sealed partial class SquaredSech
{
    private static float Phi(float x) => 4 / MathF.Pow(MathF.Exp(x) + MathF.Exp(-x), 2);
}
