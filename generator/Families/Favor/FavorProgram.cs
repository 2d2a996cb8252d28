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
        private readonly bool _normalize;
        private readonly Dim _d, _dv, _m;
        private readonly TensorArgument _query, _key, _value, _output, _logSumExp;
        private readonly Parameter _w;
        private readonly Parameter? _constants;
        private readonly State _state;
        private readonly Tile? _c;
        private readonly Tile _z, _s;
        private readonly double _halfNormScale;

        public Writer(FavorSpec spec)
        {
            _map = FeatureMap.Of(spec);
            _normalize = spec.IsNormalized;
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
            _w = _b.Parameter(new Parameter(
                "W", projections, _d,
                spec.Projection == ProjectionKind.Hadamard ? ParameterSource.HadamardProjections : ParameterSource.Projections,
                _map.ProjectionScale, _map.ProjectionHyperparameter));
            _constants = _map.HasConstants
                ? _b.Parameter(new Parameter(
                    "w2", Dim.One, _m, ParameterSource.SquaredNorms, 1, _map.NormHyperparameter, _map.OffsetHyperparameter))
                : null;
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
                    AddKeys(Features("Fk", j, a, Expr.Exp2(l - _c!, KeyFlush), where: null), v, j);
                }
                else
                {
                    AddKeys(Features("Fk", j, a, null, where: null), v, j);
                }
            });

            var i = Dim.Tokens("i");
            var queries = _b.Loop(i, 0, _query.Length);
            _b.Parallel(queries, () =>
            {
                var (q, fq, top) = QueryFeatures(i, queries);
                var d = _b.RowSum("D", i, _m, fq * _z);
                var n = _b.MatMul("N", fq, _s);
                Finish(i, queries, q, n, d, top);
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
                        CausalTile(t, tokens, Features("Fk", t, a, Expr.Exp2(l - _c!, KeyFlush), new Condition.InRun()), v);
                    });
                }
                else
                {
                    CausalTile(t, tokens, Features("Fk", t, a, null, new Condition.PositionBelow(t, _key.Length)), v);
                }
            });
            return _b.Build();
        }

        /// <summary>Outputs of one tile, from the tokens before it (S, z) and from its own lower triangle (P); then its keys join the state.</summary>
        private void CausalTile(Dim t, TokenLoop tokens, Tile fk, Tile v)
        {
            var sum = _b.ColumnSum("zt", t, _m, fk);
            var (q, fq, top) = QueryFeatures(t, tokens);
            var before = _b.RowSum("Dz", t, _m, fq * _z);
            var n = _b.MatMul("N", fq, _s);
            var p = _b.MatMul("P", fq, fk, transposeB: true, structure: Structure.LowerTarget);
            var within = _b.RowSum("Dp", t, t, p);
            _b.AddMatMul(n, p, v, structure: Structure.LowerLeft);
            Finish(t, tokens, q, n, _b.Map("D", t, Dim.One, before + within), top);
            AddKeys(fk, v, sum);
        }

        /// <summary>φ of a tile of tokens, [tokens, m], from the projections and the exponentials of the map; 0 where the condition does not hold.</summary>
        private Tile Features(string name, Dim tokens, Tile projections, Expr? exponentials, Condition? where)
        {
            var features = !_map.HasGain ? [exponentials!]
                : exponentials is null ? _map.Gain(projections)
                : _map.Gain(projections).Select(gain => gain * exponentials);
            Expr[] masked = [.. features.Select(feature => where is null ? feature : Expr.Select(where, feature, 0))];
            return masked.Length == 1 ? _b.Map(name, tokens, _m, masked[0]) : _b.Concat(name, tokens, _m, masked);
        }

        /// <summary>L = log2 φ(k), [tokens, m]; −∞ for the tokens from the limit on, which count for nothing.</summary>
        private Tile LogKeys(Dim tokens, Tile k, Tile a, TokenIndex? limit)
        {
            var seen = limit is null ? null : new Condition.PositionBelow(tokens, limit);
            var logs = _map.Log(a, _constants is null ? null : (Expr)_constants);
            if (_map.NormSign == 0)
            {
                var finite = logs.Select(Expr.NaNUnlessFinite);
                return _b.Concat("L", tokens, _m, [.. finite.Select(log => seen is null ? log : Expr.Select(seen, log, double.NegativeInfinity))]);
            }

            var halfNorm = HalfNorm("kk", tokens, k);
            var h = _b.Map("h", tokens, Dim.One, seen is null ? halfNorm : Expr.Select(seen, halfNorm, double.PositiveInfinity));
            return _b.Concat("L", tokens, _m, [.. logs.Select(log => _map.NormSign < 0 ? log - h : log + h)]);
        }

        private Expr HalfNorm(string name, Dim tokens, Tile x) =>
            Expr.NaNUnlessFinite((Expr)_b.RowSum(name, tokens, _d, x * x) * _halfNormScale);

        /// <summary>The queries, φ(q) relative to its largest exponential, [tokens, m], and its logarithm [tokens] where there are exponentials.</summary>
        private (Tile Queries, Tile Features, Tile? Maximum) QueryFeatures(Dim tokens, TokenLoop loop)
        {
            var q = _b.Load("Q", _query, loop);
            var b = _b.MatMul("B", q, _w, transposeB: true);
            if (!_map.IsExponential)
            {
                return (q, Features("Fq", tokens, b, null, where: null), null);
            }

            var logs = _map.Log(b, _constants is null ? null : (Expr)_constants);
            var y = _b.Concat("Y", tokens, _m, [.. logs.Select(log => log + _c!)]);
            var top = _b.RowMax("M", tokens, _m, y);
            return (q, Features("Fq", tokens, b, Expr.Exp2(y - top, QueryFlush), where: null), top);
        }

        private void AddKeys(Tile fk, Tile v, Dim tokens) => AddKeys(fk, v, _b.ColumnSum("zt", tokens, _m, fk));

        /// <summary>S += φ(k)ᵀv, z += Σ φ(k): the sums of a tile first, then one addition, or a million tokens would drift.</summary>
        private void AddKeys(Tile fk, Tile v, Tile sum)
        {
            _b.Add(_z, sum);
            _b.AddMatMul(_s, fk, v, transposeA: true);
        }

        /// <summary>o = N / D, zeros where no key was seen, or o = N times what the map left out; and the log-sum-exp.</summary>
        private void Finish(Dim tokens, TokenLoop loop, Tile q, Tile n, Tile d, Tile? top)
        {
            var r = _b.Map("R", tokens, Dim.One, _normalize ? Expr.Select(Condition.IsZero(d), 0, (Expr)1 / d) : Unnormalised(tokens, q, top));
            _b.Store(_output, _b.Map("O", tokens, _dv, (Expr)n * r), loop);
            var logD = Expr.Log2(d);
            _b.Store(_logSumExp, _b.Map("lse", tokens, Dim.One, (top is null ? logD : top + logD) * Base2.Ln2), loop);
        }

        /// <summary>What N is to be multiplied by to be φ(q)ᵀS: the maximum that it is relative to, the query's own norm, and the weight of a feature.</summary>
        private Expr Unnormalised(Dim tokens, Tile q, Tile? top)
        {
            if (top is null)
            {
                return _map.Weight;
            }

            var log = _map.NormSign switch
            {
                0 => (Expr)top,
                < 0 => top - HalfNorm("qq", tokens, q),
                _ => top + HalfNorm("qq", tokens, q),
            };
            return Expr.Exp2(log + Math.Log(_map.Weight, 2));
        }
    }
}
