using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// A feature map φ in the form that the programs use: the features of a key are gain · 2^(log), and likewise those of a query, where the
/// query's own norm is left out because it cancels in the normalised output. A map is a list of branches (±, sin and cos), each as wide as
/// there are projections; a map without logarithms is its gain alone, one without a gain has gain 1.
/// </summary>
internal sealed class FeatureMap
{
    /// <summary>The positions of what LayerParameters.Oprf hands to the kernel.</summary>
    private const int ProjectionFactor = 0, NormFactor = 1, Offset = 2;

    private static readonly Expr Sine = Expr.Sin(new Expr.Argument()), Cosine = Expr.Cos(new Expr.Argument());

    /// <summary>Branches of the map; there are m / Branches projections.</summary>
    public int Branches { get; private init; } = 1;

    /// <summary>What the projections are multiplied by, so that no other scaling of queries and keys is needed.</summary>
    public double ProjectionScale { get; private init; }

    /// <summary>The hyperparameter that the projections are multiplied by as well, or null.</summary>
    public int? ProjectionHyperparameter { get; private init; }

    /// <summary>
    /// Whether a constant of its own belongs to each feature's logarithm: ‖ω_r‖² times the hyperparameter <see cref="NormHyperparameter"/>
    /// plus <see cref="OffsetHyperparameter"/>.
    /// </summary>
    public bool HasConstants { get; private init; }

    /// <summary>
    /// What W is multiplied by where gradients go back through the projections: logarithms are of base 2, so ln 2 belongs to theirs.
    /// </summary>
    public double ProjectionGradientScale => HasGain ? ProjectionScale : ProjectionScale * Base2.Ln2;

    public int NormHyperparameter => NormFactor;

    public int OffsetHyperparameter => Offset;

    /// <summary>Whether features are exponentials, kept relative to references; otherwise they are the gain alone.</summary>
    public bool IsExponential { get; private init; } = true;

    /// <summary>The sign of ‖x̂‖²/2 in the logarithm; 0 where it is not there.</summary>
    public int NormSign { get; private init; }

    /// <summary>φ(q)ᵀφ(k) is this times the sum over the features.</summary>
    public double Weight { get; private init; }

    /// <summary>The signs of the projection in the logarithm of each branch; 0 where it is in the gain.</summary>
    public IReadOnlyList<int> ProjectionSigns { get; init; } = [1];

    /// <summary>f of each branch; empty where the gain is 1.</summary>
    private IReadOnlyList<ScalarFunction> Functions { get; init; } = [];

    /// <summary>f′ of each branch, or null where one is too large to compute with (KGEN031).</summary>
    public IReadOnlyList<ScalarFunction>? Derivatives
    {
        get
        {
            var derivatives = Functions.Select(ExprDerivative.Of).OfType<ScalarFunction>().ToArray();
            return derivatives.Length == Functions.Count ? derivatives : null;
        }
    }

    private double Epsilon { get; init; }

    public bool HasGain => Functions.Count > 0;

    public static int BranchesOf(KernelFunction kernel, ScalarFunction? function) =>
        function is null && kernel is KernelFunction.SoftmaxHyperbolic or KernelFunction.SoftmaxTrigonometric ? 2 : 1;

    public static FeatureMap Of(FavorSpec spec)
    {
        // x̂ = x·d^(-1/4), so that q̂ᵀk̂ = qᵀk/√d.
        var inputScale = Math.Pow(spec.HeadDim, -0.25);
        var weight = 1.0 / spec.Features;
        if (spec.Function is { } function)
        {
            return new FeatureMap
            {
                ProjectionScale = inputScale,

                // What fades is an exponential of the position, and so are the features of a key with it.
                IsExponential = spec.Decay is not null,
                ProjectionSigns = spec.Decay is null ? [1] : [0],
                Functions = [function],
                Epsilon = spec.Epsilon,
                Weight = weight,
            };
        }

        return spec.Kernel switch
        {
            KernelFunction.Softmax => new FeatureMap { ProjectionScale = inputScale * Base2.Log2E, NormSign = -1, Weight = weight },
            KernelFunction.SoftmaxHyperbolic => new FeatureMap
            {
                Branches = 2,
                ProjectionScale = inputScale * Base2.Log2E,
                NormSign = -1,
                ProjectionSigns = [1, -1],
                Weight = weight,
            },
            KernelFunction.SoftmaxOprf => new FeatureMap
            {
                ProjectionScale = inputScale * Base2.Log2E,
                ProjectionHyperparameter = ProjectionFactor,
                HasConstants = true,
                NormSign = -1,
                Weight = weight,
            },
            KernelFunction.SoftmaxTrigonometric => new FeatureMap
            {
                Branches = 2,
                ProjectionScale = inputScale,
                NormSign = 1,
                ProjectionSigns = [0, 0],
                Functions = [new ScalarFunction("sine", Sine), new ScalarFunction("cosine", Cosine)],
                Weight = 2 * weight,
            },
            KernelFunction.Exp => new FeatureMap { ProjectionScale = inputScale * Base2.Log2E, Weight = weight },
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kernel, "No such kernel function."),
        };
    }

    /// <summary>‖x̂‖²/2 in powers of two, from Σ x².</summary>
    public static double HalfNormScale(int headDim) => 0.5 * Math.Pow(headDim, -0.5) * Base2.Log2E;

    /// <summary>
    /// log2 of each branch without the norm, from the projections a = Wx and, where there are such, the constants of the features.
    /// </summary>
    public IEnumerable<Expr> Log(Expr a, Expr? constants) => ProjectionSigns.Select(sign => sign switch
    {
        0 => (Expr)0,
        > 0 => constants is null ? a : a + constants,
        _ => -a,
    });

    /// <summary>The gain of each branch, from the projections.</summary>
    public IEnumerable<Expr> Gain(Expr projections) => Functions.Select(function =>
    {
        var value = new Expr.Call(function, projections);
        return Spoiled(Epsilon == 0 ? value : value + Epsilon, function, projections);
    });

    /// <summary>The derivative of the gain of each branch by its projection.</summary>
    public IEnumerable<Expr> GainDerivative(Expr projections) =>
        Functions.Zip(Derivatives!, (function, derivative) => Spoiled(new Expr.Call(derivative, projections), function, projections));

    /// <summary>
    /// NaN where the projection is not finite. A function alone would make ordinary numbers of some: 1 / (1 + e^−x) of ∞, and x &gt; 0 ? x
    /// : 0 of NaN. One that asks whether a number is NaN has said what is to become of it.
    /// </summary>
    private static Expr Spoiled(Expr value, ScalarFunction function, Expr projections) =>
        function.Body.AsksForNaN() ? value : Expr.WhereFinite(projections, value);
}
