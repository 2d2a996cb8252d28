using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// FAVOR+ attention (Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794, algorithm 1 and section 2.4) as tile
/// programs. Names follow the paper: S = Σ φ(k)vᵀ, z = Σ φ(k), o = φ(q)ᵀS / φ(q)ᵀz.
/// </summary>
/// <remarks>
/// Exponential maps keep S and z relative to a reference c per feature, raised only by keys already seen: nothing overflows, the
/// normaliser needs no ε, and a causal output depends on no later key. generator/Families/README.md derives the rule.
/// </remarks>
internal static class FavorProgram
{
    /// <summary>How far (in powers of two) a key's feature may exceed its reference: e^20.</summary>
    private const double Threshold = 20 * Base2.Log2E;

    /// <summary>How far the maximum of a causal run may exceed the reference before the tokens after the run see it raised: e^8.</summary>
    private const double Rise = 8 * Base2.Log2E;

    /// <summary>Key features below e^-35 and query features below e^-50 are exactly 0, so that no product is subnormal.</summary>
    private const double KeyFlush = -35 * Base2.Log2E;
    private const double QueryFlush = -50 * Base2.Log2E;

    public static TileProgram Build(FavorSpec spec)
    {
        var program = new Writer(spec);
        return spec.Causal ? program.Causal() : program.Bidirectional();
    }

    private sealed class Writer
    {
        private readonly TileProgramBuilder _b;
        private readonly FeatureMap _map;
        private readonly Dim _d, _dv, _m;
        private readonly TensorArgument _query, _key, _value, _output, _logSumExp;
        private readonly Parameter _w;
        private readonly State _state;
        private readonly Tile? _c;
        private readonly Tile _z, _s;
        private readonly double _halfNormScale;

        public Writer(FavorSpec spec)
        {
            _map = FeatureMap.Of(spec);
            _b = new TileProgramBuilder(spec.Causal ? "causal FAVOR+ attention" : "FAVOR+ attention");
            _d = Dim.Fixed("d", spec.HeadDim);
            _dv = Dim.Fixed("dv", spec.ValueDim);
            _m = Dim.Fixed("m", spec.Features, _map.Branches);
            var projections = _map.Branches == 1 ? _m : Dim.Fixed("p", spec.Features / _map.Branches);
            _query = _b.Tensor(TensorRole.Query, "query", _d);
            _key = _b.Tensor(TensorRole.Key, "key", _d);
            _value = _b.Tensor(TensorRole.Value, "value", _dv);
            _output = _b.Tensor(TensorRole.Output, "output", _dv);
            _logSumExp = _b.Tensor(TensorRole.LogSumExp, "logSumExp", Dim.One);
            _w = _b.Parameter("W", projections, _d, _map.ProjectionScale);
            _state = _b.State("state", _m);
            _c = _map.IsExponential ? _state.AddReference("c", asRow: true) : null;
            _z = _state.AddVector("z", asRow: true);
            _s = _state.AddMatrix("S", _dv);
            _halfNormScale = FeatureMap.HalfNormScale(spec.HeadDim);
        }

        public TileProgram Bidirectional()
        {
            var j = Dim.Tokens("j");
            var keys = _b.Loop(j, 0, _key.Length);
            _b.Fold(keys, _state, () =>
            {
                var k = _b.Load("K", _key, keys);
                var v = _b.Load("V", _value, keys);
                var a = _b.MatMul("A", k, _w, transposeB: true);
                if (_map.IsExponential)
                {
                    var l = LogKeys(j, k, a, limit: null);
                    _b.Rebase(_state, _b.ColumnMax("top", j, _m, l), Threshold);
                    AddKeys(_b.Map("Fk", j, _m, Expr.Exp2(l - _c!, KeyFlush)), v, j);
                }
                else
                {
                    AddKeys(_b.Map("Fk", j, _m, _map.Gain(a)), v, j);
                }
            });

            var i = Dim.Tokens("i");
            var queries = _b.Loop(i, 0, _query.Length);
            _b.Parallel(queries, () =>
            {
                var (fq, top) = QueryFeatures(i, queries);
                var d = _b.RowSum("D", i, _m, fq * _z);
                var n = _b.MatMul("N", fq, _s);
                Finish(i, queries, n, d, top);
            });
            return _b.Build();
        }

        public TileProgram Causal()
        {
            var t = Dim.Tokens("t");
            var tokens = _b.Loop(t, 0, _query.Length);
            _b.Fold(tokens, _state, () =>
            {
                var k = _b.Load("K", _key, tokens);
                var v = _b.Load("V", _value, tokens);
                var a = _b.MatMul("A", k, _w, transposeB: true);
                if (_map.IsExponential)
                {
                    var l = LogKeys(t, k, a, limit: _key.Length);
                    _b.Runs(l, _state, Threshold, Rise, () =>
                    {
                        // The same c here, in S and on the query side.
                        var inRun = new Condition.InRun();
                        CausalTile(t, tokens, _b.Map("Fk", t, _m, Expr.Select(inRun, Expr.Exp2(l - _c!, KeyFlush), 0)), v);
                    });
                }
                else
                {
                    var seen = new Condition.PositionBelow(t, _key.Length);
                    CausalTile(t, tokens, _b.Map("Fk", t, _m, Expr.Select(seen, _map.Gain(a), 0)), v);
                }
            });
            return _b.Build();
        }

        /// <summary>Outputs of one tile, from the tokens before it (S, z) and from its own lower triangle (P); then its keys join the state.</summary>
        private void CausalTile(Dim t, TokenLoop tokens, Tile fk, Tile v)
        {
            var sum = _b.ColumnSum("zt", t, _m, fk);
            var (fq, top) = QueryFeatures(t, tokens);
            var before = _b.RowSum("Dz", t, _m, fq * _z);
            var n = _b.MatMul("N", fq, _s);
            var p = _b.MatMul("P", fq, fk, transposeB: true, structure: Structure.LowerTarget);
            var within = _b.RowSum("Dp", t, t, p);
            _b.AddMatMul(n, p, v, structure: Structure.LowerLeft);
            Finish(t, tokens, n, _b.Map("D", t, Dim.One, before + within), top);
            AddKeys(fk, v, sum);
        }

        /// <summary>L = log2 φ(k), [tokens, m]; −∞ for the tokens from the limit on, which count for nothing.</summary>
        private Tile LogKeys(Dim tokens, Tile k, Tile a, TokenIndex? limit)
        {
            var squares = _b.RowSum("kk", tokens, _d, k * k);
            var halfNorm = Expr.NaNUnlessFinite((Expr)squares * _halfNormScale);
            var h = _b.Map("h", tokens, Dim.One, limit is null
                ? halfNorm
                : Expr.Select(new Condition.PositionBelow(tokens, limit), halfNorm, double.PositiveInfinity));
            return _b.Concat("L", tokens, _m, _map.LogKey(a, h).ToArray());
        }

        /// <summary>φ(q) relative to its largest feature, [tokens, m], and that maximum [tokens] where the map is exponential.</summary>
        private (Tile Features, Tile? Maximum) QueryFeatures(Dim tokens, TokenLoop loop)
        {
            var q = _b.Load("Q", _query, loop);
            var b = _b.MatMul("B", q, _w, transposeB: true);
            if (!_map.IsExponential)
            {
                return (_b.Map("Fq", tokens, _m, _map.Gain(b)), null);
            }

            var y = _b.Concat("Y", tokens, _m, _map.LogQuery(b).Select(branch => branch + _c!).ToArray());
            var top = _b.RowMax("M", tokens, _m, y);
            return (_b.Map("Fq", tokens, _m, Expr.Exp2(y - top, QueryFlush)), top);
        }

        private void AddKeys(Tile fk, Tile v, Dim tokens) => AddKeys(fk, v, _b.ColumnSum("zt", tokens, _m, fk));

        /// <summary>S += φ(k)ᵀv, z += Σ φ(k): the sums of a tile first, then one addition, or a million tokens would drift.</summary>
        private void AddKeys(Tile fk, Tile v, Tile sum)
        {
            _b.Add(_z, sum);
            _b.AddMatMul(_s, fk, v, transposeA: true);
        }

        /// <summary>o = N / D, zeros where no key was seen, and the log-sum-exp.</summary>
        private void Finish(Dim tokens, TokenLoop loop, Tile n, Tile d, Tile? top)
        {
            var r = _b.Map("R", tokens, Dim.One, Expr.Select(Condition.IsZero(d), 0, (Expr)1 / d));
            _b.Store(_output, _b.Map("O", tokens, _dv, (Expr)n * r), loop);
            var logD = Expr.Log2(d);
            _b.Store(_logSumExp, _b.Map("lse", tokens, Dim.One, (top is null ? logD : top + logD) * Base2.Ln2), loop);
        }
    }
}
