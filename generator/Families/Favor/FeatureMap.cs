using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// A feature map φ in the form that the programs use: the features of a key are gain · 2^(log), and likewise those of a query, where the
/// query's own norm is left out because it cancels in the normalised output. A map is a list of branches (±, later sin and cos), each
/// as wide as there are projections.
/// </summary>
internal sealed class FeatureMap
{
    private FeatureMap(int branches, double projectionScale, Func<int, Expr, Expr, Expr>? logKey, Func<int, Expr, Expr>? logQuery, Func<Expr, Expr>? gain)
    {
        Branches = branches;
        ProjectionScale = projectionScale;
        _logKey = logKey;
        _logQuery = logQuery;
        _gain = gain;
    }

    private readonly Func<int, Expr, Expr, Expr>? _logKey;
    private readonly Func<int, Expr, Expr>? _logQuery;
    private readonly Func<Expr, Expr>? _gain;

    /// <summary>Branches of the map; there are m / Branches projections.</summary>
    public int Branches { get; }

    /// <summary>What the projections are multiplied by, so that no other scaling of queries and keys is needed.</summary>
    public double ProjectionScale { get; }

    /// <summary>Whether features are exponentials, kept relative to references; otherwise they are the gain alone.</summary>
    public bool IsExponential => _logKey is not null;

    public static FeatureMap Of(FavorSpec spec)
    {
        // x̂ = x·d^(-1/4), so that q̂ᵀk̂ = qᵀk/√d.
        var inputScale = Math.Pow(spec.HeadDim, -0.25);
        return spec.Kernel switch
        {
            KernelFunction.Softmax => new FeatureMap(1, inputScale * Base2.Log2E, (_, a, h) => a - h, (_, b) => b, null),
            KernelFunction.SoftmaxHyperbolic => new FeatureMap(
                2, inputScale * Base2.Log2E, (branch, a, h) => (branch == 0 ? a : -a) - h, (branch, b) => branch == 0 ? b : -b, null),
            KernelFunction.Relu => new FeatureMap(1, inputScale, null, null, a => Expr.Max(0, Expr.NaNUnlessFinite(a)) + spec.Epsilon),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kernel, "No such kernel function."),
        };
    }

    /// <summary>‖k̂‖²/2 in powers of two, from Σ k².</summary>
    public static double HalfNormScale(int headDim) => 0.5 * Math.Pow(headDim, -0.5) * Base2.Log2E;

    /// <summary>log2 of each branch of φ(k), from the projections a = Wk and h = ‖k̂‖²/2.</summary>
    public IEnumerable<Expr> LogKey(Expr a, Expr h) => Enumerable.Range(0, Branches).Select(branch => _logKey!(branch, a, h));

    /// <summary>log2 of each branch of φ(q) · e^(‖q̂‖²/2), from the projections b = Wq.</summary>
    public IEnumerable<Expr> LogQuery(Expr b) => Enumerable.Range(0, Branches).Select(branch => _logQuery!(branch, b));

    /// <summary>φ of a map without exponentials, from the projections.</summary>
    public Expr Gain(Expr projections) => _gain!(projections);
}
