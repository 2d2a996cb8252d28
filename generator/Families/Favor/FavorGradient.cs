using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// The gradients of FAVOR+ attention as tile programs: two folds like the forward's, without a subtraction. With g = ∂loss/∂o, δ = −gᵀo and
/// G̃ = [g, δ] / normaliser of each query, ∂loss/∂φ(q_i) = S_i G̃_i, and with R = Σ φ(q_i)G̃_iᵀ over the queries that see key j,
/// ∂loss/∂φ(k_j) = R[v_j, 1] and ∂loss/∂v_j = Rᵀφ(k_j).
/// </summary>
/// <remarks>
/// R keeps a reference e per feature, as S keeps c, for logarithms that include the normaliser: u = log φ(q) − log-sum-exp. References are
/// constants to the gradient, since no output depends on them. generator/Families/README.md derives the rest.
/// </remarks>
internal sealed class FavorGradient : FavorTiles
{
    private readonly Operand? _output, _logSumExp, _logSumExpRest, _reciprocal, _clockGradient;
    private readonly Operand _outputGradient, _queryGradient, _keyGradient, _valueGradient;
    private readonly Parameter _gradientWeights;

    /// <param name="spec">The declaration.</param>
    /// <param name="name">What the program computes.</param>
    /// <param name="reciprocal">
    /// Whether it leaves the reciprocals of normalisers to the next program, or has them from the one before.
    /// </param>
    private FavorGradient(FavorSpec spec, string name, OperandAccess reciprocal)
        : base(spec, name)
    {
        _outputGradient = B.Operand(AttentionOperands.OutputGradient(ValueDim));
        _output = IsNormalized || Decay is not null ? B.Operand(AttentionOperands.Output(ValueDim, OperandAccess.Read)) : null;
        _logSumExp = HasLogNormaliser || HasFadingGains ? B.Operand(AttentionOperands.LogSumExp(OperandAccess.Read)) : null;
        _logSumExpRest = HasLogNormaliser ? B.Operand(AttentionOperands.LogSumExpRest(OperandAccess.Read)) : null;
        _reciprocal = IsNormalized && spec.Causal && (HasFadingGains || !FeatureMap.IsExponential)
            ? B.Operand(AttentionOperands.Reciprocal(reciprocal))
            : null;
        _queryGradient = B.Operand(AttentionOperands.QueryGradient(HeadDim));
        _keyGradient = B.Operand(AttentionOperands.KeyGradient(HeadDim));
        _valueGradient = B.Operand(AttentionOperands.ValueGradient(ValueDim));
        _clockGradient = Decay is { IsDifferentiable: true } ? Decay.Gradient() : null;
        _gradientWeights = B.Parameter(ProjectionParameters.Weights(
            "Wg", Projections, HeadDim, isTransform: false, FeatureMap.ProjectionGradientScale, FeatureMap.ProjectionHyperparameter));
    }

    /// <summary>
    /// The programs, to be run one after the other; none where the derivative of the kernel function is too large to compute with.
    /// </summary>
    public static IReadOnlyList<TileProgram> Build(FavorSpec spec) => FeatureMap.Of(spec).Derivatives is null
        ? []
        : spec.Causal
        ?
        [
            new FavorGradient(spec, "causal FAVOR+ attention, gradient of the queries", OperandAccess.Write).CausalQueries(),
            new FavorGradient(spec, "causal FAVOR+ attention, gradients of the keys and values", OperandAccess.Read).CausalKeys(),
        ]
        : [new FavorGradient(spec, "FAVOR+ attention, gradients", OperandAccess.Write).Bidirectional()];

    /// <summary>
    /// Whether φ is a gain times an exponential of the clock, and the sum that outputs are divided by may be negative.
    /// </summary>
    private bool HasFadingGains => IsNormalized && Decay is not null && FeatureMap.HasGain;

    /// <summary>What the gradient of the outputs comes to at a tile of queries.</summary>
    /// <param name="LogNormaliser">What log φ(q) is relative to, [tokens]; null for maps that are gains alone.</param>
    /// <param name="G">g, over the normaliser where that is not in the logarithm, [tokens, dv].</param>
    /// <param name="Delta">δ = −gᵀo, likewise, [tokens]; null without a normaliser.</param>
    private readonly record struct Weighed(TwoFloats? LogNormaliser, Tile G, Tile? Delta);

    private TileProgram Bidirectional()
    {
        // What all keys summed up to in the forward pass.
        var kept = B.KeptState("kept", Features);
        var c = FeatureMap.IsExponential ? kept.AddReference("c", asRow: true) : null;
        var z = kept.AddVector("z", asRow: true);
        var s = kept.AddMatrix("S", ValueDim);
        var sums = new QuerySums(this);

        var i = Dim.Tokens("i");
        var queries = B.Loop(i, 0, Query.Length);
        B.Fold(queries, sums.State, () =>
        {
            var q = B.Load("Q", Query, queries, Rotation);
            var b = Project("B", q);
            var gains = FeatureMap.IsExponential ? null : Phi("Fq", i, b, null, where: null);
            var weighed = gains is not null ? WeighByNormaliser(i, queries, gains, z, fk: null)
                : IsNormalized && FeatureMap.HasGain ? WeighSigned(i, queries, b, c!, z)
                : WeighByLogarithm(i, queries, q, clock: null);
            Tile? toReference = null;
            if (FeatureMap.IsExponential)
            {
                B.Rebase(sums.State, B.ColumnMax("top", i, Features, Whole("U", i, [.. RoundedLogarithms(b, weighed)])), Threshold);
                // φ(q) is relative to e here, and S to c.
                toReference = B.Map("E", Dim.One, Features, Expr.Exp2((Expr)sums.Reference! + c!));
            }

            var x = B.MatMul("X", weighed.G, s, transposeB: true);
            var fq = gains is not null ? new Exponentials(gains, null) : QueryExponentials(i, b, weighed, sums, where: null);
            var dphi = weighed.Delta is null ? (Expr)x : x + ((Expr)weighed.Delta * z);
            StoreQueryGradient(queries, q, b, fq, toReference is null ? dphi : dphi * toReference);
            sums.Add(weighed, fq.Phi, sums.SumDelta(weighed, fq.Phi, i));
        });

        var j = Dim.Tokens("j");
        var keys = B.Loop(j, 0, Key.Length);
        B.Parallel(keys, () =>
        {
            var k = B.Load("K", Key, keys, Rotation);
            var v = B.Load("V", Value, keys);
            var a = Project("A", k);
            var x = B.MatMul("Y", v, sums.R, transposeB: true);
            var fk = KeyFeatures(j, k, a, sums, seen: null, clock: null);
            StoreKeyGradients(keys, k, a, fk, x, sums, B.MatMul("dV", fk.Phi, sums.R), seen: null, go: null);
        });
        return B.Build();
    }

    /// <summary>The forward's scan again: S_i of each query, from the tiles before it and from its own lower triangle.</summary>
    private TileProgram CausalQueries()
    {
        var state = B.State("state", Features);
        var c = FeatureMap.IsExponential ? state.AddReference("c", asRow: true) : null;
        var z = state.AddVector("z", asRow: true);
        var s = state.AddTransposedMatrix("St", ValueDim);
        var t = Dim.Tokens("t");
        var tokens = B.Loop(t, 0, Query.Length);
        B.Fold(tokens, state, () =>
        {
            var k = B.Load("K", Key, tokens, Rotation);
            var v = B.Load("V", Value, tokens);
            var a = Project("A", k);
            var seen = new Position.Below(t, Key.Length);
            TwoFloats? clock = null;
            if (!FeatureMap.IsExponential)
            {
                Tile(Phi("Fk", t, a, null, seen));
                return;
            }

            clock = Decay?.Load(tokens);
            var l = LogKeys(t, k, a, seen, clock);
            B.Runs(
                "L", t, Whole("L", t, l.Rounded), state, Threshold, Rise,
                () => Tile(Phi("Fk", t, a, [.. l.Less(c!).Select(log => Expr.Exp2(log, SummedFlush))], new Position.InRun())));

            void Tile(Tile fk)
            {
                var sum = B.ColumnSum("zt", t, Features, fk);
                var q = B.Load("Q", Query, tokens, Rotation);
                var b = Project("B", q);

                // Gains are asked for by the normaliser alone.
                var fading = HasFadingGains ? FadingNormaliser(t, tokens, clock!) : null;
                var gains = fading is not null ? ReadingQueries(t, b, fading, c!)
                    : new Exponentials(FeatureMap.IsExponential || !IsNormalized ? null : Phi("Fq", t, b, null, where: null), null);
                var weighed = FeatureMap.IsExponential && fading is null
                    ? WeighByLogarithm(t, tokens, q, clock)
                    : WeighByNormaliser(t, tokens, gains.Features, z, fk);
                var within = Within(t, B.MatMul("T", weighed.G, v, transposeB: true, structure: Structure.LowerTarget), weighed.Delta);
                var x = B.MatMul("X", weighed.G, s);
                B.AddMatMul(x, within, fk, structure: Structure.LowerLeft);
                var fq = weighed.LogNormaliser is { } normaliser ? ReadingQueries(t, b, normaliser, c!) : gains;
                StoreQueryGradient(tokens, q, b, fq, weighed.Delta is null ? x : x + ((Expr)weighed.Delta * z));
                B.Add(z, sum);
                B.AddMatMul(s, v, fk, transposeA: true);
            }
        });
        return B.Build();
    }

    /// <summary>From the last token to the first: R_j of each key, from the queries after its tile and from its own tile's.</summary>
    private TileProgram CausalKeys()
    {
        var sums = new QuerySums(this);
        var t = Dim.Tokens("t");
        var tokens = B.ReversedLoop(t, Query.Length);
        B.Fold(tokens, sums.State, () =>
        {
            var q = B.Load("Q", Query, tokens, Rotation);
            var b = Project("B", q);
            if (!FeatureMap.IsExponential)
            {
                Tile(Phi("Fq", t, b, null, where: null), WeighByReciprocal(t, tokens), clock: null);
                return;
            }

            var clock = Decay?.Load(tokens);
            var weighed = HasFadingGains
                ? WeighByReciprocal(t, tokens) with { LogNormaliser = FadingNormaliser(t, tokens, clock!) }
                : WeighByLogarithm(t, tokens, q, clock);
            B.Runs(
                "U", t, Whole("U", t, [.. RoundedLogarithms(b, weighed)]), sums.State, Threshold, Rise,
                () => Tile(QueryExponentials(t, b, weighed, sums, new Position.InRun()).Phi, weighed, clock));

            void Tile(Tile fq, Weighed weighed, TwoFloats? clock)
            {
                // Positions count from the last token, and keys past the key length come first.
                var seen = new Condition.Not(new Position.Below(t, Query.Length - Key.Length));
                var sum = sums.SumDelta(weighed, fq, t);
                var k = B.Load("K", Key, tokens, Rotation);
                var v = B.Load("V", Value, tokens);
                var a = Project("A", k);
                var delta = weighed.Delta is null ? null : B.Transpose("deltaT", weighed.Delta);
                var within = Within(t, B.MatMul("T", v, weighed.G, transposeB: true, structure: Structure.LowerTarget), delta);
                var x = B.MatMul("Y", v, sums.R, transposeB: true);
                B.AddMatMul(x, within, fq, structure: Structure.LowerLeft);
                var fk = KeyFeatures(t, k, a, sums, seen, clock);
                var weights = B.MatMul("P", fk.Phi, fq, transposeB: true, structure: Structure.LowerTarget);
                var dv = B.MatMul("dV", fk.Phi, sums.R);
                B.AddMatMul(dv, weights, weighed.G, structure: Structure.LowerLeft);

                // Of a query all weights have the factor 2^Γ, which a normaliser cancels.
                var go = _clockGradient is null || IsNormalized ? null : OutputDotGradient(t, tokens, weighed.G);
                StoreKeyGradients(tokens, k, a, fk, x, sums, dv, seen, go);
                sums.Add(weighed, fq, sum);
            }
        });
        return B.Build();
    }

    /// <summary>log φ(q) relative to the normaliser, as one float for each feature, which is enough to choose references by.</summary>
    private IEnumerable<Expr> RoundedLogarithms(Tile b, Weighed weighed) => Logs(b).Select(log => log - weighed.LogNormaliser!.Rounded);

    /// <summary>Where φ(q) is an exponential: u = log φ(q) − log-sum-exp, or all of log φ(q) where nothing normalises.</summary>
    private Weighed WeighByLogarithm(Dim t, TokenLoop tokens, Tile q, TwoFloats? clock)
    {
        var g = B.Load("G", _outputGradient, tokens);
        if (!IsNormalized)
        {
            var weight = Math.Log(FeatureMap.Weight, 2);
            if (QueryOffset(t, q, clock) is not { } offset)
            {
                return new Weighed(new TwoFloats(-weight, null), g, null);
            }

            var n = B.Map("n", t, Dim.One, offset.Rounded - weight);
            return new Weighed(
                new TwoFloats(n, B.Map("nr", t, Dim.One, TwoFloats.RestOf(offset.Rounded, -weight, n) + offset.Rest!)), g, null);
        }

        var lse = B.Load("lse", _logSumExp!, tokens);

        // A query that sees no key has no gradient.
        var none = new Condition.Compare(Comparison.Equal, lse, double.NegativeInfinity);
        TwoFloats normaliser;
        if (clock is null)
        {
            var rounded = B.Map("n", t, Dim.One, Expr.Select(none, double.PositiveInfinity, TwoFloats.RoundedLogNormaliser(lse)));
            normaliser = new TwoFloats(rounded, B.Load("nr", _logSumExpRest!, tokens));
        }
        else
        {
            // Where weights fade with the clock, what is left of the sums at the query is in its log-sum-exp, and not in S.
            var whole = B.Map("n", t, Dim.One, Expr.Select(none, 0, TwoFloats.RoundedLogNormaliser(lse)));
            var own = TwoFloats.Sum(B, "ng", t, new TwoFloats(whole, B.Load("nr", _logSumExpRest!, tokens)), -clock);
            normaliser = new TwoFloats(
                B.Map("ns", t, Dim.One, Expr.Select(none, double.PositiveInfinity, own.Rounded)), own.Rest);
        }

        return new Weighed(normaliser, g, B.Map("delta", t, Dim.One, -OutputDotGradient(t, tokens, g)));
    }

    /// <summary>
    /// About the logarithm of a query's normaliser, less its clock, where that has a sign: one float, which what the sum comes to beside it
    /// is relative to.
    /// </summary>
    private TwoFloats FadingNormaliser(Dim t, TokenLoop tokens, TwoFloats clock)
    {
        var lse = B.Load("lse", _logSumExp!, tokens);
        var none = new Condition.Compare(Comparison.Equal, lse, double.NegativeInfinity);
        return new TwoFloats(
            B.Map(
                "n", t, Dim.One, Expr.Select(none, double.PositiveInfinity, TwoFloats.RoundedLogNormaliser(lse) - clock.Rounded)), null);
    }

    /// <summary>Exponentials with a sign: the sum of the weights can be negative, so its logarithm does not tell it.</summary>
    private Weighed WeighSigned(Dim t, TokenLoop tokens, Tile b, Tile c, Tile z)
    {
        var (top, exponentials) = RelativeToMaximum("Yc", t, b, c);
        var d = B.RowSum("D", t, Features, Phi("Fc", t, b, exponentials, where: null) * z);
        var logD = B.Map("logD", t, Dim.One, Expr.Log2(Expr.Abs(d)));
        var none = Condition.IsZero(d);
        var n = B.Map("n", t, Dim.One, Expr.Select(none, double.PositiveInfinity, top + logD));
        var nr = B.Map("nr", t, Dim.One, Expr.Select(none, 0, TwoFloats.RestOf(top, logD, n)));
        var sign = B.Map("sign", t, Dim.One, Expr.Select(new Condition.Compare(Comparison.Less, d, 0), -1, 1));
        return Weigh(t, tokens, new TwoFloats(n, nr), sign);
    }

    /// <summary>
    /// Where φ is a gain alone: 1/D from z and, in causal programs, the keys of the tile; it is kept for the next program.
    /// </summary>
    private Weighed WeighByNormaliser(Dim t, TokenLoop tokens, Tile? fq, Tile z, Tile? fk)
    {
        if (!IsNormalized)
        {
            return Weigh(t, tokens, null, FeatureMap.Weight);
        }

        var d = B.RowSum(fk is null ? "D" : "Dz", t, Features, fq! * z);
        if (fk is not null)
        {
            var within = B.RowSum("Dp", t, t, B.MatMul("P", fq!, fk, transposeB: true, structure: Structure.LowerTarget));
            d = B.Map("D", t, Dim.One, d + within);
        }

        var reciprocal = B.Map("rD", t, Dim.One, Expr.Select(Condition.IsZero(d), 0, (Expr)1 / d));
        if (_reciprocal is not null)
        {
            B.Store(_reciprocal, reciprocal, tokens);
        }

        return Weigh(t, tokens, null, reciprocal);
    }

    private Weighed WeighByReciprocal(Dim t, TokenLoop tokens) =>
        Weigh(t, tokens, null, _reciprocal is null ? FeatureMap.Weight : (Expr)B.Load("rD", _reciprocal, tokens));

    private Weighed Weigh(Dim t, TokenLoop tokens, TwoFloats? logNormaliser, Expr factor)
    {
        var g = B.Load("G", _outputGradient, tokens);
        var weighed = B.Map("Gw", t, ValueDim, g * factor);
        var delta = IsNormalized ? B.Map("delta", t, Dim.One, -OutputDotGradient(t, tokens, g) * factor) : null;
        return new Weighed(logNormaliser, weighed, delta);
    }

    private Expr OutputDotGradient(Dim t, TokenLoop tokens, Tile g) => B.RowSum("go", t, ValueDim, g * B.Load("O", _output!, tokens));

    /// <summary>G̃[v, 1]ᵀ, or its transpose, of the pairs of a tile that attend to each other.</summary>
    private Tile Within(Dim t, Tile products, Tile? delta) => delta is null
        ? products
        : B.Map("Td", t, t, Expr.Select(new Position.Sees(new Sight(Visibility.Causal, Queries: t, Keys: t)), products + delta, 0));

    /// <summary>φ, and 2^(log φ) where a gain multiplies that.</summary>
    /// <param name="Scale">What φ of each token is to be multiplied by, [tokens], where it is relative to its own largest feature.</param>
    private readonly record struct Exponentials(Tile? Features, Tile? Powers, Tile? Scale = null)
    {
        public Tile Phi => Features ?? throw new InvalidOperationException("These features are not made.");
    }

    /// <param name="name">Of whose features.</param>
    /// <param name="t">The tokens.</param>
    /// <param name="projections">Wx̂.</param>
    /// <param name="powers">One for each branch, or one that serves all.</param>
    /// <param name="where">Where features are not 0.</param>
    /// <param name="asksForGains">Whether anything reads a gain times a power.</param>
    private Exponentials Exponential(
        string name, Dim t, Tile projections, IEnumerable<Expr> powers, Condition? where, bool asksForGains = true)
    {
        if (!FeatureMap.HasGain)
        {
            return new Exponentials(
                Branches("F" + name, t, Features, powers.Select(power => where is null ? power : Expr.Select(where, power, 0))), null);
        }

        var tile = Branches("E" + name, t, Features, powers);
        return new Exponentials(asksForGains ? Phi("F" + name, t, projections, [tile], where) : null, tile);
    }

    /// <summary>
    /// φ(q) / normaliser, relative to e. Where norms are large e and the log-normaliser are large numbers that nearly cancel: they come
    /// together first, or each would take its rounding into the exponent.
    /// </summary>
    private Exponentials QueryExponentials(Dim t, Tile b, Weighed weighed, QuerySums sums, Condition? where) =>
        Exponential("q", t, b, Logs(b).Select(log => Expr.Exp2(log - weighed.LogNormaliser!.AddedTo(sums.Reference!), SummedFlush)), where);

    /// <summary>φ(q), relative to what S is; likewise. Without a normaliser it has no scale of its own but its largest feature.</summary>
    private Exponentials ReadingQueries(Dim t, Tile b, TwoFloats normaliser, Tile c)
    {
        if (IsNormalized)
        {
            return Exponential("q", t, b, Logs(b).Select(log => Expr.Exp2(log + normaliser.TakenFrom(c), ReadingFlush)), where: null);
        }

        var (top, powers) = RelativeToMaximum("Yq", t, b, c);

        // Gains are asked for by the gradient of the norm alone.
        return Exponential("q", t, b, powers, where: null, asksForGains: FeatureMap.NormSign != 0) with
        {
            Scale = B.Map("sq", t, Dim.One, Expr.Exp2(normaliser.TakenFrom(top))),
        };
    }

    /// <summary>φ(k), relative to what R is; likewise.</summary>
    private Exponentials KeyFeatures(Dim t, Tile k, Tile a, QuerySums sums, Condition? seen, TwoFloats? clock)
    {
        if (!FeatureMap.IsExponential)
        {
            return new Exponentials(Phi("Fk", t, a, null, seen), null);
        }

        if (!IsNormalized)
        {
            var (top, powers) = RelativeToMaximum("Yk", t, a, sums.Reference!);
            var log = KeyOffset(t, k, clock)?.TakenFrom(top) ?? (Expr)top;
            return Exponential("k", t, a, powers, seen) with { Scale = B.Map("sk", t, Dim.One, Expr.Exp2(log)) };
        }

        return Exponential(
            "k", t, a, LogKeys(t, k, a, seen, clock).Plus(sums.Reference!).Select(log => Expr.Exp2(log, ReadingFlush)), where: null);
    }

    private void StoreQueryGradient(TokenLoop tokens, Tile q, Tile b, Exponentials fq, Expr dphi) =>
        B.Store(
            _queryGradient, Gradient("q", tokens.Tokens, q, b, fq, dphi, null, IsNormalized ? 0 : FeatureMap.NormSign, logSum: null),
            tokens, Rotation);

    /// <param name="tokens">Over the keys.</param>
    /// <param name="k">Themselves.</param>
    /// <param name="a">Wk̂.</param>
    /// <param name="fk">φ(k).</param>
    /// <param name="x">RV.</param>
    /// <param name="sums">R.</param>
    /// <param name="dv">∂loss/∂v.</param>
    /// <param name="seen">The keys that count.</param>
    /// <param name="go">gᵀo, where outputs have the factor 2^Γ and a gradient of Γ is asked for.</param>
    private void StoreKeyGradients(
        TokenLoop tokens, Tile k, Tile a, Exponentials fk, Tile x, QuerySums sums, Tile dv, Condition? seen, Expr? go)
    {
        var t = tokens.Tokens;
        B.Store(_valueGradient, fk.Scale is null ? dv : B.Map("dVs", tokens.Tokens, ValueDim, dv * fk.Scale), tokens);
        var dphi = sums.Delta is null ? (Expr)x : x + sums.Delta;
        if (_clockGradient is null)
        {
            B.Store(_keyGradient, Gradient("k", t, k, a, fk, dphi, seen, FeatureMap.NormSign, logSum: null), tokens, Rotation);
            return;
        }

        // log φ(k) is less by Γ, whatever the feature.
        var sum = B.RowSum("pk", t, Features, fk.Phi * dphi);
        B.Store(_keyGradient, Gradient("k", t, k, a, fk, dphi, seen, FeatureMap.NormSign, sum), tokens, Rotation);
        var ofKey = fk.Scale is null ? (Expr)sum : sum * fk.Scale;
        B.Store(_clockGradient, B.Map("dG", t, Dim.One, go is null ? -ofKey : go - ofKey), tokens);
    }

    /// <summary>
    /// The chain rule from ∂loss/∂φ(x) to ∂loss/∂x: with P = φ∘dφ, (P₊ − P₋)W ∓ (ΣP)x̂ for exponentials and (dφ∘f′)W for gains. The norm
    /// has the sign that it has in log φ; that of a query cancels in a normalised output, and so does its gradient.
    /// </summary>
    /// <param name="name">Of what it is the gradient of.</param>
    /// <param name="t">The tokens.</param>
    /// <param name="x">Themselves.</param>
    /// <param name="projections">Wx̂.</param>
    /// <param name="features">φ(x).</param>
    /// <param name="dphi">∂loss/∂φ(x).</param>
    /// <param name="seen">The tokens that count.</param>
    /// <param name="normSign">The sign of the norm in log φ; 0 where it is not there.</param>
    /// <param name="logSum">The sum of P of each token, where there is one already.</param>
    private Tile Gradient(
        string name, Dim t, Tile x, Tile projections, Exponentials features, Expr dphi, Condition? seen, int normSign, Tile? logSum)
    {
        Tile da;
        Expr? logGradient = null;
        if (!FeatureMap.HasGain)
        {
            var p = B.Map("P" + name, t, Features, features.Phi * dphi);
            logGradient = p;
            da = FeatureMap.Branches == 1
                ? p
                : B.Map("dA" + name, t, Projections, Combine(p, FeatureMap.ProjectionSigns.Select(sign => (Expr)sign)));
        }
        else if (features.Powers is { } powers)
        {
            logGradient = features.Features is null ? null : features.Phi * dphi;
            da = FeatureMap.Branches == 1
                ? B.Map("dA" + name, t, Projections, powers * dphi * FeatureMap.GainDerivative(projections).Single())
                : B.Map(
                    "dA" + name, t, Projections,
                    Combine(B.Map("dF" + name, t, Features, powers * dphi), FeatureMap.GainDerivative(projections)));
        }
        else
        {
            var gradient = FeatureMap.GainDerivative(projections).Single() * dphi;
            da = B.Map("dA" + name, t, Features, seen is null ? gradient : Expr.Select(seen, gradient, 0));
        }

        var sum = normSign == 0 ? null : logSum ?? B.RowSum("p" + name, t, Features, logGradient!);
        var dx = B.MatMul("dX" + name, da, _gradientWeights);
        var coefficient = normSign * 2 * Base2.Ln2 * HalfNormScale;
        if (sum is null && features.Scale is null)
        {
            return dx;
        }

        var whole = sum is null ? (Expr)dx : dx + ((Expr)sum * coefficient * x);
        return B.Map("d" + name, t, HeadDim, features.Scale is null ? whole : whole * features.Scale);
    }

    /// <summary>The sum of the branches of a tile, each times a factor.</summary>
    private Expr Combine(Tile branches, IEnumerable<Expr> factors) => factors
        .Select((factor, index) => (Expr)new Segment(branches, index, Projections) * factor)
        .Aggregate((sum, term) => sum + term);

    /// <summary>R and what belongs to it: the state of the folds over the queries.</summary>
    private sealed class QuerySums
    {
        private readonly FavorGradient _program;

        public QuerySums(FavorGradient program)
        {
            _program = program;
            State = program.B.State("state", program.Features);
            Reference = program.FeatureMap.IsExponential ? State.AddReference("e", asRow: true) : null;
            Delta = program.IsNormalized ? State.AddVector("rho", asRow: true) : null;
            R = State.AddMatrix("R", program.ValueDim);
        }

        public State State { get; }

        /// <summary>e.</summary>
        public Tile? Reference { get; }

        /// <summary>Σ φ(q)δ, the last column of Σ φ(q)G̃ᵀ.</summary>
        public Tile? Delta { get; }

        /// <summary>The other columns.</summary>
        public Tile R { get; }

        /// <summary>Σ φ(q)δ of a tile.</summary>
        public Tile? SumDelta(Weighed weighed, Tile fq, Dim t) =>
            weighed.Delta is null ? null : _program.B.ColumnSum("rhot", t, _program.Features, fq * weighed.Delta);

        /// <summary>Takes a tile of queries in.</summary>
        public void Add(Weighed weighed, Tile fq, Tile? sumOfDelta)
        {
            if (sumOfDelta is not null)
            {
                _program.B.Add(Delta!, sumOfDelta);
            }

            _program.B.AddMatMul(R, fq, weighed.G, transposeA: true);
        }
    }
}
