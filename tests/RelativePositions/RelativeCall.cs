using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.RelativePositions;

/// <summary>The tensors of a call, what a layer makes of them, and the formula in double.</summary>
internal sealed class RelativeCall
{
    private readonly RelativeLayer _layer;

    public RelativeCall(RelativeLayer layer, AttentionShape shape, int seed = 1)
    {
        (_layer, Shape) = (layer, shape);
        var random = new Random(seed);
        var (queries, keys) = (shape.Batch * shape.Heads * shape.QueryLength, shape.Batch * shape.KeyHeads * shape.KeyLength);
        Query = Inputs.Normal(random, queries * layer.HeadDim, 1);
        Key = Inputs.Normal(random, keys * layer.HeadDim, 1);
        Value = Inputs.Normal(random, keys * layer.ValueDim, 1);
        Positions = Inputs.Normal(random, queries * layer.HeadDim, 1);
        Distances = Inputs.Normal(random, shape.KeyHeads * layer.Distances * layer.HeadDim, 1);
        Upstream = Inputs.Normal(random, queries * layer.ValueDim, 1);
    }

    public AttentionShape Shape { get; }

    public int[] KeyLengths { get; init; } = [];

    /// <summary>q + u.</summary>
    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>q + w.</summary>
    public float[] Positions { get; }

    /// <summary>r, [key heads, distances, head dim].</summary>
    public float[] Distances { get; }

    public float[] Upstream { get; }

    /// <summary>What a layer gives.</summary>
    /// <param name="start">What gradients hold before; NaN: they are overwritten.</param>
    public Outcome<float> Compute(int degree, float start = float.NaN)
    {
        var attention = _layer.Create(degree);
        float[] Filled(int length) => [.. Enumerable.Repeat(start, length)];
        var result = new Outcome<float>(
            Filled(Upstream.Length), Filled(Query.Length), Filled(Key.Length), Filled(Value.Length), Filled(Positions.Length),
            Filled(Distances.Length));
        using var context = new BackwardContext();
        _layer.Forward(
            attention, Query, Key, Value, Positions, Distances, result.Output, Shape, new() { Context = context, KeyLengths = KeyLengths });
        _layer.Backward(
            attention, Query, Key, Value, Positions, Distances, result.Output, context, Upstream, result.Query, result.Key, result.Value,
            result.Positions, result.Distances, Shape, new() { Accumulate = !float.IsNaN(start) });
        return result;
    }

    /// <summary>Holds what a layer gives to the formula: scores of some units in float32, and sums of some hundred.</summary>
    public void Check(int degree)
    {
        foreach (var (wanted, given) in Expected().All.Zip(Compute(degree).All))
        {
            Compare.Close(wanted, given, 2e-5, size: 1);
        }
    }

    /// <summary>s = ((q + u)ᵀk + (q + w)ᵀr_Δ)/√d, its softmax, and the chain rule.</summary>
    public Outcome<double> Expected()
    {
        var (d, dv) = (_layer.HeadDim, _layer.ValueDim);
        var result = new Outcome<double>(
            new double[Upstream.Length], new double[Query.Length], new double[Key.Length], new double[Value.Length],
            new double[Positions.Length], new double[Distances.Length]);
        for (var b = 0; b < Shape.Batch; b++)
        {
            for (var h = 0; h < Shape.Heads; h++)
            {
                for (var i = 0; i < Shape.QueryLength; i++)
                {
                    Add(b, h, i);
                }
            }
        }

        return result;

        void Add(int b, int h, int i)
        {
            var keyHead = h * Shape.KeyHeads / Shape.Heads;
            var keys = KeyLengths.Length == 0 ? Shape.KeyLength : KeyLengths[b];
            var position = Shape.KeyLength - Shape.QueryLength + i; // whatever keys are padding
            var query = Token(b, h, i, Shape.Heads, Shape.QueryLength);
            int KeyAt(int j) => Token(b, keyHead, j, Shape.KeyHeads, Shape.KeyLength);
            int DistanceAt(int j) => (keyHead * _layer.Distances) + position - j;
            double Dot(float[] x, int row, float[] y, int other, int columns) =>
                Enumerable.Range(0, columns).Sum(c => (double)x[(row * columns) + c] * y[(other * columns) + c]);
            int[] seen = [.. Enumerable.Range(0, keys).Where(j => _layer.Sees(position, j, h))];
            if (seen.Length == 0)
            {
                return;
            }

            var scores = seen.Select(j => _layer.Bend(
                (Dot(Query, query, Key, KeyAt(j), d) + Dot(Positions, query, Distances, DistanceAt(j), d)) / Math.Sqrt(d), position, j))
                .ToArray();
            var top = scores.Max(score => score.Value);
            var sum = scores.Sum(score => Math.Exp(score.Value - top));
            double[] p = [.. scores.Select(score => Math.Exp(score.Value - top) / sum)];
            for (var s = 0; s < seen.Length; s++)
            {
                for (var c = 0; c < dv; c++)
                {
                    result.Output[(query * dv) + c] += p[s] * Value[(KeyAt(seen[s]) * dv) + c];
                }
            }

            var delta = Enumerable.Range(0, dv).Sum(c => Upstream[(query * dv) + c] * result.Output[(query * dv) + c]);
            for (var s = 0; s < seen.Length; s++)
            {
                var (key, distance) = (KeyAt(seen[s]), DistanceAt(seen[s]));
                var ds = p[s] * (Dot(Upstream, query, Value, key, dv) - delta) * scores[s].Slope / Math.Sqrt(d);
                for (var c = 0; c < d; c++)
                {
                    result.Query[(query * d) + c] += ds * Key[(key * d) + c];
                    result.Key[(key * d) + c] += ds * Query[(query * d) + c];
                    result.Positions[(query * d) + c] += ds * Distances[(distance * d) + c];
                    result.Distances[(distance * d) + c] += ds * Positions[(query * d) + c];
                }

                for (var c = 0; c < dv; c++)
                {
                    result.Value[(key * dv) + c] += p[s] * Upstream[(query * dv) + c];
                }
            }
        }
    }

    private int Token(int batch, int head, int token, int heads, int length) => Shape.Layout == TensorLayout.BatchHeadLengthDim
        ? (((batch * heads) + head) * length) + token
        : (((batch * length) + token) * heads) + head;

    /// <summary>The outputs, and the gradients by what went in.</summary>
    internal sealed record Outcome<T>(T[] Output, T[] Query, T[] Key, T[] Value, T[] Positions, T[] Distances)
    {
        public IEnumerable<T[]> All => [Output, Query, Key, Value, Positions, Distances];
    }
}
