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
    /// Features that are summed into a state are exactly 0 below e^-35 of their reference, and those that read one below e^-50, so that no product
    /// is subnormal.
    /// </summary>
    protected const double SummedFlush = -35 * Base2.Log2E, ReadingFlush = -50 * Base2.Log2E;

    protected FavorTiles(FavorSpec spec, string name)
    {
        Map = FeatureMap.Of(spec);
        IsNormalized = spec.IsNormalized;
        B = new TileProgramBuilder(name);
        HeadDim = Dim.Fixed("d", spec.HeadDim);
        ValueDim = Dim.Fixed("dv", spec.ValueDim);
        Features = Dim.Fixed("m", spec.Features, Map.Branches);
        Projections = Map.Branches == 1 ? Features : Dim.Fixed("p", spec.Features / Map.Branches);
        Query = B.Tensor(TensorRole.Query, "query", HeadDim);
        Key = B.Tensor(TensorRole.Key, "key", HeadDim);
        Value = B.Tensor(TensorRole.Value, "value", ValueDim);
        W = B.Parameter(new Parameter(
            "W", Projections, HeadDim,
            spec.Projection == ProjectionKind.Hadamard ? ParameterSource.HadamardProjections : ParameterSource.Projections,
            Map.ProjectionScale, Map.ProjectionHyperparameter));
        Constants = Map.HasConstants
            ? B.Parameter(new Parameter(
                "w2", Dim.One, Features, ParameterSource.SquaredNorms, 1, Map.NormHyperparameter, Map.OffsetHyperparameter))
            : null;
        HalfNormScale = FeatureMap.HalfNormScale(spec.HeadDim);
    }

    protected TileProgramBuilder B { get; }

    protected FeatureMap Map { get; }

    protected bool IsNormalized { get; }

    /// <summary>d, dv, m, and the projections, of which a map with branches has fewer than features.</summary>
    protected Dim HeadDim { get; }

    protected Dim ValueDim { get; }

    protected Dim Features { get; }

    protected Dim Projections { get; }

    protected TensorArgument Query { get; }

    protected TensorArgument Key { get; }

    protected TensorArgument Value { get; }

    protected Parameter W { get; }

    /// <summary>What Σ x² is multiplied by to be ‖x̂‖²/2 in powers of two.</summary>
    protected double HalfNormScale { get; }

    private Parameter? Constants { get; }

    /// <summary>Wx̂ of a tile of queries or keys, [tokens, projections].</summary>
    protected Tile Project(string name, Tile x) => B.MatMul(name, x, W, transposeB: true);

    /// <summary>log2 of each branch of φ without the norm.</summary>
    protected IEnumerable<Expr> Logs(Tile projections) => Map.Log(projections, Constants is null ? null : (Expr)Constants);

    /// <summary>φ of a tile of tokens, [tokens, m], from the projections and the exponentials of the map; 0 where the condition does not hold.</summary>
    protected Tile Phi(string name, Dim tokens, Tile projections, Expr? exponentials, Condition? where)
    {
        var features = !Map.HasGain ? [exponentials!]
            : exponentials is null ? Map.Gain(projections)
            : Map.Gain(projections).Select(gain => gain * exponentials);
        return Branches(name, tokens, Features, features.Select(feature => where is null ? feature : Expr.Select(where, feature, 0)));
    }

    /// <summary>L = log2 φ(k), [tokens, m]; −∞ for the tokens that are not seen, which count for nothing.</summary>
    protected Tile LogKeys(Dim tokens, Tile k, Tile a, Condition? seen)
    {
        var logs = Logs(a);
        if (Map.NormSign == 0)
        {
            var finite = logs.Select(Expr.NaNUnlessFinite);
            return Branches("L", tokens, Features, finite.Select(log => seen is null ? log : Expr.Select(seen, log, double.NegativeInfinity)));
        }

        var h = KeyNorm(tokens, k, seen);
        return Branches("L", tokens, Features, logs.Select(log => Map.NormSign < 0 ? log - h : log + h));
    }

    /// <summary>h = ‖k̂‖²/2 in powers of two, [tokens]; ∞ for the tokens that are not seen.</summary>
    protected Tile KeyNorm(Dim tokens, Tile k, Condition? seen)
    {
        var halfNorm = HalfNorm("kk", tokens, k);
        return B.Map("h", tokens, Dim.One, seen is null ? halfNorm : Expr.Select(seen, halfNorm, double.PositiveInfinity));
    }

    /// <summary>‖x̂‖²/2 in powers of two.</summary>
    protected Expr HalfNorm(string name, Dim tokens, Tile x) =>
        Expr.NaNUnlessFinite((Expr)B.RowSum(name, tokens, HeadDim, x * x) * HalfNormScale);

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
}
