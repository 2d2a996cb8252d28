using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// Exact softmax attention by tiles with a running maximum (Milakov and Gimelshein, arXiv:1805.02867): o = Σ e^(s−M)·v / Σ e^(s−M), with
/// s = qᵀk/√d, M within a factor e^8 of the largest s seen.
/// </summary>
internal static class SoftmaxProgram
{
    /// <summary>
    /// How far (in powers of two) a score may exceed the running maximum before that is raised and the sums are rescaled: e^8.
    /// </summary>
    private const double Threshold = 8 * Base2.Log2E;

    /// <summary>Probabilities below e^-50 of the largest are exactly 0.</summary>
    public const double Flush = -50 * Base2.Log2E;

    /// <summary>
    /// Queries times log2 e/√d; without the logarithm where their products with keys are scores that something becomes of. Both passes
    /// multiply these, and not the keys, so that they compute the same scores to the bit: large ones would differ by their rounding, and
    /// weights by as much.
    /// </summary>
    public static Expr Scaled(Tile queries, SoftmaxSpec spec) =>
        (Expr)queries * (Math.Pow(spec.HeadDim, -0.5) * (spec.Score is null ? Base2.Log2E : 1));

    /// <summary>The learned tables, a row each, which all heads of all sequences read.</summary>
    public static IReadOnlyList<Operand> Tables(TileProgramBuilder b, SoftmaxSpec spec) =>
        [.. spec.Tables.Select(table => b.Operand(new Operand(
            table.Name, TokenAxis.None, Dim.Fixed(table.Name, table.Length), OperandAccess.Read) { SharedBy = OperandSharing.Everyone }))];

    /// <summary>Scores in powers of two, of the products of scaled queries with keys.</summary>
    public static Expr Scores(Tile products, SoftmaxSpec spec, Sight sight, IReadOnlyList<Operand> tables)
    {
        var finite = Expr.NaNUnlessFinite(products);
        if (spec.Score is not { } score)
        {
            return finite;
        }

        // A token that is not finite spoils the scores of positions alone too.
        var bent = TokenNumber.Of(score, finite, sight, tables) * Base2.Log2E;
        return score.Body.Flatten().Any(part => part is Expr.Argument) ? bent : Expr.WhereFinite(products, bent);
    }

    /// <summary>Scores, −∞ where a query does not see the key.</summary>
    public static Expr WhereSeen(Sight sight, Expr scores) => sight.Visibility.IsAll
        ? scores
        : Expr.Select(new Position.Sees(sight), scores, double.NegativeInfinity);

    public static TileProgram Build(SoftmaxSpec spec)
    {
        var b = new TileProgramBuilder(spec.ProgramName);
        b.RequireHeads(spec.Heads);
        var d = Dim.Fixed("d", spec.HeadDim);
        var dv = Dim.Fixed("dv", spec.ValueDim);
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));
        var logSumExp = b.Operand(AttentionOperands.LogSumExp(OperandAccess.Write));
        var logSumExpRest = b.Operand(AttentionOperands.LogSumExpRest(OperandAccess.Write));
        var numbers = new TokenOperands(b, spec);
        var tables = Tables(b, spec);
        var rotation = b.Rotation(d, spec.RotaryTheta);
        var positions = RelativePositions.Of(b, spec, d);

        var i = Dim.Tokens("i");
        var queries = b.Loop(i, 0, query.Length);
        b.Parallel(queries, () =>
        {
            var q = b.Load("Q", query, queries, rotation);
            var scaled = b.Map("Qs", i, d, Scaled(q, spec));
            var ofPositions = positions?.Load(queries).Scaled;
            var ofQueries = numbers.OfQueries(queries);
            var softmax = b.LocalState("softmax", i);
            var m = softmax.AddReference("M", asRow: false);
            var l = softmax.AddVector("D", asRow: false);
            var n = softmax.AddMatrix("N", dv);

            var j = Dim.Tokens("j");
            var sight = new Sight(spec.Visibility, Queries: i, Keys: j);
            var keys = b.Loop(j, key.Length, sight);
            b.Fold(keys, softmax, () =>
            {
                var k = b.Load("K", key, keys, rotation);
                var v = b.Load("V", value, keys);
                var distanceKeys = positions?.KeysBetween(i, j);
                var seen = sight.With(ofQueries.Concat(numbers.OfKeys(keys, sideBySide: true)));
                var scores = b.MatMul("A", scaled, k, transposeB: true);
                scores = distanceKeys is null ? scores : positions!.AddTo(scores, ofPositions!, distanceKeys);
                var s = b.Map("S", i, j, WhereSeen(seen, Scores(scores, spec, seen, tables)));
                b.Rebase(softmax, b.RowMax("top", i, j, s), Threshold);
                var p = b.Map("P", i, j, Expr.Exp2(s - m, Flush));
                b.AddRowSum(l, i, j, p);
                b.AddMatMul(n, p, v);
            });

            var r = b.Map("R", i, Dim.One, Expr.Select(Condition.IsZero(l), 0, (Expr)1 / l));
            b.Store(output, b.Map("O", i, dv, (Expr)n * r), queries);
            var logD = b.Map("logD", i, Dim.One, Expr.Log2(l));
            var lse = b.Map("lse", i, Dim.One, (m + logD) * Base2.Ln2);
            b.Store(logSumExp, lse, queries);
            var rounded = b.Map("n", i, Dim.One, TwoFloats.RoundedLogNormaliser(lse));
            var rest = Expr.Select(Condition.IsZero(l), 0, TwoFloats.RestOf(m, logD, rounded));
            b.Store(logSumExpRest, b.Map("nr", i, Dim.One, rest), queries);
        });
        return b.Build();
    }
}
