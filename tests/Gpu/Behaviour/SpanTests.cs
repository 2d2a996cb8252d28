using KernelGen.CompilerServices;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// Long sequences are cut into spans whose states are merged: the same result, in memory that does not grow with the length.
/// </summary>
public class SpanTests
{
    public static TheoryData<int, int, int, int, bool, int> Plans => new()
    {
        // processors, heads, length, floats of a state, scan, most tiles of a span
        { 1, 1, 0, 1000, false, int.MaxValue },
        { 1, 1, 1, 1000, true, int.MaxValue },
        { 132, 1, 33, 1000, true, int.MaxValue },
        { 132, 1, 1 << 20, 17_000, true, int.MaxValue },
        { 132, 1, 1 << 20, 17_000, false, int.MaxValue },
        { 132, 8, 1 << 20, 17_000, true, int.MaxValue },
        { 132, 100_000, 4096, 17_000, true, int.MaxValue },
        { 132, 3, 5000, 0, false, int.MaxValue },
        { 132, 64, GpuPlan.MostTokens, 4 << 20, false, int.MaxValue },
        { 132, 100_000, GpuPlan.MostTokens, 0, false, int.MaxValue },
        { 132, 1, 0, 17_000, true, 64 },
        { 132, 1, 100_000, 17_000, true, 64 },
        { 132, 64, 100_000, 17_000, true, 64 },
        { 132, 600, 100_000, 17_000, true, 64 },
        { 1, 1, 8192, 17_000, false, 64 },
        { 1, 1, 8193, 17_000, false, 64 },
        { 132, 64, GpuPlan.MostTokens, 4 << 20, true, 64 },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_plan_covers_every_token_with_whole_tiles_in_bounded_memory(
        int processors, int heads, int length, int stateFloats, bool isScan, int mostTiles)
    {
        var plan = GpuPlan.Create(
            heads, length, length, processors, stateTokens: 32, outputTokens: 16, stateFloats, scratchFloats: 0, isScan, mostTiles);
        Assert.Equal(heads, plan.Heads);
        foreach (var (rounds, spans, tokens, tile) in new[]
        {
            (plan.Rounds, plan.StateSpans, plan.StateSpanTokens, 32),
            (isScan ? plan.Rounds : 1, plan.OutputSpans, plan.OutputSpanTokens, isScan ? 32 : 16),
        })
        {
            Assert.Equal(0, tokens % tile);
            Assert.True((long)rounds * spans * tokens >= length);
            Assert.True((rounds - 1L) * spans * tokens < Math.Max(1, length), "The last round is empty.");
            Assert.True(rounds > 1 || (spans - 1L) * tokens < Math.Max(1, length), "The last span is empty.");

            // Four groups a multiprocessor, and one a head at least; outputs without a state need no memory: there are as many as tiles.
            Assert.True(stateFloats == 0 || (long)spans * heads <= Math.Max(heads, processors * 4L));
        }

        Assert.InRange(plan.StateSpanTokens, 32, (long)mostTiles * 32);

        // 256 MiB, unless there is one state a head.
        Assert.True(plan.StateSpans == 1 || (long)plan.StateSpans * heads * stateFloats <= 1L << 26);
        Assert.True(!isScan || (plan.StateSpans == plan.OutputSpans && plan.StateSpanTokens == plan.OutputSpanTokens));
    }

    [Fact]
    public void Groups_that_need_scratch_memory_do_not_grow_in_number_with_the_length()
    {
        static int Spans(int length, int scratchFloats) =>
            GpuPlan.Create(1, length, length, 132, 32, 32, stateFloats: 0, scratchFloats, isScan: false).OutputSpans;

        Assert.InRange(Spans(1 << 20, 5000), 1, 4 * 132);
        Assert.InRange(Spans(1 << 22, 5000), 1, 4 * 132);
        Assert.Equal(1 << 15, Spans(1 << 20, 0));
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Several_spans_compute_the_formula_too(Layer layer)
    {
        using var one = new GpuLayer(layer);
        using var many = new GpuLayer(layer, processors: 3);

        // Of one head, tiles of 32 tokens and 4 groups a multiprocessor: the first has 4 spans, the second a span each tile.
        var inputs = new Inputs(layer, 150, 150, seed: 6);
        if (Sizes.AreShort)
        {
            inputs = new Inputs(layer, 65, 65, seed: 6);
        }

        var expected = inputs.Naive(one.Weights);
        var tolerance = inputs.Tolerance(one.Weights);
        var (first, firstLog) = one.ForwardWithLogSumExp(inputs);
        var (second, secondLog) = many.ForwardWithLogSumExp(inputs);
        Compare.Close(expected.Output, first, tolerance);
        Compare.Close(expected.Output, second, tolerance);
        for (var i = 0; i < firstLog.Length; i++)
        {
            Assert.Equal(firstLog[i], secondLog[i], tolerance + (1e-6 * Math.Abs(expected.LogSumExp[i])));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Scratch_memory_does_not_grow_with_the_length(Layer layer)
    {
        using var gpu = new GpuLayer(layer, processors: 2);
        var bytes = gpu.ScratchBytes(new AttentionShape(2, 3, 1 << 16));
        Assert.Equal(bytes, gpu.ScratchBytes(new AttentionShape(2, 3, 1 << 20)));

        // States take at most 256 MiB, a scan's twice that.
        Assert.InRange(bytes, 1, 2L << 28);
        if (gpu.BackwardBytes is { } backward)
        {
            bytes = backward(new AttentionShape(2, 3, 1 << 16));
            Assert.Equal(bytes, backward(new AttentionShape(2, 3, 1 << 20)));
            Assert.InRange(bytes, 1, 2L << 28);
        }
    }
}
