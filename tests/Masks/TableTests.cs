using KernelGen.Generator;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Masks;

/// <summary>
/// Scores that read learned tables, forward and backward, against the formula in double; gradients of tables against central differences of
/// it.
/// </summary>
public sealed class TableTests
{
    private static readonly (int Queries, int Keys)[] Lengths =
        [(0, 0), (0, 4), (1, 1), (1, 60), (13, 13), (49, 49), (17, 100), (193, 201)];

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_the_formula(TableLayer layer)
    {
        foreach (var (queries, keys) in Lengths)
        {
            Check(new TableCall(layer, batch: 2, heads: 3, queries, keys), degree: 1 + (keys % 2));
        }
    }

    /// <summary>Random inputs average faults away; these do not.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Structured_tokens_too(TableLayer layer)
    {
        foreach (var number in new Func<int, float>[] { _ => 0.5f, _ => 0, i => (i % 97 * 0.02f) - 1, i => i % 2 * 1e-20f })
        {
            Check(new TableCall(layer, 1, 2, 70, 70).Fill(number), degree: 1);
        }
    }

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Heads_share_keys(TableLayer layer) => Check(new TableCall(layer, 2, heads: 3, 20, 35, keyHeads: 1), degree: 2);

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Padding_adds_nothing(TableLayer layer)
    {
        Check(new TableCall(layer, 3, 2, 40, 90) { KeyLengths = [90, 41, 40], QueryLengths = [40, 10, 0] }, degree: 2);
        Check(new TableCall(layer, 3, 2, 60, 60) { KeyLengths = [60, 1, 0] }, degree: 1);
    }

    /// <summary>Gradients are added to what is there, or overwrite it; one that nobody wants is not computed.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Gradients_are_added_where_that_is_asked_for(TableLayer layer)
    {
        var call = new TableCall(layer, 2, 2, 30, 30);
        var plain = call.Compute(degree: 1, start: float.NaN);
        var added = call.Compute(degree: 1, start: 2);
        foreach (var (one, other) in plain.Tables.Zip(added.Tables))
        {
            // A rounding of the sum.
            Compare.Close(Array.ConvertAll(one, x => 2.0 + x), other, 1e-6);
        }

        var unwanted = call.Compute(degree: 1, start: float.NaN, wantsTables: false);
        Compare.Same(plain.ByKey, unwanted.ByKey);
    }

    /// <summary>Of no head and of no query the gradient is zeros.</summary>
    [Fact]
    public void Tables_that_nobody_reads_have_zeros()
    {
        foreach (var (batch, heads, queries) in new[] { (0, 2, 3), (2, 0, 3), (2, 2, 0) })
        {
            var call = new TableCall(TableLayer.All[0], batch, heads, queries, 5);
            Assert.All(call.Compute(degree: 2, start: float.NaN).Tables, table => Assert.All(table, x => Assert.Equal(0, x)));
        }
    }

    /// <summary>Sums over heads have one order, whatever the threads.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Threads_change_no_bit(TableLayer layer)
    {
        var call = new TableCall(layer, 3, 3, 210, 210);
        var (one, two) = (call.Compute(1, float.NaN), call.Compute(2, float.NaN));
        foreach (var (first, second) in one.All.Zip(two.All))
        {
            Compare.Same(first, second);
        }
    }

    /// <summary>What is not seen reaches no table, whatever it is.</summary>
    [Fact]
    public void NaN_of_a_key_that_nobody_sees_reaches_no_table()
    {
        var layer = TableLayer.All.Single(one => one.Type == typeof(BiasOfKinds));
        var call = new TableCall(layer, 1, 1, 60, 60);
        var before = call.Compute(1, float.NaN);
        var unseen = Array.FindIndex(call.Kinds, kind => kind < 0);
        call.Key.AsSpan(unseen * BiasOfKinds.HeadDim, BiasOfKinds.HeadDim).Fill(float.NaN);
        var after = call.Compute(1, float.NaN);
        Compare.Same(before.Output, after.Output);
        Compare.Same(before.Tables[0], after.Tables[0]);
    }

    /// <summary>Packed sequences add to one table, as those of a batch do.</summary>
    [Fact]
    public void Packed_sequences_add_to_one_table()
    {
        int[] lengths = [30, 0, 1, 55], offsets = [0, 30, 30, 31, 86];
        var attention = new RelativeBias();
        var packed = new PackedBatch(Layer.Of(typeof(RelativeBias)), lengths, heads: 3, keyHeads: 3);
        var table = Inputs.Normal(new Random(1), 123, 1);
        var expected = new double[123];
        var (output, gradient) = Run(packed);
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            var alone = Run(packed.Alone(sequence));
            Compare.Same(alone.Output, packed.OfQueries(output, sequence, RelativeBias.ValueDim));
            expected = [.. expected.Zip(alone.Gradient, (sum, x) => sum + x)];
        }

        // Rounded once each.
        Compare.Close(expected, gradient, 1e-6);
        Assert.Equal(offsets, packed.Offsets);

        (float[] Output, float[] Gradient) Run(PackedBatch batch)
        {
            using var context = new BackwardContext();
            var (o, dt) = (new float[batch.Upstream.Length], new float[123]);
            attention.Forward(
                batch.Query, batch.Key, batch.Value, table, o, batch.Shape,
                new() { Context = context, Offsets = batch.Offsets });
            attention.Backward(
                batch.Query, batch.Key, batch.Value, table, o, context, batch.Upstream, new float[batch.Query.Length],
                new float[batch.Key.Length], new float[batch.Value.Length], dt, batch.Shape);
            return (o, dt);
        }
    }

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Steps_give_what_the_whole_sequence_gives(TableLayer layer)
    {
        if (layer.Step is null)
        {
            Assert.False(layer.Create() is ICausalAttention);
            return;
        }

        const int length = 130, heads = 2;
        var call = new TableCall(layer, 1, heads, length, length);
        var expected = call.Compute(1, float.NaN).Output;
        var attention = layer.Create();
        using var state = ((ICausalAttention)attention).CreateDecodingState(heads);
        for (var token = 0; token < length; token++)
        {
            var output = new float[heads * attention.ValueDim];
            layer.Step(
                attention, state, Rows(call.Query, attention.HeadDim, token), Rows(call.Key, attention.HeadDim, token),
                Rows(call.Value, attention.ValueDim, token), [.. Enumerable.Repeat(call.Kinds[token], heads)], call.Tables, output);

            // Sums of probabilities are rounded in another order.
            Compare.Close(Array.ConvertAll(Rows(expected, attention.ValueDim, token), x => (double)x), output, 1e-5);
        }

        static float[] Rows(float[] tensor, int dim, int token) =>
            [.. Enumerable.Range(0, heads).SelectMany(head => tensor.AsSpan(((head * length) + token) * dim, dim).ToArray())];
    }

    /// <summary>The programs, interpreted in double with tiles of a few tokens.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Programs_are_the_formula(TableLayer layer)
    {
        var (emitted, call) = (Layer.Of(layer.Type), new TableCall(layer, 1, 1, 9, 14));
        var tensors = new Dictionary<string, double[,]>
        {
            ["query"] = Matrix(call.Query, emitted.HeadDim),
            ["key"] = Matrix(call.Key, emitted.HeadDim),
            ["value"] = Matrix(call.Value, emitted.ValueDim),
            ["output"] = new double[9, emitted.ValueDim],
            ["logSumExp"] = new double[9, 1],
            ["logSumExpRest"] = new double[9, 1],
            ["outputGradient"] = Matrix(call.Upstream, emitted.ValueDim),
            ["queryGradient"] = new double[9, emitted.HeadDim],
            ["keyGradient"] = new double[14, emitted.HeadDim],
            ["valueGradient"] = new double[14, emitted.ValueDim],
            ["tokenKind"] = Matrix(Array.ConvertAll(call.Kinds, kind => (float)kind), 1),
        };
        var tables = emitted.Program.Operands.Where(operand => operand.IsTable).ToList();
        Assert.Equal(layer.Lengths, tables.Select(table => table.Columns.Size));
        for (var i = 0; i < tables.Count; i++)
        {
            tensors[tables[i].Name] = Matrix(call.Tables[i], layer.Lengths[i]);
            tensors[tables[i].Name + "Gradient"] = new double[1, layer.Lengths[i]];
        }

        foreach (var program in emitted.GradientPrograms.Prepend(emitted.Program))
        {
            TileInterpreter.Run(
                program, program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]), null, _ => 4);
        }

        // Constants of a score are floats in the program, and central differences are exact to 1e-7.
        Compare.Close(call.Expected(), [.. tensors["output"].Cast<double>()], 1e-7);
        for (var i = 0; i < tables.Count; i++)
        {
            Compare.Close(call.ExpectedTable(i), [.. tensors[tables[i].Name + "Gradient"].Cast<double>()], 1e-6);
        }

        static double[,] Matrix(float[] numbers, int columns) => Inputs.Matrix(NaiveAttention.ToDouble(numbers), columns);
    }

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void All_backends_have_tables(TableLayer layer) => Assert.All(
        AllBackends.Registry.All,
        backend => Assert.Null(backend.ObjectionTo(new(Layer.Of(layer.Type).Program, Layer.Of(layer.Type).GradientPrograms))));

    [Fact]
    public void Wrong_tables_and_heads_are_named()
    {
        var attention = new RelativeBias();
        var shape = new AttentionShape(1, 3, 4);
        var (q, v, table) = (new float[3 * 4 * 16], new float[3 * 4 * 24], new float[123]);
        Refused("learnedBias holds 122 numbers, but 123 are needed.", () => attention.Forward(q, q, v, new float[122], v.ToArray(), shape));
        Refused("learnedBias holds 0 numbers, but 123 are needed.", () =>
            ((IAttention)attention).Forward(q, q, v, v.ToArray(), shape));

        // The table is for three heads.
        var wide = new AttentionShape(1, 4, 3);
        var refused = Assert.Throws<ArgumentException>(() => attention.Forward(q, q, v, table, v.ToArray(), wide));
        Assert.Contains("Heads is 4", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at most 3", refused.Message, StringComparison.Ordinal);

        using var context = new BackwardContext();
        attention.Forward(q, q, v, table, v.ToArray(), shape, new() { Context = context });
        Refused("learnedBiasGradient holds 7 numbers, but 123 are needed.", () => attention.Backward(
            q, q, v, table, v, context, v, q.ToArray(), q.ToArray(), v.ToArray(), new float[7], shape));
        Refused("learnedBiasGradient and learnedBias share memory", () => attention.Backward(
            q, q, v, table, v, context, v, q.ToArray(), q.ToArray(), v.ToArray(), table, shape), isStart: false);

        static void Refused(string message, Action call, bool isStart = true)
        {
            var found = Assert.ThrowsAny<ArgumentException>(call).Message;
            Assert.True(isStart ? found.StartsWith(message, StringComparison.Ordinal) : found.Contains("learnedBiasGradient"), found);
        }
    }

    private static void Check(TableCall call, int degree) => call.Check(call.Compute(degree, float.NaN));
}
