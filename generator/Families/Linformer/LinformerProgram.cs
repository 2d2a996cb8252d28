using KernelGen.Generator.Expressions;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>
/// Linformer attention (Wang et al., arXiv:2006.04768, equation 7): a fold mixes keys and values along the length, K̄ = EᵀK and V̄ = FᵀV of
/// r rows; then each query attends to these, o = softmax(qᵀK̄ᵀ/√d)·V̄. All r scores of a query are one tile, so its maximum is known at
/// once.
/// </summary>
internal static class LinformerProgram
{
    public static TileProgram Build(LinformerSpec spec)
    {
        var b = new TileProgramBuilder("Linformer attention");
        var (d, dv, r) = (Dim.Fixed("d", spec.HeadDim), Dim.Fixed("dv", spec.ValueDim), Dim.Fixed("r", spec.Rank));
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var projections = new LengthProjections(b, spec, r);
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));
        var logSumExp = b.Operand(AttentionOperands.LogSumExp(OperandAccess.Write));
        var state = b.State("mixtures", r);
        var (mixedKeys, mixedValues) = (state.AddMatrix("EK", d), state.AddMatrix("FV", dv));

        var j = Dim.Tokens("j");
        var keys = b.Loop(j, 0, key.Length);
        b.Fold(keys, state, () =>
        {
            var (e, f) = projections.Load(keys);
            b.AddMatMul(mixedKeys, e, b.Load("K", key, keys), transposeA: true);
            b.AddMatMul(mixedValues, f, b.Load("V", value, keys), transposeA: true);
        });

        var i = Dim.Tokens("i");
        var queries = b.Loop(i, 0, query.Length);
        b.Parallel(queries, () =>
        {
            var (top, p) = Weights(b, spec, i, r, b.Load("Q", query, queries), mixedKeys);
            var sum = b.RowSum("D", i, r, p);
            b.Store(output, b.Map("O", i, dv, (Expr)b.MatMul("N", p, mixedValues) / sum), queries);
            b.Store(logSumExp, b.Map("lse", i, Dim.One, (top + (Expr)b.Map("logD", i, Dim.One, Expr.Log2(sum))) * Base2.Ln2), queries);
        });
        return b.Build();
    }

    /// <summary>
    /// e^(s − max s) of a tile of queries, [queries, r], and the maximum in powers of two: in both passes the same to the bit.
    /// </summary>
    public static (Tile Top, Tile Weights) Weights(TileProgramBuilder b, LinformerSpec spec, Dim i, Dim r, Tile q, Tile mixedKeys)
    {
        var scaled = b.Map("Qs", i, q.Columns, q * (Expr)(Math.Pow(spec.HeadDim, -0.5) * Base2.Log2E));
        var s = b.Map("S", i, r, Expr.NaNUnlessFinite(b.MatMul("A", scaled, mixedKeys, transposeB: true)));
        var top = b.RowMax("top", i, r, s);
        return (top, b.Map("P", i, r, Expr.Exp2(s - (Expr)top, SoftmaxProgram.Flush)));
    }
}
