using System.Globalization;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Families.Favor;

/// <summary>What one [FavorAttention] declares.</summary>
/// <param name="Kernel">The built-in kernel; meaningless where a user's <paramref name="Function"/> stands in its place.</param>
/// <param name="Function">f of φ_r(x) = f(ω_rᵀx̂) + ε, built in or the user's; null where the map is an exponential.</param>
/// <param name="HeadDim">d.</param>
/// <param name="ValueDim">dv.</param>
/// <param name="Features">m; even where each projection makes two features.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
/// <param name="Epsilon">ε; 0 for exponential maps, whatever the user wrote, so that equal layers have equal specs.</param>
/// <param name="IsNormalized">Whether outputs are divided by the sum of their weights.</param>
/// <param name="Projection">How projections are drawn.</param>
/// <param name="Lambda">λ of OPRF where it is declared; null elsewhere.</param>
internal sealed record FavorSpec(
    KernelFunction Kernel, ScalarFunction? Function, int HeadDim, int ValueDim, int Features, bool Causal, float Epsilon, bool IsNormalized,
    ProjectionKind Projection, float? Lambda)
    : AttentionSpec(HeadDim, ValueDim, Causal)
{
    /// <summary>θ by which queries and keys are rotated by their positions; null: they are not.</summary>
    public float? RotaryTheta { get; init; }

    /// <summary>How the sums of a causal layer fade from token to token; null: they do not.</summary>
    public StateDecay? Decay { get; init; }

    /// <summary>What an attribute with sizes alone declares.</summary>
    public static FavorSpec Example { get; } = new(
        KernelFunction.Softmax, Function: null, HeadDim: 64, ValueDim: 64, Features: 256, Causal: false, Epsilon: 0, IsNormalized: true,
        ProjectionKind.Orthogonal, Lambda: null);

    /// <summary>The kernel by a name that a reader knows.</summary>
    public string KernelName => Function?.Name ?? Kernel.ToString();

    /// <summary>
    /// The projections ω_r that a layer draws, each of d numbers: half of m where each projection makes a pair of features, m elsewhere.
    /// </summary>
    public int ProjectionRows => Features / Favor.FeatureMap.BranchesOf(Kernel, Function);

    /// <summary>λ, which no other map has.</summary>
    public Hyperparameter? Hyperparameter => Function is null && Kernel == KernelFunction.SoftmaxOprf
        ? new Hyperparameter(
            "Lambda", "lambda", "λ of optimal positive features: E‖q̂ + k̂‖² of the queries and keys to come; at least 0.", Lambda, "Oprf")
        : null;

    public override string Describe() =>
        $"FAVOR+ attention, kernel {KernelName}: {DescribeSizes($", features m = {Features}")}"
        + (Epsilon == 0 ? "" : $", epsilon {Epsilon.ToString("G9", CultureInfo.InvariantCulture)}")
        + (IsNormalized ? "" : ", unnormalised")
        + (Projection == ProjectionKind.Orthogonal ? "" : $", {Projection} projections")
        + (RotaryTheta is { } theta ? $", rotary positions, theta {theta.ToString("R", CultureInfo.InvariantCulture)}" : "")
        + (Decay is { } decay ? $", {decay.Describe()}" : "")
        + ".";
}
