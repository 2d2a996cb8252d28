using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Whatever the sizes, the layout and the degree, a call computes what the definition says.</summary>
public sealed class EngineTests
{
    // Around the tile (4 tokens), several tiles, and enough of them for each degree to be reached.
    private static readonly int[] Lengths = [0, 1, 3, 4, 5, 8, 17, 70];
    private static readonly int[] Degrees = [1, 2, 3, 5, 16];
    private static readonly (int Batch, int Heads)[] Sequences = [(1, 1), (1, 3), (2, 2), (3, 3)];

    public static TheoryData<int, TensorLayout> DegreesAndLayouts()
    {
        TheoryData<int, TensorLayout> data = new();
        foreach (var degree in Degrees)
        {
            data.Add(degree, TensorLayout.BatchHeadLengthDim);
            data.Add(degree, TensorLayout.BatchLengthHeadDim);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(DegreesAndLayouts))]
    public void CausalWithState(int degree, TensorLayout layout) =>
        CheckAll(Linear<Causal>(degree), AttentionProblem.LinearWeight, causal: true, hasState: true, layout);

    [Theory]
    [MemberData(nameof(DegreesAndLayouts))]
    public void BidirectionalWithState(int degree, TensorLayout layout) =>
        CheckAll(Linear<Bidirectional>(degree), AttentionProblem.LinearWeight, causal: false, hasState: true, layout);

    [Theory]
    [MemberData(nameof(DegreesAndLayouts))]
    public void CausalWithoutState(int degree, TensorLayout layout) =>
        CheckAll(Stateless<Causal>(degree), AttentionProblem.SquareWeight, causal: true, hasState: false, layout);

    [Theory]
    [MemberData(nameof(DegreesAndLayouts))]
    public void BidirectionalWithoutState(int degree, TensorLayout layout) =>
        CheckAll(Stateless<Bidirectional>(degree), AttentionProblem.SquareWeight, causal: false, hasState: false, layout);

    [Fact]
    public void NothingToDoIsDone()
    {
        var engine = Linear<Bidirectional>(2);
        engine.Forward(default, new AttentionShape(0, 4, 7), default);
        engine.Forward(default, new AttentionShape(4, 0, 7), default);
        engine.Forward(default, new AttentionShape(4, 2, 0), new() { KeyLengths = new int[4] });
    }

    [Fact]
    public void TheOutputDependsOnTheDegreeOnlyWhereHeadsAreCut()
    {
        AttentionProblem many = new(new AttentionShape(4, 4, 33));
        var expected = many.Run(Linear<Causal>(1));
        Assert.Equal(expected, many.Run(Linear<Causal>(2))); // 16 heads in whole rounds
        Assert.Equal(expected, many.Run(Linear<Causal>(3))); // 16 ≥ 4 · 3
        Assert.Equal(expected, many.Run(Linear<Causal>(16)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void TheSameDegreeGivesTheSameBitsWhateverThreadsRan(int degree)
    {
        AttentionProblem problem = new(new AttentionShape(1, 1, 70));
        AttentionEngine causal = Linear<Causal>(degree), bidirectional = Linear<Bidirectional>(degree);
        float[] first = problem.Run(causal), firstBidirectional = problem.Run(bidirectional);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(first, problem.Run(causal));
            Assert.Equal(firstBidirectional, problem.Run(bidirectional));
        }

        // Take the team away, so that the calling thread works alone. Other tests may hold it: then the calls ran alone all the same.
        var taken = WorkerTeam.Shared.TryEnter(2);
        try
        {
            Assert.Equal(first, problem.Run(causal));
            Assert.Equal(firstBidirectional, problem.Run(bidirectional));
        }
        finally
        {
            if (taken)
            {
                WorkerTeam.Shared.Exit();
            }
        }
    }

    [Fact]
    public async Task ConcurrentCallsOfOneInstanceDoNotDisturbEachOther()
    {
        var engine = Linear<Causal>(2);
        AttentionProblem[] problems =
            [.. Enumerable.Range(0, 8).Select(i => new AttentionProblem(new AttentionShape(1, 1 + i % 3, 40 + i), seed: i))];
        float[][] expected = [.. problems.Select(p => p.Run(engine))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () =>
            {
                for (var repeat = 0; repeat < 200; repeat++)
                {
                    Assert.Equal(expected[i], problems[i].Run(engine));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnExceptionInAKernelReachesTheCallerAndTheEngineGoesOn(int degree)
    {
        var engine = Linear<Bidirectional>(degree);
        AttentionProblem good = new(new AttentionShape(1, 2, 40)), bad = new(new AttentionShape(1, 2, 40));
        bad.Query[^LinearKernel<Bidirectional>.Dim] = LinearKernel<Bidirectional>.Bomb;
        var expected = good.Run(engine);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("bomb", Assert.Throws<InvalidTimeZoneException>(() => bad.Run(engine)).Message);
            Assert.Equal(expected, good.Run(engine));
        }
    }

    [Fact]
    public void ScratchMemoryDoesNotGrowWithTheLength()
    {
        foreach (var degree in Degrees)
        {
            foreach (var engine in new[] { Linear<Causal>(degree), Linear<Bidirectional>(degree), Stateless<Causal>(degree) })
            {
                var bytes = engine.ScratchBytes(new AttentionShape(1, 3, 5000));
                Assert.True(bytes > 0);
                Assert.Equal(bytes, engine.ScratchBytes(new AttentionShape(1, 3, 1_000_000)));
                Assert.True(bytes >= engine.ScratchBytes(new AttentionShape(1, 3, 9)));
            }
        }
    }

    [Fact]
    public void ScratchOfOneWorkerIsItsScratchAndOneState() =>
        Assert.Equal(
            (16 + 48) * sizeof(float), // 6 and 42 floats, each to the next 64 bytes
            Linear<Causal>(1).ScratchBytes(new AttentionShape(2, 4, 100)));

    [Fact]
    public void AnEngineTellsItsKernelAndProjection()
    {
        var engine = Linear<Causal>(2);
        Assert.Equal((4, 24, 2), (engine.Lanes, engine.StateLength, engine.DegreeOfParallelism));
        Assert.Same(AttentionProblem.W, engine.Projection);
        Assert.Null(Stateless<Causal>(1).Projection);
        Assert.Equal(Environment.ProcessorCount, AttentionEngine.Create<LinearKernel<Causal>>(AttentionProblem.W, []).DegreeOfParallelism);
    }

    internal static AttentionEngine Linear<TDirection>(int degree)
        where TDirection : struct, IDirection
    {
        var engine = AttentionEngine.Create<LinearKernel<TDirection>>(AttentionProblem.W, []);
        engine.DegreeOfParallelism = degree;
        return engine;
    }

    internal static AttentionEngine Stateless<TDirection>(int degree)
        where TDirection : struct, IDirection
    {
        var engine = AttentionEngine.Create<StatelessKernel<TDirection>>(null, []);
        engine.DegreeOfParallelism = degree;
        return engine;
    }

    private static void CheckAll(
        AttentionEngine engine, Func<float[], float[], double> weight, bool causal, bool hasState, TensorLayout layout)
    {
        foreach (var (batch, heads) in Sequences)
        {
            foreach (var queries in Lengths)
            {
                foreach (var keys in causal ? [queries] : Lengths)
                {
                    AttentionShape shape = new(batch, heads, queries, keys, layout);
                    Check(engine, new AttentionProblem(shape), weight, causal, hasState);
                    int[] keyLengths = [.. Enumerable.Range(0, batch).Select(b => keys * (b + 1) / (batch + 1))];
                    Check(engine, new AttentionProblem(shape, keyLengths), weight, causal, hasState);
                }
            }
        }
    }

    private static void Check(
        AttentionEngine engine, AttentionProblem problem, Func<float[], float[], double> weight, bool causal, bool hasState)
    {
        var (output, logSumExp) = problem.Expected(weight, causal);
        AttentionProblem.AssertClose(output, problem.Run(engine));
        BackwardContext context = new() { KeepsState = true };
        problem.Run(engine, context);
        context.LogSumExpMemory.Fill(float.NaN);
        context.StateMemory.Fill(float.NaN);
        AttentionProblem.AssertClose(output, problem.Run(engine, context));
        AttentionProblem.AssertClose(logSumExp, context.LogSumExp.ToArray());
        AttentionProblem.AssertClose(hasState ? problem.ExpectedState() : [], context.State.ToArray());
    }
}
