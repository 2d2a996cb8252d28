using KernelGen.CompilerServices;
using KernelGen.Formulas;

namespace KernelGen;

/// <summary>
/// A random feature map φ as analysis sees it: what a layer's features are, in double and apart from any generated code. With
/// x̂ = x·d^(-1/4), a projection ω_r ~ N(0, 1)^d and h = ‖x̂‖²/2, each softmax map has E[φ(q)ᵀφ(k)] = exp(qᵀk/√d).
/// </summary>
/// <remarks>
/// Immutable. Sources: Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794, for positive, hyperbolic,
/// trigonometric and generalised features; Likhosherstov et al., "Chefs' Random Tables", arXiv:2205.15317, for optimal positive features.
/// </remarks>
public sealed class FeatureMap
{
    private readonly Kind _kind;
    private readonly Func<float, float>? _function;
    private readonly float _epsilon;

    private FeatureMap(Kind kind, string name, double lambda = 0, Func<float, float>? function = null, float epsilon = 0)
    {
        _kind = kind;
        _function = function;
        _epsilon = epsilon;
        Name = name;
        Lambda = lambda;
    }

    private enum Kind
    {
        Positive,
        Hyperbolic,
        Oprf,
        Trigonometric,
        Exponential,
        Function,
    }

    /// <summary>φ_r(x) = exp(ω_rᵀx̂ − h)/√m: FAVOR+'s positive features. Estimates softmax.</summary>
    public static FeatureMap Positive { get; } = new(Kind.Positive, "positive");

    /// <summary>
    /// φ_r±(x) = exp(±ω_rᵀx̂ − h)/√m, two features of a projection. Estimates softmax with less variance than <see cref="Positive"/>.
    /// </summary>
    public static FeatureMap Hyperbolic { get; } = new(Kind.Hyperbolic, "hyperbolic");

    /// <summary>
    /// φ_r(x) = √(2/m)·exp(+h)·{sin ω_rᵀx̂, cos ω_rᵀx̂}, two features of a projection. Estimates softmax, but a normaliser can turn 0 or
    /// negative; it is here to compare with.
    /// </summary>
    public static FeatureMap Trigonometric { get; } = new(Kind.Trigonometric, "trigonometric");

    /// <summary>φ_r(x) = exp(ω_rᵀx̂)/√m, without a norm: the generalised kernel of f = exp. E[φ(q)ᵀφ(k)] = exp(‖q̂ + k̂‖²/2).</summary>
    public static FeatureMap Exponential { get; } = new(Kind.Exponential, "exp");

    /// <summary>What tables and messages call it.</summary>
    public string Name { get; }

    /// <summary>Whether E[φ(q)ᵀφ(k)] = exp(qᵀk/√d), so that attention with φ estimates softmax attention.</summary>
    public bool EstimatesSoftmax => _kind is not (Kind.Exponential or Kind.Function);

    /// <summary>The features that one projection gives: 2 for <see cref="Hyperbolic"/> and <see cref="Trigonometric"/>, else 1.</summary>
    public int Branches => _kind is Kind.Hyperbolic or Kind.Trigonometric ? 2 : 1;

    /// <summary>The λ of <see cref="Oprf"/>; 0 for every other map.</summary>
    public double Lambda { get; }

    /// <summary>Whether features have gains other than 1; a map without them is positive.</summary>
    internal bool HasGain => _kind is Kind.Trigonometric or Kind.Function;

    /// <summary>
    /// Optimal positive features (FAVOR++): log φ_r(x) = A‖ω_r‖² + B·ω_rᵀx̂ − h + (d/4)·log(1 − 4A) − ½·log m with B = √(1 − 4A),
    /// A = (1 − 1/ρ)/8 and ρ = [√((2λ + d)² + 8dλ) − 2λ − d]/(4λ). Estimates softmax for every λ, with the least variance where
    /// ‖q̂ + k̂‖² = λ; λ = 0 gives <see cref="Positive"/>.
    /// </summary>
    /// <param name="lambda">The ‖q̂ + k̂‖² to be best at; finite and at least 0. <see cref="OprfLambda"/> finds it from data.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not finite, or below 0.</exception>
    public static FeatureMap Oprf(double lambda)
    {
        if (!double.IsFinite(lambda) || lambda < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lambda), lambda, FormattableString.Invariant($"lambda is {lambda}, but must be finite and at least 0."));
        }

        return new FeatureMap(Kind.Oprf, FormattableString.Invariant($"OPRF (λ = {lambda:G3})"), lambda);
    }

    /// <summary>
    /// φ_r(x) = (f(ω_rᵀx̂) + ε)/√m: a generalised kernel. It estimates the kernel E[(f(ωᵀq̂) + ε)(f(ωᵀk̂) + ε)], not softmax.
    /// </summary>
    /// <param name="function">f, pure; it may be called from several threads at once.</param>
    /// <param name="epsilon">ε, added to every feature; finite.</param>
    /// <param name="name">What to call it; "function" by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not finite.</exception>
    public static FeatureMap Of(Func<float, float> function, float epsilon = 0, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (!float.IsFinite(epsilon))
        {
            throw new ArgumentOutOfRangeException(
                nameof(epsilon), epsilon, FormattableString.Invariant($"epsilon is {epsilon}, but must be finite."));
        }

        return new FeatureMap(Kind.Function, name ?? "function", function: function, epsilon: epsilon);
    }

    /// <summary>
    /// The λ to give <see cref="Oprf"/> for such queries and keys: the mean of ‖q̂ + k̂‖² over all pairs of a head (whether causal or
    /// not), averaged over the heads that have pairs.
    /// </summary>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, key heads, key length, head dim].</param>
    /// <param name="shape">The sizes; the head dimension follows from them.</param>
    /// <param name="keyLengths">For each sequence how many keys count; empty: all.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or no head has both a query and a key.</exception>
    /// <remarks>
    /// Cost: one pass, O(d) a token, since the mean is mean ‖q̂‖² + mean ‖k̂‖² + 2·(mean q̂)ᵀ(mean k̂). Calibrate on a sample before use,
    /// never on the very sequence in causal attention: its later tokens would change earlier outputs.
    /// </remarks>
    public static double OprfLambda(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, AttentionShape shape, ReadOnlySpan<int> keyLengths = default)
    {
        ShapeChecks.Check(shape, causal: false);
        var dim = HeadTensor.Dim(query.Length, shape.Batch, shape.Heads, shape.QueryLength, nameof(query));
        ShapeChecks.CheckTensor(key.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, dim, nameof(key));
        ShapeChecks.CheckKeyLengths(keyLengths, shape, nameof(keyLengths), nameof(keyLengths));
        double sum = 0;
        long heads = 0;
        var queryMean = new double[dim];
        var keyMean = new double[dim];
        for (var batch = 0; batch < shape.Batch; batch++)
        {
            var keys = keyLengths.IsEmpty ? shape.KeyLength : keyLengths[batch];
            for (var head = 0; head < shape.Heads && keys > 0; head++)
            {
                var squares = Moments(HeadTensor.OfQueries(query, shape, dim, batch, head), shape.QueryLength, queryMean)
                    + Moments(HeadTensor.OfKeys(key, shape, dim, batch, head), keys, keyMean);
                sum += (squares + 2 * Products.Dot(queryMean, keyMean)) / Math.Sqrt(dim);
                heads++;
            }
        }

        return heads > 0
            ? sum / heads
            : throw new ArgumentException($"λ needs a query and a key, but 0 heads of {shape} have both.", nameof(shape));
    }

    /// <summary>The projections that so many features need: <paramref name="features"/> / <see cref="Branches"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    /// <exception cref="ArgumentException">Not a multiple of <see cref="Branches"/>.</exception>
    public int ProjectionRows(int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return features % Branches == 0
            ? features / Branches
            : throw new ArgumentException(
                $"{features} features are no multiple of the {Branches} that a projection gives with {Name} features.", nameof(features));
    }

    /// <summary>
    /// φ of some tokens as φ_r = gain_r·exp(logScale_r), which neither overflows nor vanishes at any norm that a float has. Features are in
    /// the order [branch, projection]: all + then all − for <see cref="Hyperbolic"/>, all sin then all cos for <see cref="Trigonometric"/>.
    /// </summary>
    /// <param name="tokens">Queries or keys, [tokens, <paramref name="projection"/>.Columns], not yet scaled by d^(-1/4).</param>
    /// <param name="projection">W.</param>
    /// <param name="logScale">Overwritten, [tokens, features]: natural logarithms, the m^(-1/2) included.</param>
    /// <param name="gain">Overwritten, [tokens, features]: in [−1, 1], and 1 where a map is an exponential.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>
    /// Cost: projections × d multiplications and one function of a number for each token and feature; allocates as much again.
    /// </remarks>
    public void Compute(ReadOnlySpan<float> tokens, Projection projection, Span<double> logScale, Span<double> gain)
    {
        ArgumentNullException.ThrowIfNull(projection);
        var dim = projection.Columns;
        if (tokens.Length % dim != 0)
        {
            throw new ArgumentException(
                $"tokens holds {tokens.Length} numbers, which is no multiple of the projection's {dim} columns.", nameof(tokens));
        }

        var count = tokens.Length / dim;
        var expected = (long)count * projection.Rows * Branches;
        CheckLength(logScale.Length, expected, nameof(logScale));
        CheckLength(gain.Length, expected, nameof(gain));
        var scaled = new double[tokens.Length];
        HeadTensor.Scale(tokens, Math.Pow(dim, -0.25), scaled);
        new ProjectedFeatures(this, projection.Weights, projection.Rows, dim).Compute(scaled, count, logScale, gain);
        if (!HasGain)
        {
            gain.Fill(1);
        }
    }

    /// <summary>
    /// The variance of the estimate φ(q)ᵀφ(k) relative to the square of what it estimates, for independent Gaussian projections.
    /// </summary>
    /// <param name="squaredSum">‖q̂ + k̂‖² with x̂ = x·d^(-1/4): what all but trigonometric features depend on.</param>
    /// <param name="squaredDifference">‖q̂ − k̂‖²: what trigonometric features depend on.</param>
    /// <param name="headDim">d; only <see cref="Oprf"/> depends on it.</param>
    /// <param name="features">m.</param>
    /// <exception cref="ArgumentOutOfRangeException">A norm is negative or NaN, or a size is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="features"/> is no multiple of <see cref="Branches"/>.</exception>
    /// <exception cref="NotSupportedException">The map is <see cref="Of"/>, which has no general closed form.</exception>
    /// <remarks>
    /// With n = ‖q̂ + k̂‖² and m' = m/2: positive and exp (eⁿ − 1)/m; hyperbolic ½(1 − e⁻ⁿ)(eⁿ − 1)/m'; OPRF
    /// [((1 + ρ)/(2√ρ))^d·e^(ρn) − 1]/m for every λ, not only λ = n; trigonometric ½eᵘ(1 − e⁻ᵘ)²/m' with u = ‖q̂ − k̂‖². Orthogonal
    /// projections have less. Sources: arXiv:2009.14794, lemma 2 (theorem 2 for orthogonal ones), and arXiv:2205.15317.
    /// </remarks>
    public double RelativeVariance(double squaredSum, double squaredDifference, int headDim, int features)
    {
        CheckNorm(squaredSum, nameof(squaredSum));
        CheckNorm(squaredDifference, nameof(squaredDifference));
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        var rows = ProjectionRows(features);
        var squared = _kind == Kind.Trigonometric ? squaredDifference : squaredSum;
        return RelativeCovariance(squared, squared, squared, headDim) / rows;
    }

    /// <summary>As the other overload, for a query and a key of d numbers each, not yet scaled.</summary>
    /// <exception cref="ArgumentException">
    /// The lengths differ or are 0, or <paramref name="features"/> is no multiple of <see cref="Branches"/>.
    /// </exception>
    /// <exception cref="NotSupportedException">The map is <see cref="Of"/>.</exception>
    public double RelativeVariance(ReadOnlySpan<float> query, ReadOnlySpan<float> key, int features)
    {
        if (query.Length != key.Length || query.IsEmpty)
        {
            throw new ArgumentException(
                $"query holds {query.Length} numbers and key {key.Length}; they must be equally many, and at least 1.", nameof(key));
        }

        double sum = 0;
        double difference = 0;
        for (var i = 0; i < query.Length; i++)
        {
            double q = query[i];
            double k = key[i];
            sum += (q + k) * (q + k);
            difference += (q - k) * (q - k);
        }

        var scale = 1 / Math.Sqrt(query.Length);
        return RelativeVariance(sum * scale, difference * scale, query.Length, features);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>
    /// The sign s of the z_j = q̂ + s·k̂_j that variances depend on: −1 for trigonometric features, else 1.
    /// </summary>
    internal int VarianceSign => _kind == Kind.Trigonometric ? -1 : 1;

    /// <summary>The sign of ‖x̂‖²/2 in the logarithm of a feature; 0 where it is not there.</summary>
    internal int NormSign => _kind switch
    {
        Kind.Positive or Kind.Hyperbolic or Kind.Oprf => -1,
        Kind.Trigonometric => 1,
        _ => 0,
    };

    /// <summary>The square of the m^(-1/2) or m'^(-1/2) that features are multiplied by.</summary>
    internal double Weight(int features) => (_kind == Kind.Trigonometric ? 2.0 : 1.0) / features;

    /// <summary>
    /// Cov(K̂_j, K̂_l)/(K_j·K_l) of the estimates for two keys and the same query from one Gaussian projection (all branches together).
    /// </summary>
    /// <param name="squaredJ">‖z_j‖².</param>
    /// <param name="squaredL">‖z_l‖².</param>
    /// <param name="product">z_jᵀz_l.</param>
    /// <param name="dim">d.</param>
    internal double RelativeCovariance(double squaredJ, double squaredL, double product, int dim)
    {
        return _kind switch
        {
            Kind.Positive or Kind.Exponential => FeatureCovariance.OfPositive(product),
            Kind.Hyperbolic or Kind.Trigonometric => FeatureCovariance.OfPairs(product),
            Kind.Oprf => FeatureCovariance.OfOptimal(squaredJ, squaredL, product, FeatureCovariance.Rho(Lambda, dim), dim),
            _ => throw new NotSupportedException($"The variance of {Name} features has no general closed form; measure it instead."),
        };
    }

    /// <summary>Log-scales and gains from projected tokens.</summary>
    /// <param name="projected">ω_rᵀx̂, [tokens, projections].</param>
    /// <param name="halfNorms">‖x̂‖²/2 of each token.</param>
    /// <param name="squaredRows">‖ω_r‖² of each projection.</param>
    /// <param name="dim">d.</param>
    /// <param name="logScale">[tokens, features].</param>
    /// <param name="gain">[tokens, features]; only written where <see cref="HasGain"/>.</param>
    internal void Expand(
        ReadOnlySpan<double> projected, ReadOnlySpan<double> halfNorms, ReadOnlySpan<double> squaredRows, int dim,
        Span<double> logScale, Span<double> gain)
    {
        var rows = squaredRows.Length;
        var features = rows * Branches;
        var normaliser = 0.5 * Math.Log(Weight(features));
        double a4 = 0;
        double b = 1;
        if (_kind == Kind.Oprf)
        {
            a4 = 4 * FeatureCovariance.A(FeatureCovariance.Rho(Lambda, dim));
            b = Math.Sqrt(1 - a4);
            normaliser += dim / 4.0 * Math.Log(1 - a4);
        }

        for (var token = 0; token < halfNorms.Length; token++)
        {
            var x = projected.Slice(token * rows, rows);
            var log = logScale.Slice(token * features, features);
            var offset = normaliser - halfNorms[token];
            switch (_kind)
            {
                case Kind.Positive:
                    AddTo(x, 1, offset, log);
                    break;
                case Kind.Exponential:
                    AddTo(x, 1, normaliser, log);
                    break;
                case Kind.Hyperbolic:
                    AddTo(x, 1, offset, log[..rows]);
                    AddTo(x, -1, offset, log[rows..]);
                    break;
                case Kind.Oprf:
                    for (var r = 0; r < rows; r++)
                    {
                        log[r] = a4 / 4 * squaredRows[r] + b * x[r] + offset;
                    }

                    break;
                case Kind.Trigonometric:
                    log.Fill(normaliser + halfNorms[token]);
                    var waves = gain.Slice(token * features, features);
                    for (var r = 0; r < rows; r++)
                    {
                        (waves[r], waves[rows + r]) = Math.SinCos(x[r]);
                    }

                    break;
                default:
                    log.Fill(normaliser + ApplyFunction(x, gain.Slice(token * features, features)));
                    break;
            }
        }
    }

    // log φ = factor·x + offset.
    private static void AddTo(ReadOnlySpan<double> x, double factor, double offset, Span<double> log)
    {
        for (var r = 0; r < x.Length; r++)
        {
            log[r] = factor * x[r] + offset;
        }
    }

    // f + ε as gains of at most 1 and the logarithm of their common scale: products of two tokens' features cannot overflow.
    private double ApplyFunction(ReadOnlySpan<double> x, Span<double> gain)
    {
        double largest = 0;
        for (var r = 0; r < x.Length; r++)
        {
            gain[r] = (double)_function!((float)x[r]) + _epsilon;
            largest = Math.Max(largest, Math.Abs(gain[r])); // NaN stays NaN
        }

        if (largest == 0)
        {
            return 0;
        }

        for (var r = 0; r < x.Length; r++)
        {
            gain[r] /= largest;
        }

        return Math.Log(largest);
    }

    /// <summary>The mean of the squared norms of the first tokens, and their mean.</summary>
    private static double Moments(HeadTensor tensor, int tokens, double[] mean)
    {
        Array.Clear(mean);
        double squares = 0;
        for (var token = 0; token < tokens; token++)
        {
            var row = tensor[token];
            for (var i = 0; i < row.Length; i++)
            {
                mean[i] += row[i];
                squares += (double)row[i] * row[i];
            }
        }

        for (var i = 0; i < mean.Length; i++)
        {
            mean[i] /= tokens;
        }

        return squares / tokens;
    }

    private static void CheckLength(int actual, long expected, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} holds {actual} numbers, but tokens × features = {expected} are needed.", name);
        }
    }

    private static void CheckNorm(double squared, string name)
    {
        if (!(squared >= 0))
        {
            throw new ArgumentOutOfRangeException(
                name, squared, FormattableString.Invariant($"{name} is {squared}, but must be at least 0."));
        }
    }
}
