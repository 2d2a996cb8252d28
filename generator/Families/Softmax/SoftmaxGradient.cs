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
        (spec.Score is not null && ExprDerivative.Of(spec.Score) is null)
        || TableSlope.Of(spec.Score).Any(slope => slope.Derivative is null)
            ? []
            :
            [
                new Writer(spec, "gradient of the queries").Queries(),
                spec.Distances is null
                    ? new Writer(spec, "gradients of the keys and values").Keys()
                    : new Writer(spec, "gradients of the keys and values").KeysByQueries(),
                .. spec.Tables.Count == 0 ? Array.Empty<TileProgram>() : [new Writer(spec, "gradients of learned tables").Tables()],
                .. spec.Distances is null
                    ? Array.Empty<TileProgram>()
                    : [new Writer(spec.ByDistance(), "gradient of the keys of distances").DistanceKeys()],
            ];

    private sealed class Writer
    {
        private readonly TileProgramBuilder _b;
        private readonly SoftmaxSpec _spec;
        private readonly Sight _sight;
        private readonly ScalarFunction? _derivative;
        private readonly double _scale;
        private readonly Rotation? _rotation;
        private readonly RelativePositions? _positions;
        private readonly TokenOperands _numbers;
        private readonly IReadOnlyList<Operand> _tables;
        private readonly Dim _d, _dv, _i = Dim.Tokens("i"), _j = Dim.Tokens("j");
        private readonly Operand _query, _key, _value, _output, _outputGradient, _logSumExp, _logSumExpRest, _queryGradient, _keyGradient,
            _valueGradient;

        public Writer(SoftmaxSpec spec, string what)
        {
            _b = new TileProgramBuilder($"{spec.ProgramName}, {what}");
            _spec = spec;
            _sight = new Sight(spec.Visibility, _i, _j);
            _scale = Math.Pow(spec.HeadDim, -0.5);
            _derivative = spec.Score is null ? null : ExprDerivative.Of(spec.Score);
            _d = Dim.Fixed("d", spec.HeadDim);
            _dv = Dim.Fixed("dv", spec.ValueDim);
            _query = _b.Operand(AttentionOperands.Query(_d));
            _key = _b.Operand(AttentionOperands.Key(_d));
            _value = _b.Operand(AttentionOperands.Value(_dv));
            _output = _b.Operand(AttentionOperands.Output(_dv, OperandAccess.Read));
            _outputGradient = _b.Operand(AttentionOperands.OutputGradient(_dv));
            _logSumExp = _b.Operand(AttentionOperands.LogSumExp(OperandAccess.Read));
            _logSumExpRest = _b.Operand(AttentionOperands.LogSumExpRest(OperandAccess.Read));
            _queryGradient = _b.Operand(AttentionOperands.QueryGradient(_d));
            _keyGradient = _b.Operand(AttentionOperands.KeyGradient(_d));
            _valueGradient = _b.Operand(AttentionOperands.ValueGradient(_dv));
            _rotation = _b.Rotation(_d, spec.RotaryTheta);
            _positions = RelativePositions.Of(_b, spec, _d);
            _numbers = new TokenOperands(_b, spec);
            _tables = SoftmaxProgram.Tables(_b, spec);
        }

        public TileProgram Queries()
        {
            var queries = _b.Loop(_i, 0, _query.Length);
            _b.Parallel(queries, () =>
            {
                var q = _b.Load("Q", _query, queries, _rotation);
                var scaled = _b.Map("Qs", _i, _d, SoftmaxProgram.Scaled(q, _spec));
                var ofPositions = _positions?.Load(queries).Scaled;
                var (g, n, nr, delta) = OutputTiles(queries);
                var ofQueries = _numbers.OfQueries(queries);
                var sums = _b.LocalState("sums", _i);
                var dq = sums.AddMatrix("dQ", _d);
                var dw = ofPositions is null ? null : sums.AddMatrix("dW", _d);
                var keys = _b.Loop(_j, _key.Length, _sight);
                _b.Fold(keys, sums, () =>
                {
                    var distanceKeys = _positions?.KeysBetween(_i, _j);
                    var (k, a, x, p, sight) = Pairs(keys, ofQueries, scaled, ofPositions, distanceKeys, g, n, nr);
                    var ds = _b.Map("dS", _i, _j, ScoreGradient(p * (x - delta), a, sight));
                    _b.AddMatMul(dq, ds, k);
                    if (dw is not null)
                    {
                        _b.AddMatMul(dw, _b.Unskew("dB", ds, distanceKeys!.Rows), distanceKeys);
                    }
                });
                _b.Store(_queryGradient, _b.Map("dQs", _i, _d, (Expr)dq * _scale), queries, _rotation);
                if (dw is not null)
                {
                    _b.Store(_positions!.QueryGradient(), _b.Map("dWs", _i, _d, (Expr)dw * _scale), queries);
                }
            });
            return _b.Build();
        }

        public TileProgram Keys()
        {
            var keys = _b.Loop(_j, 0, _key.Length);
            _b.Parallel(keys, () =>
            {
                var k = _b.Load("K", _key, keys, _rotation);
                var v = _b.Load("V", _value, keys);
                var ofKeys = _numbers.OfKeys(keys);
                var sums = _b.LocalState("sums", _j);
                var dk = sums.AddMatrix("dK", _d);
                var dv = sums.AddMatrix("dV", _dv);
                var queries = _b.Loop(_i, _query.Length, _sight);
                _b.Fold(queries, sums, () =>
                {
                    var q = _b.Load("Q", _query, queries, _rotation);
                    var scaled = _b.Map("Qs", _i, _d, SoftmaxProgram.Scaled(q, _spec));
                    var (g, n, nr, delta) = OutputTiles(queries);
                    var (nT, nrT, deltaT) = (_b.Transpose("nT", n), _b.Transpose("nrT", nr), _b.Transpose("deltaT", delta));
                    var sight = _sight.With(ofKeys.Concat(_numbers.OfQueries(queries, sideBySide: true)));
                    var a = _b.MatMul("A", k, scaled, transposeB: true);
                    var x = _b.MatMul("X", v, g, transposeB: true);
                    var p = _b.Map("P", _j, _i, Probability(a, nT, nrT, sight));
                    var ds = _b.Map("dS", _j, _i, ScoreGradient(p * (x - deltaT), a, sight));
                    _b.AddMatMul(dv, p, g);
                    _b.AddMatMul(dk, ds, q);
                });
                _b.Store(_keyGradient, _b.Map("dKs", _j, _d, (Expr)dk * _scale), keys, _rotation);
                _b.Store(_valueGradient, dv, keys);
            });
            return _b.Build();
        }

        /// <summary>
        /// As <see cref="Keys"/>, where scores know of distances: products with their keys are skewed row by row, so that queries are rows.
        /// </summary>
        public TileProgram KeysByQueries()
        {
            var keys = _b.Loop(_j, 0, _key.Length);
            _b.Parallel(keys, () =>
            {
                var k = _b.Load("K", _key, keys);
                var v = _b.Load("V", _value, keys);
                var sums = _b.LocalState("sums", _j);
                var dk = sums.AddMatrix("dK", _d);
                var dv = sums.AddMatrix("dV", _dv);
                var queries = _b.Loop(_i, _query.Length, _sight);
                _b.Fold(queries, sums, () =>
                {
                    var q = _b.Load("Q", _query, queries);
                    var scaled = _b.Map("Qs", _i, _d, SoftmaxProgram.Scaled(q, _spec));
                    var ofPositions = _positions!.Load(queries).Scaled;
                    var (g, n, nr, delta) = OutputTiles(queries);
                    var distanceKeys = _positions.KeysBetween(_i, _j);
                    var a = _positions.AddTo(_b.MatMul("A", scaled, k, transposeB: true), ofPositions, distanceKeys);
                    var x = _b.MatMul("X", g, v, transposeB: true);
                    var p = _b.Map("P", _i, _j, Probability(a, n, nr, _sight));
                    var ds = _b.Map("dS", _i, _j, ScoreGradient(p * (x - delta), a, _sight));
                    _b.AddMatMul(dv, p, g, transposeA: true);
                    _b.AddMatMul(dk, ds, q, transposeA: true);
                });
                _b.Store(_keyGradient, _b.Map("dKs", _j, _d, (Expr)dk * _scale), keys);
                _b.Store(_valueGradient, dv, keys);
            });
            return _b.Build();
        }

        /// <summary>
        /// ∂loss/∂r_Δ = Σ ∂loss/∂s_ij·(q_i + w)/√d over the pairs so far apart. Columns are distances here, of which
        /// <see cref="SoftmaxSpec.ByDistance"/> says what queries see; products with keys are a band of it.
        /// </summary>
        public TileProgram DistanceKeys()
        {
            var distances = _b.Loop(_j, 0, _positions!.Length);
            _b.Parallel(distances, () =>
            {
                var r = _positions.KeysOf(distances);
                var sums = _b.LocalState("sums", _j);
                var dr = sums.AddMatrix("dR", _d);
                var queries = _b.Loop(_i, _query.Length, _sight);
                _b.Fold(queries, sums, () =>
                {
                    var scaled = _b.Map("Qs", _i, _d, SoftmaxProgram.Scaled(_b.Load("Q", _query, queries), _spec));
                    var (w, ofPositions) = _positions.Load(queries);
                    var (g, n, nr, delta) = OutputTiles(queries);
                    var band = Dim.Band("band", _i, _j);
                    var (k, v) = (_b.LoadBand("K", _key, band), _b.LoadBand("V", _value, band));
                    var a = _b.Skew("As", _b.MatMul("A", scaled, k, transposeB: true));
                    var x = _b.Skew("Xs", _b.MatMul("X", g, v, transposeB: true));
                    var c = _b.Map("C", _i, _j, _b.MatMul("B", ofPositions, r, transposeB: true) + a);
                    var p = _b.Map("P", _i, _j, Probability(c, n, nr, _sight));
                    var ds = _b.Map("dS", _i, _j, ScoreGradient(p * (x - delta), c, _sight));
                    _b.AddMatMul(dr, ds, w, transposeA: true);
                });
                _b.Store(_positions.KeyGradient(), _b.Map("dRs", _j, _d, (Expr)dr * _scale), distances);
            });
            return _b.Build();
        }

        /// <summary>
        /// ∂loss/∂(number n of a table) = Σ ∂loss/∂s_ij·∂s_ij/∂n over the pairs whose index is n. The table is one for all heads, so its
        /// sums are left to a program of their own, which goes through the pairs of a head in one order.
        /// </summary>
        public TileProgram Tables()
        {
            var gradients = _tables.ToDictionary(table => table.Name, table => _b.Operand(
                new Operand(table.Name + "Gradient", TokenAxis.None, table.Columns, OperandAccess.Accumulate)
                {
                    SharedBy = OperandSharing.Everyone,
                    IsOptional = true,
                }));
            var queries = _b.Loop(_i, 0, _query.Length);
            _b.Parallel(queries, () =>
            {
                var scaled = _b.Map("Qs", _i, _d, SoftmaxProgram.Scaled(_b.Load("Q", _query, queries, _rotation), _spec));
                var (g, n, nr, delta) = OutputTiles(queries);
                var ofQueries = _numbers.OfQueries(queries);
                var keys = _b.Loop(_j, _key.Length, _sight);
                _b.Parallel(keys, () =>
                {
                    var (_, a, x, p, sight) = Pairs(keys, ofQueries, scaled, null, null, g, n, nr);
                    var slopes = TableSlope.Of(_spec.Score);
                    for (var s = 0; s < slopes.Count; s++)
                    {
                        var (entry, slope) = (slopes[s].Entry, slopes[s].Derivative!);
                        var name = $"dT{s.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
                        var d = _b.Map(name, _i, _j, Chained(p * (x - delta), slope, a, sight));
                        _b.AddToTable(new TableEntry(gradients[entry.Table.Name], entry.Index, sight), d);
                    }
                });
            });
            return _b.Build();
        }

        /// <summary>g, log-sum-exp in powers of two with what it has lost as a float, and δ of a tile of queries.</summary>
        private (Tile G, Tile LogNormaliser, Tile Lost, Tile Delta) OutputTiles(TokenLoop queries)
        {
            var g = _b.Load("G", _outputGradient, queries);
            var o = _b.Load("O", _output, queries);
            var lse = _b.Load("lse", _logSumExp, queries);
            var delta = _b.RowSum("delta", _i, _dv, g * o);
            var none = new Condition.Compare(Comparison.Equal, lse, double.NegativeInfinity);
            var n = _b.Map("n", _i, Dim.One, Expr.Select(none, double.PositiveInfinity, TwoFloats.RoundedLogNormaliser(lse)));
            return (g, n, _b.Load("nr", _logSumExpRest, queries), delta);
        }

        /// <summary>
        /// A tile of keys beside one of queries: K, QKᵀ with what distances add to it, GVᵀ, the probabilities, and what the queries see.
        /// </summary>
        private (Tile Keys, Tile Products, Tile ByProbability, Tile Probabilities, Sight Sight) Pairs(
            TokenLoop keys, IEnumerable<TokenTile> ofQueries, Tile scaled, Tile? ofPositions, Tile? distanceKeys, Tile g,
            Tile logNormaliser, Tile lost)
        {
            var k = _b.Load("K", _key, keys, _rotation);
            var v = _b.Load("V", _value, keys);
            var sight = _sight.With(ofQueries.Concat(_numbers.OfKeys(keys, sideBySide: true)));
            var a = _b.MatMul("A", scaled, k, transposeB: true);
            a = ofPositions is null ? a : _positions!.AddTo(a, ofPositions, distanceKeys!);
            var x = _b.MatMul("X", g, v, transposeB: true);
            return (k, a, x, _b.Map("P", _i, _j, Probability(a, logNormaliser, lost, sight)), sight);
        }

        private Expr Probability(Tile scores, Tile logNormaliser, Tile rest, Sight sight)
        {
            var s = new TwoFloats(logNormaliser, rest).TakenFrom(SoftmaxProgram.Scores(scores, _spec, sight, _tables));
            return Expr.Exp2(SoftmaxProgram.WhereSeen(sight, s), SoftmaxProgram.Flush);
        }

        /// <summary>
        /// ∂loss/∂(qᵀk/√d) of that by what becomes of it; 0 where a query does not see the key, whatever the derivative is.
        /// </summary>
        private Expr ScoreGradient(Expr gradient, Tile products, Sight sight) =>
            _derivative is null ? gradient : Chained(gradient, _derivative, products, sight);

        /// <summary>A gradient times a derivative; 0 where a query does not see the key.</summary>
        private Expr Chained(Expr gradient, ScalarFunction derivative, Tile products, Sight sight)
        {
            var chained = gradient * TokenNumber.Of(derivative, products, sight, _tables);
            return sight.Visibility.IsAll ? chained : Expr.Select(new Position.Sees(sight), chained, 0);
        }
    }
}
