using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.Masks;

/// <summary>The tensors of a call of a masked layer, heads before tokens, and what it should give.</summary>
internal sealed class MaskedCall
{
    private readonly MaskedLayer _layer;
    private readonly int _headDim, _valueDim;

    /// <param name="layer">The layer.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Heads of a layer that takes any number.</param>
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="seed">Of the numbers.</param>
    public MaskedCall(MaskedLayer layer, int batch, int heads, int queries, int keys, int seed)
    {
        heads = layer.Heads ?? heads;
        var attention = layer.Create();
        (_layer, _headDim, _valueDim) = (layer, attention.HeadDim, attention.ValueDim);
        Shape = new AttentionShape(batch, heads, queries, keys);
        var random = new Random(seed);
        Query = Inputs.Normal(random, batch * heads * queries * _headDim, 1);
        Key = Inputs.Normal(random, batch * heads * keys * _headDim, 1);
        Value = Inputs.Normal(random, batch * heads * keys * _valueDim, 1);
        Upstream = Inputs.Normal(random, batch * heads * queries * _valueDim, 1);
        TokenNumbers = layer.Tokens?.Numbers(batch, keys) ?? [];
    }

    public AttentionShape Shape { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient by the outputs.</summary>
    public float[] Upstream { get; }

    /// <summary>The numbers of tokens that the layer asks for, [batch, keys] of each kind.</summary>
    public int[][] TokenNumbers { get; }

    public int[] KeyLengths { get; init; } = [];

    public int[] QueryLengths { get; init; } = [];

    /// <summary>Sets every number, by the token and the column.</summary>
    public MaskedCall Fill(Func<int, int, float> number)
    {
        foreach (var (tensor, dim, tokens) in new[]
        {
            (Query, _headDim, Shape.QueryLength), (Key, _headDim, Shape.KeyLength), (Value, _valueDim, Shape.KeyLength),
        })
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = number(i / dim % tokens, i % dim);
            }
        }

        return this;
    }

    /// <summary>Changes the tokens of all heads from one on; there are as many queries as keys.</summary>
    public void ChangeFrom(int token)
    {
        foreach (var (tensor, dim) in new[] { (Query, _headDim), (Key, _headDim), (Value, _valueDim) })
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = i / dim % Shape.KeyLength < token ? tensor[i] : 0.5f - (3 * tensor[i]);
            }
        }
    }

    /// <summary>No |qᵀk|/√d is larger.</summary>
    public double LargestScore()
    {
        return Largest(Query) * Largest(Key) / Math.Sqrt(_headDim);

        double Largest(float[] tensor) =>
            tensor.Chunk(_headDim).Select(row => Math.Sqrt(row.Sum(x => (double)x * x))).DefaultIfEmpty().Max();
    }

    public float[] Forward(IDifferentiableAttention attention, BackwardContext? context = null)
    {
        var output = new float[Upstream.Length];
        var options = new ForwardOptions { Context = context, KeyLengths = KeyLengths, QueryLengths = QueryLengths };
        if (_layer.Tokens is { } tokens)
        {
            tokens.Forward(attention, Query, Key, Value, TokenNumbers, output, Shape, options);
        }
        else
        {
            attention.Forward(Query, Key, Value, output, Shape, options);
        }

        return output;
    }

    public (float[] Query, float[] Key, float[] Value) Backward(
        IDifferentiableAttention attention, float[] output, BackwardContext context)
    {
        var (dq, dk, dv) = (new float[Query.Length], new float[Key.Length], new float[Value.Length]);
        if (_layer.Tokens is { } tokens)
        {
            tokens.Backward(attention, Query, Key, Value, TokenNumbers, output, context, Upstream, dq, dk, dv, Shape);
        }
        else
        {
            attention.Backward(Query, Key, Value, output, context, Upstream, dq, dk, dv, Shape);
        }

        return (dq, dk, dv);
    }

    /// <summary>Whether a query's row of a sequence sees a key's.</summary>
    public Func<int, int, bool> Sees(int batch, int head)
    {
        var (queries, keys) = Counted(batch);
        var first = FirstPosition(keys, queries);
        var positions = first + queries;
        return _layer.Tokens is { } tokens
            ? (i, j) => i < queries && j < keys && tokens.Sees(first + i, j, head, NumbersOf(batch, first + i), NumbersOf(batch, j))
            : (i, j) => i < queries && j < keys && _layer.Sees(first + i, j, head, positions);
    }

    /// <summary>What becomes of a score of two rows of a sequence.</summary>
    private Func<double, int, int, double>? Score(int batch, int head)
    {
        var (queries, keys) = Counted(batch);
        var first = FirstPosition(keys, queries);
        return _layer.Tokens?.Score is { } ofTokens
            ? (x, i, j) => ofTokens(x, first + i, j, head, NumbersOf(batch, first + i), NumbersOf(batch, j))
            : _layer.Score is { } score ? (x, i, j) => score(x, first + i, j, head)
            : null;
    }

    /// <summary>Those of each kind of a token, by its position among the keys.</summary>
    private int[] NumbersOf(int batch, int position) => Array.ConvertAll(TokenNumbers, all => all[(batch * Shape.KeyLength) + position]);

    /// <summary>The outputs and the gradients, of all heads, and the largest summand of the gradients of queries and keys.</summary>
    public (double[] Output, double[] Query, double[] Key, double[] Value, double Size) Expected()
    {
        var (output, dq, dk, dv, size) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), 0.0);
        for (var i = 0; i < Shape.Batch * Shape.Heads; i++)
        {
            var sees = Sees(i / Shape.Heads, i % Shape.Heads);
            var (q, g) = (Part(Query, i, Shape.QueryLength * _headDim), Part(Upstream, i, Shape.QueryLength * _valueDim));
            var (k, v) = (Part(Key, i, Shape.KeyLength * _headDim), Part(Value, i, Shape.KeyLength * _valueDim));
            var score = Score(i / Shape.Heads, i % Shape.Heads);
            var gradients = MaskedNaive.Backward(_headDim, q, k, v, g, sees, score);
            output.AddRange(MaskedNaive.Forward(_headDim, q, k, v, sees, score));
            dq.AddRange(gradients.Query);
            dk.AddRange(gradients.Key);
            dv.AddRange(gradients.Value);
            size = Math.Max(size, gradients.Size);
        }

        return ([.. output], [.. dq], [.. dk], [.. dv], size);
    }

    private int FirstPosition(int keys, int queries) =>
        KeyLengths.Length > 0 && QueryLengths.Length > 0 && Shape.KeyLength != Shape.QueryLength
            ? keys - queries
            : Shape.KeyLength - Shape.QueryLength;

    private (int Queries, int Keys) Counted(int batch) => (
        QueryLengths.Length == 0 ? Shape.QueryLength : QueryLengths[batch],
        KeyLengths.Length == 0 ? Shape.KeyLength : KeyLengths[batch]);

    private static float[] Part(float[] tensor, int head, int length) => tensor.AsSpan(head * length, length).ToArray();
}
