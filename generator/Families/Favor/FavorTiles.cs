using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>What the programs of FAVOR+ attention, forward and backward, have in common: axes, tensors, projections and features.</summary>
internal abstract class FavorTiles
{
    /// <summary>How far (in powers of two) a feature may exceed its reference: e^20.</summary>
    protected const double Threshold = 20 * Base2.Log2E;

    /// <summary>How far the maximum of a causal run may exceed the reference before the tokens after the run see it raised: e^8.</summary>
    protected const double Rise = 8 * Base2.Log2E;

    /// <summary>
    /// Features that are summed into a state are exactly 0 below e^-35 of their reference, and those that read one below e^-50, so that no
    /// product is subnormal.
    /// </summary>
    protected const double SummedFlush = -35 * Base2.Log2E, ReadingFlush = -50 * Base2.Log2E;

    protected FavorTiles(FavorSpec spec, string name)
    {
        FeatureMap = FeatureMap.Of(spec);
        IsNormalized = spec.IsNormalized;
        B = new TileProgramBuilder(name);
        HeadDim = Dim.Fixed("d", spec.HeadDim);
        ValueDim = Dim.Fixed("dv", spec.ValueDim);
        Features = Dim.Fixed("m", spec.Features, FeatureMap.Branches);
        Projections = FeatureMap.Branches == 1 ? Features : Dim.Fixed("p", spec.Features / FeatureMap.Branches);
        Query = B.Operand(AttentionOperands.Query(HeadDim));
        Key = B.Operand(AttentionOperands.Key(HeadDim));
        Value = B.Operand(AttentionOperands.Value(ValueDim));
        W = B.Parameter(ProjectionParameters.Weights(
            "W", Projections, HeadDim, spec.Projection == ProjectionKind.Hadamard, FeatureMap.ProjectionScale,
            FeatureMap.ProjectionHyperparameter));
        Constants = FeatureMap.HasConstants
            ? B.Parameter(ProjectionParameters.Constants(Features, FeatureMap.NormHyperparameter, FeatureMap.OffsetHyperparameter))
            : null;
        Rotation = B.Rotation(HeadDim, spec.RotaryTheta);
        Decay = spec.Decay is { } decay ? new DecayOperands(B, decay) : null;
        HalfNormScale = FeatureMap.HalfNormScale(spec.HeadDim);
    }

    protected TileProgramBuilder B { get; }

    protected FeatureMap FeatureMap { get; }

    protected bool IsNormalized { get; }

    /// <summary>d, dv, m, and the projections, of which a map with branches has fewer than features.</summary>
    protected Dim HeadDim { get; }

    protected Dim ValueDim { get; }

    protected Dim Features { get; }

    protected Dim Projections { get; }

    /// <summary>Whether gradients take the logarithm of a query's normaliser from the forward pass.</summary>
    protected bool HasLogNormaliser => IsNormalized && FeatureMap is { IsExponential: true, HasGain: false };

    protected Operand Query { get; }

    protected Operand Key { get; }

    protected Operand Value { get; }

    protected Parameter W { get; }

    /// <summary>What Σ x² is multiplied by to be ‖x̂‖²/2 in powers of two.</summary>
    protected double HalfNormScale { get; }

    /// <summary>By which queries and keys are rotated by their positions, or null.</summary>
    protected Rotation? Rotation { get; }

    /// <summary>How much of the sums is left at each token, or null where they do not fade.</summary>
    protected DecayOperands? Decay { get; }

    private Parameter? Constants { get; }

    /// <summary>Wx̂ of a tile of queries or keys, [tokens, projections].</summary>
    protected Tile Project(string name, Tile x) => B.MatMul(name, x, W, transposeB: true);

    /// <summary>log2 of each branch of φ without the norm.</summary>
    protected IEnumerable<Expr> Logs(Tile projections) => FeatureMap.Log(projections, Constants is null ? null : (Expr)Constants);

    /// <summary>
    /// φ of a tile of tokens, [tokens, m], from the projections and the exponentials of the map; 0 where the condition does not hold.
    /// </summary>
    /// <param name="exponentials">One for each branch, or one that serves all; null for maps that are gains alone.</param>
    protected Tile Phi(string name, Dim tokens, Tile projections, IReadOnlyList<Expr>? exponentials, Condition? where)
    {
        var features = !FeatureMap.HasGain ? exponentials!
            : exponentials is null ? FeatureMap.Gain(projections)
            : FeatureMap.Gain(projections).Select((gain, branch) => gain * exponentials[exponentials.Count == 1 ? 0 : branch]);
        return Branches(name, tokens, Features, features.Select(feature => where is null ? feature : Expr.Select(where, feature, 0)));
    }

    /// <summary>
    /// log2 φ(k), less the clock of the key where sums fade; −∞ for the tokens that are not seen, which count for nothing.
    /// </summary>
    protected KeyLogarithms LogKeys(Dim tokens, Tile k, Tile a, Condition? seen, TwoFloats? clock)
    {
        if (clock is not null)
        {
            return new KeyLogarithms([.. FiniteLogs(a)], Shown(tokens, KeyOffset(tokens, k, clock), seen), NormSign: -1);
        }

        if (FeatureMap.NormSign != 0)
        {
            return new KeyLogarithms([.. Logs(a)], Shown(tokens, HalfNorm("kk", tokens, k), seen), FeatureMap.NormSign);
        }

        var finite = Logs(a).Select(Expr.NaNUnlessFinite);
        var l = Branches("L", tokens, Features, finite.Select(log => seen is null ? log : Expr.Select(seen, log, double.NegativeInfinity)));
        return new KeyLogarithms([l], null, 0);
    }

    /// <summary>One number for each feature, [tokens, m]: what there is already, or a tile.</summary>
    protected Expr Whole(string name, Dim tokens, IReadOnlyList<Expr> branches) =>
        branches.Count == 1 ? branches[0] : Branches(name, tokens, Features, branches);

    /// <summary>2^(log φ(q) + c − M) with M the largest log φ(q) + c of each query, which is returned too.</summary>
    /// <remarks>Two large numbers that nearly cancel, c and M, meet first: each alone would take its rounding into the exponent.</remarks>
    protected (Tile Maximum, IReadOnlyList<Expr> Exponentials) RelativeToMaximum(string name, Dim tokens, Tile projections, Tile c)
    {
        Expr[] logs = [.. Logs(projections)];
        var maximum = B.RowMax("M", tokens, Features, Whole(name, tokens, [.. logs.Select(log => log + c)]));

        // Where no key was seen c is its start, in which log φ(q) is lost: features are 0 there, or a large one would overflow. Infinite
        // ones are NaN.
        var seen = B.Map("Ms", tokens, Dim.One, Expr.Max(Expr.NaNUnlessFinite(maximum), State.UnsetReference / 2));
        return (maximum, [.. logs.Select(log => Expr.Exp2(log + (c - seen), ReadingFlush))]);
    }

    /// <summary>
    /// What is taken from the projections of a key to be log2 φ(k): its norm, and the clock where sums fade. Null: nothing.
    /// </summary>
    protected TwoFloats? KeyOffset(Dim tokens, Tile k, TwoFloats? clock) => Offset("kk", "hg", tokens, k, clock);

    /// <summary>Likewise of a query: its norm less the clock, which adds to its logarithm.</summary>
    protected TwoFloats? QueryOffset(Dim tokens, Tile q, TwoFloats? clock) => Offset("qq", "qg", tokens, q, clock is null ? null : -clock);

    private TwoFloats? Offset(string norm, string sum, Dim tokens, Tile x, TwoFloats? clock)
    {
        if (FeatureMap.NormSign == 0)
        {
            return clock;
        }

        var half = HalfNorm(norm, tokens, x);
        var own = FeatureMap.NormSign < 0 ? half : -half;
        return clock is null ? own : TwoFloats.Sum(B, sum, tokens, own, clock);
    }

    /// <summary>A norm h; ∞ for the tokens that are not seen.</summary>
    private TwoFloats Shown(Dim tokens, TwoFloats? norm, Condition? seen) => new(
        B.Map("h", tokens, Dim.One, seen is null ? norm!.Rounded : Expr.Select(seen, norm!.Rounded, double.PositiveInfinity)), norm.Rest);

    /// <summary>As <see cref="Logs"/>, but NaN where they are infinite; what a gain leaves of them is finite anyway.</summary>
    private IEnumerable<Expr> FiniteLogs(Tile a) =>
        FeatureMap.HasGain || FeatureMap.NormSign != 0 ? Logs(a) : Logs(a).Select(Expr.NaNUnlessFinite);

    /// <summary>‖x̂‖²/2 in powers of two.</summary>
    protected TwoFloats HalfNorm(string name, Dim tokens, Tile x)
    {
        var (sum, rest) = B.RowSumWithRest(name, tokens, HeadDim, (Expr)x * x * HalfNormScale);
        return new TwoFloats(Expr.NaNUnlessFinite(sum), rest);
    }

    /// <summary>An expression for each segment of the columns.</summary>
    protected Tile Branches(string name, Dim tokens, Dim columns, IEnumerable<Expr> branches)
    {
        Expr[] all = [.. branches];
        if (all.Length == 1 && columns.Segments > 1)
        {
            // One expression that serves all segments walks them in one go.
            return B.Map(name, tokens, columns, all[0]);
        }

        return all.Length == 1 ? B.Map(name, tokens, columns, all[0]) : B.Concat(name, tokens, columns, all);
    }

    /// <summary>log2 φ(k) of a tile of keys.</summary>
    /// <param name="Projected">Without the norm, for each branch, or one for all.</param>
    /// <param name="Norm">‖k̂‖²/2, or null where the map has none.</param>
    /// <param name="NormSign">The sign that the norm has.</param>
    protected sealed record KeyLogarithms(IReadOnlyList<Expr> Projected, TwoFloats? Norm, int NormSign)
    {
        /// <summary>As one float each, which is enough to choose references by.</summary>
        public IReadOnlyList<Expr> Rounded => Norm is null
            ? Projected
            : [.. Projected.Select(log => NormSign < 0 ? log - Norm.Rounded : log + Norm.Rounded)];

        /// <summary>log2 φ(k) − reference.</summary>
        public IEnumerable<Expr> Less(Expr reference) => Projected.Select(log => log - WithNorm(reference, -NormSign));

        /// <summary>log2 φ(k) + reference.</summary>
        public IEnumerable<Expr> Plus(Expr reference) => Projected.Select(log => log + WithNorm(reference, NormSign));

        private Expr WithNorm(Expr reference, int sign) =>
            Norm is null ? reference : sign < 0 ? Norm.TakenFrom(reference) : Norm.AddedTo(reference);
    }
}
