using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.Decay;

/// <summary>A gradient by each input, and by the decays of tokens.</summary>
internal sealed record FadingGradients<T>(T[] Query, T[] Key, T[] Value, T[] LogDecay);

/// <summary>The tensors of a call whose tokens say how much is forgotten, heads before tokens, and what it should give.</summary>
internal sealed class FadingCall
{
    private readonly Layer _layer;
    private readonly ulong _seed;

    /// <param name="layer">The layer.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Heads of each.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="logDecay">The smallest logarithm of a factor; others are between it and 0.</param>
    public FadingCall(Layer layer, int batch, int heads, int length, int seed, float logDecay = -0.2f)
    {
        (_layer, _seed) = (layer, (ulong)seed);
        Shape = new AttentionShape(batch, heads, length);
        var random = new Random(seed);
        Query = Inputs.Normal(random, batch * heads * length * layer.HeadDim, 1);
        Key = Inputs.Normal(random, batch * heads * length * layer.HeadDim, 1);
        Value = Inputs.Normal(random, batch * heads * length * layer.ValueDim, 1);
        Upstream = Inputs.Normal(random, batch * heads * length * layer.ValueDim, 1);
        LogDecay = [.. Enumerable.Range(0, batch * heads * length).Select(_ => logDecay * random.NextSingle())];
    }

    public AttentionShape Shape { get; init; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient by the outputs.</summary>
    public float[] Upstream { get; }

    public float[] LogDecay { get; }

    public int[] KeyLengths { get; init; } = [];

    /// <summary>Tokens of each sequence that count as queries; of keys there are no more.</summary>
    public int[] QueryLengths { get; init; } = [];

    /// <summary>The layer with its projections.</summary>
    public (IAttention Attention, float[] Weights) Create(int degree = 1)
    {
        var (attention, weights) = _layer.Create(_seed);
        attention.DegreeOfParallelism = degree;
        return (attention, weights);
    }

    /// <summary>Sets the decays, by token.</summary>
    public FadingCall Decays(Func<int, float> logDecay)
    {
        for (var i = 0; i < LogDecay.Length; i++)
        {
            LogDecay[i] = logDecay(i % Shape.QueryLength);
        }

        return this;
    }

    /// <summary>Sets the decays of each head to what its layer has for it.</summary>
    public FadingCall DecaysOfHeads(params float[] logDecays)
    {
        for (var i = 0; i < LogDecay.Length; i++)
        {
            LogDecay[i] = logDecays[i / Shape.QueryLength % Shape.Heads];
        }

        return this;
    }

    /// <summary>Sets every number of queries, keys and values, by token and column.</summary>
    public FadingCall Fill(Func<int, int, float> number)
    {
        foreach (var (tensor, dim) in new[] { (Query, _layer.HeadDim), (Key, _layer.HeadDim), (Value, _layer.ValueDim) })
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = number(i / dim % Shape.QueryLength, i % dim);
            }
        }

        return this;
    }

    public float[] Forward(IAttention attention, BackwardContext? context = null)
    {
        var output = new float[Upstream.Length];
        ForwardOptions options = new() { Context = context, KeyLengths = KeyLengths, QueryLengths = QueryLengths };
        if (attention is IFadingAttention fading)
        {
            fading.Forward(Query, Key, Value, LogDecay, output, Shape, options);
        }
        else
        {
            attention.Forward(Query, Key, Value, output, Shape, options);
        }

        return output;
    }

    public FadingGradients<float> Backward(
        IAttention attention, float[] output, BackwardContext context, float start = 0, bool accumulate = false, bool wantsDecay = true)
    {
        FadingGradients<float> gradients = new(Started(Query), Started(Key), Started(Value), wantsDecay ? Started(LogDecay) : []);
        BackwardOptions options = new() { Accumulate = accumulate };
        if (attention is IFadingAttention fading)
        {
            fading.Backward(
                Query, Key, Value, LogDecay, output, context, Upstream, gradients.Query, gradients.Key, gradients.Value,
                gradients.LogDecay, Shape, options);
        }
        else
        {
            ((IDifferentiableAttention)attention).Backward(
                Query, Key, Value, output, context, Upstream, gradients.Query, gradients.Key, gradients.Value, Shape, options);
        }

        return gradients;

        float[] Started(float[] tensor) => [.. Enumerable.Repeat(start, tensor.Length)];
    }

    /// <summary>
    /// Outputs and gradients of all heads by the formula, pair by pair in double, and how large the products gᵀv are that gradients are
    /// made of: they cancel where a query sees one key, or all values are equal.
    /// </summary>
    public (double[] Output, FadingGradients<double> Gradients, double Size) Expected(float[] weights)
    {
        var (output, query, key, value, decay) =
            (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (d, dv, length, size) = (_layer.HeadDim, _layer.ValueDim, Shape.QueryLength, 0.0);
        for (var head = 0; head < Shape.Batch * Shape.Heads; head++)
        {
            var queries = QueryLengths.Length == 0 ? length : QueryLengths[head / Shape.Heads];
            var keys = Math.Min(queries, KeyLengths.Length == 0 ? length : KeyLengths[head / Shape.Heads]);
            var clock = Clock(head, queries);
            Func<int, int, double> pairLog = (i, j) => clock[i] - clock[j];
            var (q, k) = (Part(Query, head, d, queries), Part(Key, head, d, keys));
            var (v, g) = (Part(Value, head, dv, keys), Part(Upstream, head, dv, queries));
            output.AddRange(Padded(NaiveAttention.Compute(_layer, q, k, v, weights, pairLog).Output, length * dv));
            var gradients = NaiveGradient.Compute(_layer, q, k, v, g, weights, pairLog);
            query.AddRange(Padded(gradients.Query, length * d));
            key.AddRange(Padded(gradients.Key, length * d));
            value.AddRange(Padded(gradients.Value, length * dv));

            // The number of token t is in the clocks of all tokens from it on.
            var byDecay = new double[length];
            for (var i = 0; i < queries; i++)
            {
                for (var j = 0; j < Math.Min(i, keys); j++)
                {
                    for (var t = j + 1; t <= i; t++)
                    {
                        byDecay[t] += gradients.Pairs[i, j];
                    }
                }
            }

            decay.AddRange(byDecay);
            for (var i = 0; i < keys; i++)
            {
                size = Math.Max(size, Norm(g.AsSpan(i * dv, dv)) * Norm(v.AsSpan(i * dv, dv)));
            }
        }

        return ([.. output], new([.. query], [.. key], [.. value], [.. decay]), size);
    }

    /// <summary>Γ of the tokens of a head: −16,384 or less counts as that.</summary>
    public double[] Clock(int head, int tokens)
    {
        var (clock, sum) = (new double[tokens], 0.0);
        for (var t = 0; t < tokens; t++)
        {
            clock[t] = sum += Math.Max(-16_384, LogDecay[(head * Shape.QueryLength) + t]);
        }

        return clock;
    }

    private static double Norm(ReadOnlySpan<float> vector) =>
        Math.Sqrt(NaiveAttention.Dot(NaiveAttention.ToDouble(vector), NaiveAttention.ToDouble(vector)));

    private static double[] Padded(double[] numbers, int length)
    {
        Array.Resize(ref numbers, length);
        return numbers;
    }

    private float[] Part(float[] tensor, int head, int columns, int tokens) =>
        tensor.AsSpan(head * Shape.QueryLength * columns, tokens * columns).ToArray();
}
