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
internal sealed class FavorProgram : FavorTiles
{
    private readonly Operand _output, _logSumExp;
    private readonly Operand? _logSumExpRest;
    private readonly State _state;
    private readonly Tile? _c;
    private readonly Tile _z, _s;

    private FavorProgram(FavorSpec spec)
        : base(spec, spec.Causal ? "causal FAVOR+ attention" : "FAVOR+ attention")
    {
        _output = B.Operand(AttentionOperands.Output(ValueDim, OperandAccess.Write));
        _logSumExp = B.Operand(AttentionOperands.LogSumExp(OperandAccess.Write));
        _logSumExpRest = HasLogNormaliser ? B.Operand(AttentionOperands.LogSumExpRest(OperandAccess.Write)) : null;
        _state = B.State("state", Features);
        _c = FeatureMap.IsExponential ? _state.AddReference("c", asRow: true) : null;
        _z = _state.AddVector("z", asRow: true);
        _s = _state.AddMatrix("S", ValueDim);
    }

    public static TileProgram Build(FavorSpec spec)
    {
        var program = new FavorProgram(spec);
        return spec.Causal ? program.Causal() : program.Bidirectional();
    }

    private TileProgram Bidirectional()
    {
        var j = Dim.Tokens("j");
        var keys = B.Loop(j, 0, Key.Length);
        B.Fold(keys, _state, () =>
        {
            var k = B.Load("K", Key, keys, Rotation);
            var v = B.Load("V", Value, keys);
            var a = Project("A", k);
            if (FeatureMap.IsExponential)
            {
                var l = LogKeys(j, k, a, seen: null, clock: null);
                B.Rebase(_state, B.ColumnMax("top", j, Features, Whole("L", j, l.Rounded)), Threshold);
                AddKeys(Phi("Fk", j, a, Exponentials(l), where: null), v, j);
            }
            else
            {
                AddKeys(Phi("Fk", j, a, null, where: null), v, j);
            }
        });

        var i = Dim.Tokens("i");
        var queries = B.Loop(i, 0, Query.Length);
        B.Parallel(queries, () =>
        {
            var (q, fq, top) = QueryFeatures(i, queries);
            var d = B.RowSum("D", i, Features, fq * _z);
            var n = B.MatMul("N", fq, _s);
            Finish(i, queries, q, n, d, top, clock: null);
        });
        return B.Build();
    }

    private TileProgram Causal()
    {
        var t = Dim.Tokens("t");
        var tokens = B.Loop(t, 0, Query.Length);
        B.Fold(tokens, _state, () =>
        {
            var k = B.Load("K", Key, tokens, Rotation);
            var v = B.Load("V", Value, tokens);
            var a = Project("A", k);
            var seen = new Position.Below(t, Key.Length);
            if (FeatureMap.IsExponential)
            {
                var clock = Decay?.Load(tokens);
                var l = LogKeys(t, k, a, seen, clock);
                B.Runs("L", t, Whole("L", t, l.Rounded), _state, Threshold, Rise, () =>
                {
                    // The same c here, in S and on the query side.
                    CausalTile(t, tokens, Phi("Fk", t, a, Exponentials(l), new Position.InRun()), v, clock);
                });
            }
            else
            {
                CausalTile(t, tokens, Phi("Fk", t, a, null, seen), v, clock: null);
            }
        });
        return B.Build();
    }

    /// <summary>φ(k) relative to c.</summary>
    private IReadOnlyList<Expr> Exponentials(KeyLogarithms l) => [.. l.Less(_c!).Select(log => Expr.Exp2(log, SummedFlush))];

    /// <summary>
    /// Outputs of one tile, from the tokens before it (S, z) and from its own lower triangle (P); then its keys join the state.
    /// </summary>
    private void CausalTile(Dim t, TokenLoop tokens, Tile fk, Tile v, TwoFloats? clock)
    {
        var sum = B.ColumnSum("zt", t, Features, fk);
        var (q, fq, top) = QueryFeatures(t, tokens);
        var before = B.RowSum("Dz", t, Features, fq * _z);
        var n = B.MatMul("N", fq, _s);
        var p = B.MatMul("P", fq, fk, transposeB: true, structure: Structure.LowerTarget);
        var within = B.RowSum("Dp", t, t, p);
        B.AddMatMul(n, p, v, structure: Structure.LowerLeft);
        Finish(t, tokens, q, n, B.Map("D", t, Dim.One, before + within), top, clock);
        AddKeys(fk, v, sum);
    }

    /// <summary>
    /// The queries, φ(q) relative to its largest exponential, [tokens, m], and its logarithm [tokens] where there are exponentials.
    /// </summary>
    private (Tile Queries, Tile Features, Tile? Maximum) QueryFeatures(Dim tokens, TokenLoop loop)
    {
        var q = B.Load("Q", Query, loop, Rotation);
        var b = Project("B", q);
        if (!FeatureMap.IsExponential)
        {
            return (q, Phi("Fq", tokens, b, null, where: null), null);
        }

        var (top, exponentials) = RelativeToMaximum("Y", tokens, b, _c!);
        return (q, Phi("Fq", tokens, b, exponentials, where: null), top);
    }

    private void AddKeys(Tile fk, Tile v, Dim tokens) => AddKeys(fk, v, B.ColumnSum("zt", tokens, Features, fk));

    /// <summary>
    /// S += φ(k)ᵀv, z += Σ φ(k): the sums of a tile first, then one addition, which a backend makes as precise as millions of tokens ask
    /// for.
    /// </summary>
    private void AddKeys(Tile fk, Tile v, Tile sum)
    {
        B.Add(_z, sum);
        B.AddMatMul(_s, fk, v, transposeA: true);
    }

    /// <summary>o = N / D, zeros where no key was seen, or o = N times what the map left out; and the log-sum-exp.</summary>
    /// <param name="tokens">The queries.</param>
    /// <param name="loop">Over them.</param>
    /// <param name="q">Themselves.</param>
    /// <param name="n">N.</param>
    /// <param name="d">D.</param>
    /// <param name="top">What both are relative to; null: nothing.</param>
    /// <param name="clock">What is left of the sums at each query; null: all.</param>
    private void Finish(Dim tokens, TokenLoop loop, Tile q, Tile n, Tile d, Tile? top, TwoFloats? clock)
    {
        var r = B.Map(
            "R", tokens, Dim.One, IsNormalized ? Expr.Select(Condition.IsZero(d), 0, (Expr)1 / d) : Unnormalised(tokens, q, top, clock));
        B.Store(_output, B.Map("O", tokens, ValueDim, (Expr)n * r), loop);

        // Of gains that fade the sum may be negative, and gradients ask how large it is.
        var logD = B.Map("logD", tokens, Dim.One, Expr.Log2(clock is not null && FeatureMap.HasGain ? Expr.Abs(d) : d));
        var shift = top is null ? null
            : clock is null ? new TwoFloats(top, null)
            : TwoFloats.Sum(B, "Mg", tokens, new TwoFloats(top, null), clock);
        var whole = shift is null ? (Expr)logD : shift.Rounded + logD;
        var lse = B.Map("lse", tokens, Dim.One, (shift?.Rest is { } lost ? whole + lost : whole) * Base2.Ln2);
        B.Store(_logSumExp, lse, loop);
        if (_logSumExpRest is not null)
        {
            var rounded = B.Map("n", tokens, Dim.One, TwoFloats.RoundedLogNormaliser(lse));
            var rest = TwoFloats.RestOf(shift!.Rounded, logD, rounded);
            B.Store(
                _logSumExpRest,
                B.Map("nr", tokens, Dim.One, Expr.Select(Condition.IsZero(d), 0, shift.Rest is null ? rest : rest + shift.Rest)), loop);
        }
    }

    /// <summary>
    /// What N is to be multiplied by to be φ(q)ᵀS: the maximum that it is relative to, the query's own norm, and the weight of a feature.
    /// </summary>
    private Expr Unnormalised(Dim tokens, Tile q, Tile? top, TwoFloats? clock)
    {
        if (top is null)
        {
            return FeatureMap.Weight;
        }

        return Expr.Exp2((QueryOffset(tokens, q, clock)?.TakenFrom(top) ?? (Expr)top) + Math.Log(FeatureMap.Weight, 2));
    }
}
