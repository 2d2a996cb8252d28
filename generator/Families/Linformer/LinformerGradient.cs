using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>
/// The gradients of Linformer attention. With p the weights of a query on the r mixtures, g = ∂loss/∂o and δ = gᵀo, ∂loss/∂s = p∘(V̄g − δ)
/// is that of softmax attention over K̄ and V̄, which the forward pass kept. One fold over the queries gives their gradients and those of
/// the mixtures, ∂K̄ = Σ ∂s·qᵀ/√d and ∂V̄ = Σ p·gᵀ; then each key has ∂k = ∂K̄ᵀe, ∂v = ∂V̄ᵀf, ∂e = ∂K̄k and ∂f = ∂V̄v, with e and f the
/// rows of its position.
/// </summary>
internal static class LinformerGradient
{
    public static IReadOnlyList<TileProgram> Build(LinformerSpec spec)
    {
        var b = new TileProgramBuilder("Linformer attention, gradients");
        var scale = Math.Pow(spec.HeadDim, -0.5);
        var (d, dv, r) = (Dim.Fixed("d", spec.HeadDim), Dim.Fixed("dv", spec.ValueDim), Dim.Fixed("r", spec.Rank));
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var projections = new LengthProjections(b, spec, r);
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Read));
        var outputGradient = b.Operand(AttentionOperands.OutputGradient(dv));
        var queryGradient = b.Operand(AttentionOperands.QueryGradient(d));
        var keyGradient = b.Operand(AttentionOperands.KeyGradient(d));
        var valueGradient = b.Operand(AttentionOperands.ValueGradient(dv));
        var gradients = projections.Gradients();

        // Of the forward pass.
        var kept = b.KeptState("kept", r);
        var (mixedKeys, mixedValues) = (kept.AddMatrix("EK", d), kept.AddMatrix("FV", dv));
        var sums = b.State("sums", r);
        var (byMixedKeys, byMixedValues) = (sums.AddMatrix("dEK", d), sums.AddMatrix("dFV", dv));

        var i = Dim.Tokens("i");
        var queries = b.Loop(i, 0, query.Length);
        b.Fold(queries, sums, () =>
        {
            var q = b.Load("Q", query, queries);
            var (_, p) = LinformerProgram.Weights(b, spec, i, r, q, mixedKeys);

            // The normaliser divides g, which has fewer numbers than the weights.
            var g = b.Load("G", outputGradient, queries);
            var weighed = b.Map("Gw", i, dv, g / (Expr)b.RowSum("D", i, r, p));
            var delta = b.RowSum("delta", i, dv, weighed * (Expr)b.Load("O", output, queries));
            var x = b.MatMul("X", weighed, mixedValues, transposeB: true);
            var ds = b.Map("dS", i, r, p * (x - (Expr)delta));
            b.Store(queryGradient, b.Map("dQ", i, d, b.MatMul("dQs", ds, mixedKeys) * (Expr)scale), queries);
            b.AddMatMul(byMixedKeys, ds, q, transposeA: true);
            b.AddMatMul(byMixedValues, p, weighed, transposeA: true);
        });

        var j = Dim.Tokens("j");
        var keys = b.Loop(j, 0, key.Length);
        b.Parallel(keys, () =>
        {
            var (e, f) = projections.Load(keys);
            var k = b.Map("Ks", j, d, b.Load("K", key, keys) * (Expr)scale);
            var v = b.Load("V", value, keys);
            b.Store(keyGradient, b.Map("dK", j, d, b.MatMul("dKs", e, byMixedKeys) * (Expr)scale), keys);
            b.Store(valueGradient, b.MatMul("dV", f, byMixedValues), keys);
            var de = b.MatMul("dE", k, byMixedKeys, transposeB: true);
            if (spec.HasOneMatrix)
            {
                b.AddMatMul(de, v, byMixedValues, transposeB: true);
                b.Store(gradients.OfKeys, de, keys);
            }
            else
            {
                b.Store(gradients.OfKeys, de, keys);
                b.Store(gradients.OfValues, b.MatMul("dF", v, byMixedValues, transposeB: true), keys);
            }
        });
        return [b.Build()];
    }
}
