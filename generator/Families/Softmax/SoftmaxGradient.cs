using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// The gradients of exact softmax attention, by tiles: with p_ij = e^(s_ij − log-sum-exp_i), g = ∂loss/∂o and δ = gᵀo,
/// ∂loss/∂s_ij = p_ij·(g_iᵀv_j − δ_i) and ∂loss/∂v_j = Σ_i p_ij·g_i. Queries and keys have a program each that computes the scores anew, so
/// that no two tiles add to the same gradient (Dao et al., arXiv:2205.14135, section 3, share one instead).
/// </summary>
internal static class SoftmaxGradient
{
    public static IReadOnlyList<TileProgram> Build(SoftmaxSpec spec) =>
        [new Writer(spec, "gradient of the queries").Queries(), new Writer(spec, "gradients of the keys and values").Keys()];

    private sealed class Writer
    {
        private readonly TileProgramBuilder _b;
        private readonly bool _causal;
        private readonly double _scale;
        private readonly Dim _d, _dv, _i = Dim.Tokens("i"), _j = Dim.Tokens("j");
        private readonly TensorArgument _query, _key, _value, _output, _outputGradient, _logSumExp, _queryGradient, _keyGradient, _valueGradient;

        public Writer(SoftmaxSpec spec, string what)
        {
            _b = new TileProgramBuilder($"{(spec.Causal ? "causal softmax attention" : "softmax attention")}, {what}");
            _causal = spec.Causal;
            _scale = Math.Pow(spec.HeadDim, -0.5);
            _d = Dim.Fixed("d", spec.HeadDim);
            _dv = Dim.Fixed("dv", spec.ValueDim);
            _query = _b.Tensor(TensorRole.Query, "query", _d);
            _key = _b.Tensor(TensorRole.Key, "key", _d);
            _value = _b.Tensor(TensorRole.Value, "value", _dv);
            _output = _b.Tensor(TensorRole.Output, "output", _dv);
            _outputGradient = _b.Tensor(TensorRole.OutputGradient, "outputGradient", _dv);
            _logSumExp = _b.Tensor(TensorRole.LogSumExp, "logSumExp", Dim.One);
            _queryGradient = _b.Tensor(TensorRole.QueryGradient, "queryGradient", _d);
            _keyGradient = _b.Tensor(TensorRole.KeyGradient, "keyGradient", _d);
            _valueGradient = _b.Tensor(TensorRole.ValueGradient, "valueGradient", _dv);
        }

        public TileProgram Queries()
        {
            var queries = _b.Loop(_i, 0, _query.Length);
            _b.Parallel(queries, () =>
            {
                var q = _b.Load("Q", _query, queries);
                var scaled = _b.Map("Qs", _i, _d, (Expr)q * (_scale * Base2.Log2E));
                var (g, n, delta) = OutputTiles(queries);
                var sums = _b.LocalState("sums", _i);
                var dq = sums.AddMatrix("dQ", _d);
                var keys = _b.Loop(_j, 0, _causal ? TokenIndex.Min(_key.Length, new TokenIndex.End(_i)) : _key.Length);
                _b.Fold(keys, sums, () =>
                {
                    var k = _b.Load("K", _key, keys);
                    var v = _b.Load("V", _value, keys);
                    var a = _b.MatMul("A", scaled, k, transposeB: true);
                    var x = _b.MatMul("X", g, v, transposeB: true);
                    var p = _b.Map("P", _i, _j, Probability(a, n));
                    _b.AddMatMul(dq, _b.Map("dS", _i, _j, p * (x - delta)), k);
                });
                _b.Store(_queryGradient, _b.Map("dQs", _i, _d, (Expr)dq * _scale), queries);
            });
            return _b.Build();
        }

        public TileProgram Keys()
        {
            var keys = _b.Loop(_j, 0, _key.Length);
            _b.Parallel(keys, () =>
            {
                var k = _b.Load("K", _key, keys);
                var v = _b.Load("V", _value, keys);
                var scaled = _b.Map("Ks", _j, _d, (Expr)k * (_scale * Base2.Log2E));
                var sums = _b.LocalState("sums", _j);
                var dk = sums.AddMatrix("dK", _d);
                var dv = sums.AddMatrix("dV", _dv);
                var queries = _b.Loop(_i, _causal ? new TokenIndex.Start(_j) : 0, _query.Length);
                _b.Fold(queries, sums, () =>
                {
                    var q = _b.Load("Q", _query, queries);
                    var (g, n, delta) = OutputTiles(queries);
                    var (nT, deltaT) = (_b.Transpose("nT", n), _b.Transpose("deltaT", delta));
                    var a = _b.MatMul("A", scaled, q, transposeB: true);
                    var x = _b.MatMul("X", v, g, transposeB: true);
                    var p = _b.Map("P", _j, _i, Probability(a, nT));
                    var ds = _b.Map("dS", _j, _i, p * (x - deltaT));
                    _b.AddMatMul(dv, p, g);
                    _b.AddMatMul(dk, ds, q);
                });
                _b.Store(_keyGradient, _b.Map("dKs", _j, _d, (Expr)dk * _scale), keys);
                _b.Store(_valueGradient, dv, keys);
            });
            return _b.Build();
        }

        /// <summary>g, log-sum-exp in powers of two, and δ of a tile of queries.</summary>
        private (Tile G, Tile LogSumExp, Tile Delta) OutputTiles(TokenLoop queries)
        {
            var g = _b.Load("G", _outputGradient, queries);
            var o = _b.Load("O", _output, queries);
            var lse = _b.Load("lse", _logSumExp, queries);
            var delta = _b.RowSum("delta", _i, _dv, g * o);
            var none = new Condition.Compare(Comparison.Equal, lse, double.NegativeInfinity);
            var n = _b.Map("n", _i, Dim.One, Expr.Select(none, double.PositiveInfinity, (Expr)lse * Base2.Log2E));
            return (g, n, delta);
        }

        private Expr Probability(Tile scores, Tile logSumExp)
        {
            var s = Expr.NaNUnlessFinite(scores) - logSumExp;
            return Expr.Exp2(
                _causal ? Expr.Select(new Condition.Precedes(Earlier: _j, Later: _i), s, double.NegativeInfinity) : s, SoftmaxProgram.Flush);
        }
    }
}
