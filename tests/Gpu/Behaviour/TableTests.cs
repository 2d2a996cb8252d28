using ILGPU.Runtime;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Masks;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Scores that read learned tables on GPUs, forward and backward, against the formula in double.</summary>
public class TableTests
{
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_the_formula(TableLayer layer)
    {
        using var gpu = new Device(layer);
        foreach (var (queries, keys) in new[] { (17, 17), (0, 4), (1, 1), (1, 40), (31, 33), (70, 97) }.Take(Sizes.AreShort ? 1 : 6))
        {
            gpu.Check(new TableCall(layer, batch: 2, heads: 3, queries, keys));
        }
    }

    /// <summary>Of few heads each has several groups, whose sums are added up.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Sums_of_spans_are_added_up(TableLayer layer)
    {
        using var gpu = new Device(layer);
        gpu.Check(new TableCall(layer, batch: 1, heads: 1, Sizes.Long, Sizes.Long));
    }

    /// <summary>Random inputs average faults away; these do not.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Structured_tokens_too(TableLayer layer)
    {
        using var gpu = new Device(layer);
        foreach (var number in new Func<int, float>[] { _ => 0.5f, _ => 0, i => (i % 97 * 0.02f) - 1, i => i % 2 * 1e-20f }
            .Take(Sizes.AreShort ? 1 : 4))
        {
            gpu.Check(new TableCall(layer, 1, 2, 33, 33).Fill(number));
        }
    }

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Padding_adds_nothing(TableLayer layer)
    {
        using var gpu = new Device(layer);
        gpu.Check(new TableCall(layer, 3, 2, 20, 60) { KeyLengths = [60, 21, 20], QueryLengths = [20, 10, 0] });
        gpu.Check(new TableCall(layer, 3, 2, 33, 33) { KeyLengths = [33, 1, 0] });
    }

    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Heads_share_keys(TableLayer layer)
    {
        using var gpu = new Device(layer);
        gpu.Check(new TableCall(layer, 2, heads: 3, 20, 35, keyHeads: 1));
    }

    /// <summary>What is not seen reaches no table, whatever it is.</summary>
    [Fact]
    public void NaN_of_a_key_that_nobody_sees_reaches_no_table()
    {
        var layer = TableLayer.All.Single(one => one.Type == typeof(BiasOfKinds));
        using var gpu = new Device(layer);
        var call = new TableCall(layer, 1, 1, 40, 40);
        var before = gpu.Compute(call);
        var unseen = Array.FindIndex(call.Kinds, kind => kind < 0);
        call.Key.AsSpan(unseen * BiasOfKinds.HeadDim, BiasOfKinds.HeadDim).Fill(float.NaN);
        var after = gpu.Compute(call);
        Compare.Same(before.Output, after.Output);
        Compare.Same(before.Tables[0], after.Tables[0]);
    }

    /// <summary>A NaN that is seen reaches the tables, and none of the calls after it.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Sums_have_one_order_and_no_past(TableLayer layer)
    {
        using var gpu = new Device(layer);
        var call = new TableCall(layer, 2, 2, 40, 40);
        var first = gpu.Compute(call);
        Assert.All(gpu.Compute(new TableCall(layer, 1, 2, 70, 70).Fill(_ => float.NaN)).Tables, table => Assert.Contains(float.NaN, table));
        foreach (var (one, other) in first.All.Zip(gpu.Compute(call).All))
        {
            Compare.Same(one, other);
        }
    }

    /// <summary>Gradients are added to what is there, or overwrite it; one that nobody wants is not computed.</summary>
    [Theory]
    [ClassData(typeof(TableLayer.Everyone))]
    public void Gradients_are_added_where_that_is_asked_for(TableLayer layer)
    {
        using var gpu = new Device(layer);
        var call = new TableCall(layer, 2, 2, 20, 20);
        var plain = gpu.Compute(call);
        var added = gpu.Compute(call, start: 2);
        foreach (var (one, other) in plain.Tables.Zip(added.Tables))
        {
            // A rounding of the sum.
            Compare.Close(Array.ConvertAll(one, x => 2.0 + x), other, 1e-6);
        }

        var unwanted = gpu.Compute(call, wantsTables: false);
        Compare.Same(plain.ByKey, unwanted.ByKey);
    }

    [Fact]
    public void One_table_of_two_may_be_unwanted()
    {
        var layer = TableLayer.All.Single(one => one.Type == typeof(ScaledByDistance));
        using var gpu = new Device(layer);
        var call = new TableCall(layer, 1, 2, 20, 20);
        var both = gpu.Compute(call);
        for (var unwanted = 0; unwanted < 2; unwanted++)
        {
            var one = call.Empty(float.NaN);
            one.Tables[unwanted] = [];
            gpu.Backward(call, one);
            Compare.Same(both.Tables[1 - unwanted], one.Tables[1 - unwanted]);
        }
    }

    /// <summary>Of no head and of no query the gradient is zeros, or what was there.</summary>
    [Fact]
    public void Tables_that_nobody_reads_have_zeros()
    {
        var layer = TableLayer.All[0];
        using var gpu = new Device(layer);
        foreach (var (batch, heads, queries) in new[] { (0, 2, 3), (2, 0, 3), (2, 2, 0) })
        {
            var call = new TableCall(layer, batch, heads, queries, 5);
            Assert.All(gpu.Compute(call).Tables[0], x => Assert.Equal(0, x));
            Assert.All(gpu.Compute(call, start: 2).Tables[0], x => Assert.Equal(2, x));
        }
    }

    /// <summary>Views on the device are what spans are.</summary>
    [Fact]
    public void Views_give_what_spans_give()
    {
        var layer = TableLayer.All.Single(one => one.Type == typeof(RelativeBias));
        using var device = new Device(layer);
        var (machine, gpu) = (device.Machine, (RelativeBias.Gpu)device.Gpu);
        var call = new TableCall(layer, batch: 1, heads: 2, 20, 33);
        var expected = device.Compute(call);

        using var q = machine.Upload(call.Query);
        using var k = machine.Upload(call.Key);
        using var v = machine.Upload(call.Value);
        using var t = machine.Upload(call.Tables[0]);
        using var g = machine.Upload(call.Upstream);
        using var o = machine.Upload(new float[call.Upstream.Length]);
        using var dq = machine.Upload(new float[call.Query.Length]);
        using var dk = machine.Upload(new float[call.Key.Length]);
        using var dv = machine.Upload(new float[call.Value.Length]);
        using var dt = machine.Upload(new float[call.Tables[0].Length]);
        using var context = gpu.CreateContext(call.Shape);
        using var stream = machine.Accelerator.CreateStream();
        gpu.Forward(stream, q.View, k.View, v.View, t.View, o.View, call.Shape, context: context);
        gpu.Backward(
            stream, q.View, k.View, v.View, t.View, o.View, context, g.View, dq.View, dk.View, dv.View, dt.View, call.Shape);
        stream.Synchronize();
        Compare.Same(expected.Output, o.GetAsArray1D());
        Compare.Same(expected.ByKey, dk.GetAsArray1D());
        Compare.Same(expected.Tables[0], dt.GetAsArray1D());
    }

    [Fact]
    public void Wrong_tables_and_heads_are_named()
    {
        using var device = new Device(TableLayer.All[0]);
        var gpu = (RelativeBias.Gpu)device.Gpu;
        var shape = new AttentionShape(1, 3, 4);
        var (q, v, table) = (new float[3 * 4 * 16], new float[3 * 4 * 24], new float[123]);
        var refused = Assert.Throws<ArgumentException>(() => gpu.Forward(q, q, v, new float[122], v.ToArray(), shape));
        Assert.StartsWith("learnedBias holds 122 numbers, but 123 are needed.", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(() =>
            gpu.Backward(q, q, v, table, v, q.ToArray(), q.ToArray(), v.ToArray(), new float[7], shape));
        Assert.StartsWith("learnedBiasGradient holds 7 numbers, but 123 are needed.", refused.Message, StringComparison.Ordinal);

        // The table is for three heads.
        refused = Assert.Throws<ArgumentException>(() => gpu.Forward(q, q, v, table, v.ToArray(), new AttentionShape(1, 4, 3)));
        Assert.Contains("at most 3", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A layer on a machine of its own, with several groups a head where heads are few.</summary>
    private sealed class Device : IDisposable
    {
        private readonly TableGpuCalls _calls;

        public Device(TableLayer layer)
        {
            _calls = TableGpuCalls.Of(layer);
            Gpu = _calls.Create(layer.Create(), Machine.Accelerator);
        }

        public Machine Machine { get; } = new(processors: 2);

        public IDisposable Gpu { get; }

        public TableOutcome Compute(TableCall call, float start = float.NaN, bool wantsTables = true) =>
            _calls.Compute(Gpu, call, start, wantsTables);

        public void Backward(TableCall call, TableOutcome gradients) => _calls.Backward(Gpu, call, gradients, accumulate: false);

        public void Check(TableCall call) => call.Check(Compute(call));

        public void Dispose()
        {
            Gpu.Dispose();
            Machine.Dispose();
        }
    }
}
