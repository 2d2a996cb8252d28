namespace KernelGen.TorchSharp.Tests;

// A layer of each kind that the adapter tells apart, small, since their text is not: 4 KB a declaration and width.

[FavorAttention(HeadDim = 8, ValueDim = 6, Features = 24)]
public sealed partial class Favor;

[FavorAttention(HeadDim = 8, ValueDim = 6, Features = 24, Causal = true)]
public sealed partial class CausalFavor;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, ValueDim = 6, Features = 24)]
public sealed partial class FavorRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, ValueDim = 6, Features = 24, Causal = true)]
public sealed partial class CausalFavorRelu;

[SoftmaxAttention(HeadDim = 8, ValueDim = 6)]
public sealed partial class Exact;

[SoftmaxAttention(HeadDim = 8, ValueDim = 6, Causal = true)]
public sealed partial class CausalExact;

/// <summary>Values of one number, whose stride means nothing.</summary>
[SoftmaxAttention(HeadDim = 8, ValueDim = 1)]
public sealed partial class ExactOfOne;

/// <summary>Values as wide as queries, as torch's own attention has them.</summary>
[SoftmaxAttention(HeadDim = 8)]
public sealed partial class SquareExact;

[SoftmaxAttention(HeadDim = 8, Causal = true)]
public sealed partial class SquareCausalExact;

/// <summary>Scores know distances.</summary>
[SoftmaxAttention(HeadDim = 8, ValueDim = 6, Causal = true, Positions = Positions.Relative, Distances = 40)]
public sealed partial class Relative;

/// <summary>Heads wide enough for random weights to tell words apart.</summary>
[SoftmaxAttention(HeadDim = 32)]
public sealed partial class WideExact;

[SoftmaxAttention(HeadDim = 32, Causal = true)]
public sealed partial class WideCausalExact;

/// <summary>Its projection has a structure, which no list of weights has.</summary>
[FavorAttention(HeadDim = 8, Features = 16, Projection = ProjectionKind.Hadamard)]
public sealed partial class FavorHadamard;

/// <summary>Has no backward pass: the derivative of a function so deep is not computed (KGEN031).</summary>
[FavorAttention(KernelFunctionName = nameof(Deep), HeadDim = 8, Features = 4)]
public sealed partial class NoBackward
{
    private static float Deep(float x)
    {
        x = MathF.Abs(x) + 1;
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x); x = MathF.Sqrt(x);
        return x;
    }
}

internal static class Layers
{
    /// <summary>Those that <see cref="Reference"/> knows.</summary>
    public static string[] Compared { get; } =
        [nameof(Favor), nameof(CausalFavor), nameof(FavorRelu), nameof(CausalFavorRelu), nameof(Exact), nameof(CausalExact)];

    public static IAttention Create(string name, ulong seed = 7) => name switch
    {
        nameof(Favor) => new Favor(seed),
        nameof(CausalFavor) => new CausalFavor(seed),
        nameof(FavorRelu) => new FavorRelu(seed),
        nameof(CausalFavorRelu) => new CausalFavorRelu(seed),
        nameof(FavorHadamard) => new FavorHadamard(seed),
        nameof(NoBackward) => new NoBackward(seed),
        nameof(Exact) => new Exact(),
        nameof(CausalExact) => new CausalExact(),
        _ => throw new NotSupportedException(name),
    };
}
