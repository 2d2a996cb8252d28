using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Alone in the process, since the count of all threads is taken.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)] // a cut head: three phases
    [InlineData(2, 3)]
    [InlineData(16, 5)]
    public void ACallAllocatesNothingManaged(int degree, int heads)
    {
        AttentionProblem problem = new(new AttentionShape(1, heads, 70), keyLengths: [65]);
        var packed = AttentionShape.Packed(3, heads, 70, TensorLayout.BatchHeadLengthDim);
        int[] offsets = [0, 4, 64, 70];
        foreach (var engine in new[]
        {
            EngineTests.Linear<Causal>(degree), EngineTests.Linear<Bidirectional>(degree), EngineTests.Stateless<Causal>(degree),
        })
        {
            var output = new float[problem.OutputLength];
            BackwardContext context = new();
            Repeat(50);

            // The runtime's own threads may allocate now and then, so the whole process has some tries to be clean; a call that allocates
            // would never be.
            long ownBytes = 0, allBytes = long.MaxValue;
            for (var attempt = 0; attempt < 20 && allBytes != 0; attempt++)
            {
                long own = GC.GetAllocatedBytesForCurrentThread(), all = GC.GetTotalAllocatedBytes(precise: true);
                Repeat(20);
                allBytes = GC.GetTotalAllocatedBytes(precise: true) - all;
                ownBytes += GC.GetAllocatedBytesForCurrentThread() - own;
            }

            Assert.Equal(0, ownBytes);
            Assert.Equal(0, allBytes);

            void Repeat(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    engine.Forward(
                        new(problem.Query, problem.Key, problem.Value, output), problem.Shape, new() { KeyLengths = problem.KeyLengths });
                    engine.Forward(new(problem.Query, problem.Key, problem.Value, output), problem.Shape,
                        new() { Context = context, KeyLengths = problem.KeyLengths });
                    engine.Forward(new(problem.Query, problem.Key, problem.Value, output), packed, new() { Offsets = offsets });
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 8, 0)]
    [InlineData(2, 8, 3)]
    public void AStepAllocatesNothingManaged(int degree, int streams, int ended)
    {
        CausalSoftmax16 attention = new(1) { DegreeOfParallelism = degree };
        using var state = attention.CreateDecodingState(streams);
        float[] input = new float[streams * 16], output = new float[streams * 16];
        for (var stream = 0; stream < ended; stream++)
        {
            state.End(stream);
        }

        Repeat(200);
        var bytes = long.MaxValue;
        for (var attempt = 0; attempt < 20 && bytes != 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Repeat(200);
            bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.Equal(0, bytes);

        void Repeat(int count)
        {
            for (var i = 0; i < count; i++)
            {
                state.Step(input, input, input, output);
            }
        }
    }
}
