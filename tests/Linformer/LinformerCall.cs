using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.Linformer;

/// <summary>The tensors of a call, what a layer makes of them, and the formula in double.</summary>
internal sealed class LinformerCall
{
    private readonly LinformerLayer _layer;

    // Of the mixtures: gradients are sums and differences of products of both.
    private double _largestKey = 1, _largestValue = 1;

    public LinformerCall(LinformerLayer layer, AttentionShape shape, int seed = 1)
    {
        (_layer, Shape) = (layer, shape);
        var random = new Random(seed);
        var matrices = layer.IsOfEachHead ? shape.KeyHeads : 1;
        Query = Inputs.Normal(random, shape.Batch * shape.Heads * shape.QueryLength * layer.HeadDim, 1);
        Key = Inputs.Normal(random, shape.Batch * shape.KeyHeads * shape.KeyLength * layer.HeadDim, 1);
        Value = Inputs.Normal(random, shape.Batch * shape.KeyHeads * shape.KeyLength * layer.ValueDim, 1);
        Upstream = Inputs.Normal(random, shape.Batch * shape.Heads * shape.QueryLength * layer.ValueDim, 1);
        E = Inputs.Normal(random, matrices * layer.MaxLength * layer.Rank, 0.3f);
        F = layer.HasOneMatrix ? E : Inputs.Normal(random, matrices * layer.MaxLength * layer.Rank, 0.3f);
    }

    public AttentionShape Shape { get; }

    public int[] KeyLengths { get; init; } = [];

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    public float[] Upstream { get; }

    public float[] E { get; }

    public float[] F { get; }

    /// <summary>What a layer gives, in the order of <see cref="Outcome{T}"/>.</summary>
    /// <param name="start">What gradients hold before; NaN: they are overwritten.</param>
    public Outcome<float> Compute(int degree, float start = float.NaN)
    {
        var attention = _layer.Create(degree);
        var add = !float.IsNaN(start);
        float[] Filled(int length) => [.. Enumerable.Repeat(start, length)];
        var result = new Outcome<float>(
            Filled(Upstream.Length), Filled(Query.Length), Filled(Key.Length), Filled(Value.Length), Filled(E.Length), Filled(F.Length));
        using var context = new BackwardContext();
        _layer.Forward(
            attention, Query, Key, Value, E, F, result.Output, Shape, new() { Context = context, KeyLengths = KeyLengths });
        _layer.Backward(
            attention, Query, Key, Value, E, F, result.Output, context, Upstream, result.Query, result.Key, result.Value, result.E,
            result.F, Shape, new() { Accumulate = add });
        return _layer.HasOneMatrix ? result with { F = result.E } : result;
    }

    /// <summary>How large numbers are whose differences gradients may be.</summary>
    public double Size => _largestKey * _largestValue;

    /// <summary>Holds what a layer gives to the formula.</summary>
    public void Check(int degree)
    {
        var (expected, actual) = (Expected(), Compute(degree));
        foreach (var (wanted, given) in expected.All.Zip(actual.All))
        {
            Compare.Close(wanted, given, 2e-5, Size);
        }
    }

    /// <summary>o = softmax(q(EᵀK)ᵀ/√d)FᵀV of each head, and the chain rule.</summary>
    public Outcome<double> Expected()
    {
        var (d, dv, r) = (_layer.HeadDim, _layer.ValueDim, _layer.Rank);
        var result = new Outcome<double>(
            new double[Upstream.Length], new double[Query.Length], new double[Key.Length], new double[Value.Length], new double[E.Length],
            new double[F.Length]);
        for (var b = 0; b < Shape.Batch; b++)
        {
            for (var h = 0; h < Shape.Heads; h++)
            {
                Add(b, h);
            }
        }

        if (_layer.HasOneMatrix)
        {
            double[] both = [.. result.E.Zip(result.F, (e, f) => e + f)];
            return result with { E = both, F = both };
        }

        return result;

        void Add(int b, int h)
        {
            var keyHead = h * Shape.KeyHeads / Shape.Heads;
            var matrix = _layer.IsOfEachHead ? keyHead * _layer.MaxLength * r : 0;
            var keys = KeyLengths.Length == 0 ? Shape.KeyLength : KeyLengths[b];
            int KeyAt(int j) => Token(b, keyHead, j, Shape.KeyHeads, Shape.KeyLength);
            int QueryAt(int i) => Token(b, h, i, Shape.Heads, Shape.QueryLength);
            var (mixedKeys, mixedValues) = (new double[r, d], new double[r, dv]);
            for (var j = 0; j < keys; j++)
            {
                for (var s = 0; s < r; s++)
                {
                    for (var c = 0; c < d; c++)
                    {
                        mixedKeys[s, c] += (double)E[matrix + (j * r) + s] * Key[(KeyAt(j) * d) + c];
                    }

                    for (var c = 0; c < dv; c++)
                    {
                        mixedValues[s, c] += (double)F[matrix + (j * r) + s] * Value[(KeyAt(j) * dv) + c];
                    }
                }
            }

            _largestKey = mixedKeys.Cast<double>().Select(Math.Abs).Append(_largestKey).Max();
            _largestValue = mixedValues.Cast<double>().Select(Math.Abs).Append(_largestValue).Max();
            var (byMixedKeys, byMixedValues) = (new double[r, d], new double[r, dv]);
            for (var i = 0; i < Shape.QueryLength; i++)
            {
                var (q, o) = (QueryAt(i) * d, QueryAt(i) * dv);
                double[] scores = [.. Enumerable.Range(0, r).Select(s =>
                    Enumerable.Range(0, d).Sum(c => Query[q + c] * mixedKeys[s, c]) / Math.Sqrt(d))];
                var top = scores.Max();
                double[] p = [.. scores.Select(score => Math.Exp(score - top))];
                var sum = p.Sum();
                p = [.. p.Select(weight => weight / sum)];
                for (var c = 0; c < dv; c++)
                {
                    result.Output[o + c] = Enumerable.Range(0, r).Sum(s => p[s] * mixedValues[s, c]);
                }

                var delta = Enumerable.Range(0, dv).Sum(c => Upstream[o + c] * result.Output[o + c]);
                for (var s = 0; s < r; s++)
                {
                    var byScore = p[s] * (Enumerable.Range(0, dv).Sum(c => Upstream[o + c] * mixedValues[s, c]) - delta) / Math.Sqrt(d);
                    for (var c = 0; c < d; c++)
                    {
                        result.Query[q + c] += byScore * mixedKeys[s, c];
                        byMixedKeys[s, c] += byScore * Query[q + c];
                    }

                    for (var c = 0; c < dv; c++)
                    {
                        byMixedValues[s, c] += p[s] * Upstream[o + c];
                    }
                }
            }

            for (var j = 0; j < keys; j++)
            {
                for (var s = 0; s < r; s++)
                {
                    var at = matrix + (j * r) + s;
                    for (var c = 0; c < d; c++)
                    {
                        result.Key[(KeyAt(j) * d) + c] += E[at] * byMixedKeys[s, c];
                        result.E[at] += byMixedKeys[s, c] * Key[(KeyAt(j) * d) + c];
                    }

                    for (var c = 0; c < dv; c++)
                    {
                        result.Value[(KeyAt(j) * dv) + c] += F[at] * byMixedValues[s, c];
                        result.F[at] += byMixedValues[s, c] * Value[(KeyAt(j) * dv) + c];
                    }
                }
            }
        }
    }

    private int Token(int batch, int head, int token, int heads, int length) => Shape.Layout == TensorLayout.BatchHeadLengthDim
        ? (((batch * heads) + head) * length) + token
        : (((batch * length) + token) * heads) + head;

    /// <summary>The outputs, and the gradients by what went in.</summary>
    internal sealed record Outcome<T>(T[] Output, T[] Query, T[] Key, T[] Value, T[] E, T[] F)
    {
        public IEnumerable<T[]> All => [Output, Query, Key, Value, E, F];
    }
}
