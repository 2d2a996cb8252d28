using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.Masks;

/// <summary>The tensors of a call of a layer with learned tables, heads before tokens, and what it should give.</summary>
internal sealed class TableCall
{
    private readonly TableLayer _layer;
    private readonly int _d, _dv;

    /// <param name="layer">The layer.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="keyHeads">Heads of keys and values; null: as many as of queries.</param>
    public TableCall(TableLayer layer, int batch, int heads, int queries, int keys, int? keyHeads = null)
    {
        var attention = layer.Create();
        (_layer, _d, _dv) = (layer, attention.HeadDim, attention.ValueDim);
        var shape = new AttentionShape(batch, heads, queries, keys);
        Shape = keyHeads is { } shared ? shape with { KeyHeads = shared } : shape;
        var random = new Random(queries + keys);
        Query = Inputs.Normal(random, batch * heads * queries * _d, 1);
        Key = Inputs.Normal(random, batch * Shape.KeyHeads * keys * _d, 1);
        Value = Inputs.Normal(random, batch * Shape.KeyHeads * keys * _dv, 1);
        Upstream = Inputs.Normal(random, batch * heads * queries * _dv, 1);
        Tables = [.. layer.Lengths.Select(length => Inputs.Normal(random, length, 1))];
        Kinds = [.. Enumerable.Range(0, batch * keys).Select(i => (i * 3 % 7) - 1)];
    }

    public AttentionShape Shape { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient by the outputs.</summary>
    public float[] Upstream { get; }

    public float[][] Tables { get; }

    /// <summary>A number of each token, [batch, keys], for layers that ask for it.</summary>
    public int[] Kinds { get; }

    public int[] KeyLengths { get; init; } = [];

    public int[] QueryLengths { get; init; } = [];

    /// <summary>Sets all queries, keys and values.</summary>
    public TableCall Fill(Func<int, float> number)
    {
        foreach (var tensor in new[] { Query, Key, Value })
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = number(i);
            }
        }

        return this;
    }

    /// <summary>What the CPU gives.</summary>
    /// <param name="degree">Threads.</param>
    /// <param name="start">What is in all gradients before; NaN: they are overwritten.</param>
    /// <param name="wantsTables">Whether gradients of tables are asked for.</param>
    public TableOutcome Compute(int degree, float start, bool wantsTables = true)
    {
        var attention = _layer.Create();
        attention.DegreeOfParallelism = degree;
        using var context = new BackwardContext();
        var outcome = Empty(start, wantsTables);
        _layer.Forward(
            attention, Query, Key, Value, Kinds, Tables, outcome.Output, Shape,
            new() { Context = context, KeyLengths = KeyLengths, QueryLengths = QueryLengths });
        _layer.Backward(
            attention, Query, Key, Value, Kinds, Tables, outcome.Output, context, Upstream, outcome.ByQuery, outcome.ByKey,
            outcome.ByValue, outcome.Tables, Shape, new() { Accumulate = !float.IsNaN(start) });
        return outcome;
    }

    /// <summary>Room for what a call gives.</summary>
    /// <inheritdoc cref="Compute"/>
    public TableOutcome Empty(float start, bool wantsTables = true)
    {
        return new(
            new float[Upstream.Length], Filled(Query.Length), Filled(Key.Length), Filled(Value.Length),
            [.. Tables.Select(table => wantsTables ? Filled(table.Length) : [])]);

        float[] Filled(int length) => Enumerable.Repeat(start, length).ToArray();
    }

    /// <summary>Holds what was computed to the formula.</summary>
    public void Check(TableOutcome actual)
    {
        // As for every mask: sums of probabilities, and differences of them, here over all pairs that share a number.
        Compare.Close(Expected(), actual.Output, 1e-5);
        var (byQuery, byKey, byValue, size) = ExpectedGradients();
        Compare.Close(byQuery, actual.ByQuery, 1e-4, size);
        Compare.Close(byKey, actual.ByKey, 1e-4, size);
        Compare.Close(byValue, actual.ByValue, 1e-4);
        for (var i = 0; i < Tables.Length; i++)
        {
            // The formula takes its time: of many pairs a few numbers of a table.
            var step = Shape.Batch * Shape.Heads * Shape.QueryLength * Shape.KeyLength < 2000 ? 1 : Math.Max(1, Tables[i].Length / 5);
            var numbers = Enumerable.Range(0, Tables[i].Length).Where(n => n % step == 0).ToArray();

            // Differences of probabilities, which may vanish where their rounding does not, against the largest of what they weigh.
            Compare.Close(ExpectedTable(i, numbers), [.. numbers.Select(n => actual.Tables[i][n])], 2e-5, LargestProduct());
        }
    }

    public double[] Expected() => [.. Heads().SelectMany(h =>
        MaskedNaive.Forward(_d, h.Q, h.K, h.V, h.Sees, (x, i, j) => h.Score(x, i, j, Doubles())))];

    /// <summary>The gradient of a table, by central differences of the loss; of some of its numbers, or all.</summary>
    public double[] ExpectedTable(int table, int[]? numbers = null)
    {
        const double h = 1e-5;
        return [.. (numbers ?? [.. Enumerable.Range(0, Tables[table].Length)]).Select(n => (Loss(n, h) - Loss(n, -h)) / (2 * h))];

        double Loss(int n, double step)
        {
            var tables = Doubles();
            tables[table][n] += step;
            return Heads().Sum(head => MaskedNaive.Loss(
                _d, head.Q, head.K, head.V, head.G, head.Sees, (x, i, j) => head.Score(x, i, j, tables)));
        }
    }

    private (double[] Query, double[] Key, double[] Value, double Size) ExpectedGradients()
    {
        var (byQuery, size) = (new List<double>(), 0.0);
        var (byKey, byValue) = (new double[Key.Length], new double[Value.Length]);
        foreach (var h in Heads())
        {
            var one = MaskedNaive.Backward(_d, h.Q, h.K, h.V, h.G, h.Sees, (x, i, j) => h.Score(x, i, j, Doubles()));
            byQuery.AddRange(one.Query);
            Add(byKey, one.Key, h.KeyHead);
            Add(byValue, one.Value, h.KeyHead);
            size = Math.Max(size, one.Size);
        }

        return ([.. byQuery], byKey, byValue, size);

        static void Add(double[] sums, double[] addends, int head)
        {
            for (var i = 0; i < addends.Length; i++)
            {
                sums[(head * addends.Length) + i] += addends[i];
            }
        }
    }

    /// <summary>The largest |gᵀv| of a query and a key.</summary>
    private double LargestProduct() => Heads().SelectMany(head => head.G.Chunk(_dv).SelectMany(g =>
        head.V.Chunk(_dv).Select(v => Math.Abs(g.Zip(v, (x, y) => (double)x * y).Sum())))).DefaultIfEmpty().Max();

    private double[][] Doubles() => Array.ConvertAll(Tables, table => Array.ConvertAll(table, x => (double)x));

    private IEnumerable<Head> Heads() => Enumerable.Range(0, Shape.Batch * Shape.Heads).Select(index =>
    {
        var (batch, head) = (index / Shape.Heads, index % Shape.Heads);
        var keyHead = index / (Shape.Heads / Shape.KeyHeads);
        var queries = QueryLengths.Length == 0 ? Shape.QueryLength : QueryLengths[batch];
        var keys = KeyLengths.Length == 0 ? Shape.KeyLength : KeyLengths[batch];
        var first = QueryLengths.Length > 0 && KeyLengths.Length > 0 && Shape.QueryLength != Shape.KeyLength
            ? keys - queries
            : Shape.KeyLength - Shape.QueryLength;
        int KindOf(int position) => Kinds[(batch * Shape.KeyLength) + position];
        return new Head(
            keyHead, Part(Query, index, Shape.QueryLength * _d), Part(Key, keyHead, Shape.KeyLength * _d),
            Part(Value, keyHead, Shape.KeyLength * _dv), Part(Upstream, index, Shape.QueryLength * _dv),
            (i, j) => i < queries && j < keys && _layer.Sees(first + i, j, KindOf(first + i), KindOf(j)),
            (x, i, j, tables) => _layer.Score(x, first + i, j, KindOf(first + i), KindOf(j), head, tables));

        static float[] Part(float[] tensor, int index, int length) => tensor.AsSpan(index * length, length).ToArray();
    });

    private sealed record Head(
        int KeyHead, float[] Q, float[] K, float[] V, float[] G, Func<int, int, bool> Sees,
        Func<double, int, int, double[][], double> Score);
}
