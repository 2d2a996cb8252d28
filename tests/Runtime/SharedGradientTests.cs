using System.Runtime.CompilerServices;
using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// A gradient that heads share is their sum, and 0 where no head has a key; whoever shares it, in both layouts, at any degree.
/// </summary>
public sealed class SharedGradientTests
{
    private const int Dim = LinearKernel<Bidirectional>.Dim, Values = LinearKernel<Bidirectional>.Values;

    private interface ISharing
    {
        static abstract OperandSharing Value { get; }
    }

    [Fact]
    public void HeadsThatShareAGradientAddUp()
    {
        Check<ByNobody>();
        Check<ByGroups>();
        Check<BySequences>();
        Check<ByBatch>();
        Check<ByEveryone>();
    }

    [Fact]
    public void PackedSequencesAddUpToo()
    {
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            foreach (var degree in new[] { 1, 2, 5 })
            {
                foreach (var lengths in new int[][] { [], [3, 0, 16], [0, 0, 9] })
                {
                    CheckPacked<ByNobody>(layout, degree, lengths);
                    CheckPacked<ByGroups>(layout, degree, lengths);
                    CheckPacked<BySequences>(layout, degree, lengths);
                    CheckPacked<ByBatch>(layout, degree, lengths);
                    CheckPacked<ByEveryone>(layout, degree, lengths);
                }
            }
        }
    }

    private static void CheckPacked<TSharing>(TensorLayout layout, int degree, int[] lengths)
        where TSharing : struct, ISharing
    {
        const int Keys = 20;
        int[] keyOffsets = [0, 4, 4, Keys];
        var engine = AttentionEngine.Create<LinearKernel<Bidirectional>>(AttentionProblem.W, [], GradientPass.Of<KeySums<TSharing>>());
        engine.DegreeOfParallelism = degree;
        var shape = AttentionShape.Packed(3, 4, 6, Keys, layout) with { KeyHeads = 2 };
        float[] query = new float[6 * 4 * Dim], value = new float[Keys * 2 * Values], output = new float[6 * 4 * Values];
        float[] key = [.. Enumerable.Range(0, Keys * 2 * Dim).Select(i => (float)(i % 97))];
        BackwardContext context = new();
        engine.Forward(
            new(query, key, value, output), shape,
            new() { Context = context, Offsets = [0, 5, 5, 6], KeyOffsets = keyOffsets, KeyLengths = lengths });

        var heads = TSharing.Value switch { OperandSharing.None => 4, OperandSharing.Group or OperandSharing.Batch => 2, _ => 1 };
        var expected = new float[heads * Keys];
        for (var b = 0; b < 3; b++)
        {
            for (var h = 0; h < 4; h++)
            {
                for (var j = 0; j < (lengths.Length == 0 ? keyOffsets[b + 1] - keyOffsets[b] : lengths[b]); j++)
                {
                    int At(int row, int head, int count) =>
                        layout == TensorLayout.BatchHeadLengthDim ? (head * Keys) + row : (row * count) + head;

                    // What all sequences share has rows for positions.
                    var token = keyOffsets[b] + j;
                    var row = TSharing.Value is OperandSharing.Batch or OperandSharing.Everyone ? j : token;
                    expected[At(row, heads == 1 ? 0 : h * heads / 4, heads)] += key[At(token, h / 2, 2) * Dim];
                }
            }
        }

        float[] overwritten = [.. expected.Select(_ => float.NaN)], added = [.. expected.Select(_ => 1f)];
        engine.Backward(new(query, key, value, output, overwritten), shape, context, new() { Accumulate = false });
        Assert.Equal(expected, overwritten);
        engine.Backward(new(query, key, value, output, added), shape, context, new() { Accumulate = true });
        Assert.Equal(expected.Select(x => x + 1), added);
    }

    private static void Check<TSharing>()
        where TSharing : struct, ISharing
    {
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            foreach (var degree in new[] { 1, 2, 5 })
            {
                foreach (var lengths in new int[][] { [], [9, 4, 0], [0, 4, 9] })
                {
                    Check<TSharing>(new AttentionShape(3, 4, 6, 9, layout) { KeyHeads = 2 }, degree, lengths);
                }
            }
        }
    }

    private static void Check<TSharing>(AttentionShape shape, int degree, int[] lengths)
        where TSharing : struct, ISharing
    {
        var engine = AttentionEngine.Create<LinearKernel<Bidirectional>>(AttentionProblem.W, [], GradientPass.Of<KeySums<TSharing>>());
        engine.DegreeOfParallelism = degree;
        Random random = new(2);
        // whole numbers, whose sums have no rounding
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(100) * 1f)];
        int queries = shape.Batch * shape.Heads * shape.QueryLength, keys = shape.Batch * shape.KeyHeads * shape.KeyLength;
        float[] query = Numbers(queries * Dim), key = Numbers(keys * Dim), value = Numbers(keys * Values),
            output = new float[queries * Values];
        BackwardContext context = new();
        engine.Forward(new(query, key, value, output), shape, new() { Context = context, KeyLengths = lengths });

        var isHeadsOuter = shape.Layout == TensorLayout.BatchHeadLengthDim;
        var (batches, heads) = (TSharing.Value is OperandSharing.Batch or OperandSharing.Everyone ? 1 : shape.Batch,
            TSharing.Value switch { OperandSharing.None => 4, OperandSharing.Group or OperandSharing.Batch => 2, _ => 1 });
        var expected = new float[batches * heads * shape.KeyLength];
        for (var b = 0; b < shape.Batch; b++)
        {
            for (var h = 0; h < shape.Heads; h++)
            {
                for (var j = 0; j < (lengths.Length == 0 ? shape.KeyLength : lengths[b]); j++)
                {
                    int At(int batch, int head, int count) =>
                        isHeadsOuter ? (((batch * count) + head) * shape.KeyLength) + j : (((batch * shape.KeyLength) + j) * count) + head;
                    var sum = At(batches == 1 ? 0 : b, heads == 1 ? 0 : h * heads / shape.Heads, heads);
                    expected[sum] += key[At(b, h / 2, shape.KeyHeads) * Dim];
                }
            }
        }

        float[] overwritten = [.. expected.Select(_ => float.NaN)], added = [.. expected.Select(_ => 1f)];
        engine.Backward(new(query, key, value, output, overwritten), shape, context, new() { Accumulate = false });
        Assert.Equal(expected, overwritten);
        engine.Backward(new(query, key, value, output, added), shape, context, new() { Accumulate = true });
        Assert.Equal(expected.Select(x => x + 1), added);
    }

    private readonly struct ByNobody : ISharing
    {
        public static OperandSharing Value => OperandSharing.None;
    }

    private readonly struct ByGroups : ISharing
    {
        public static OperandSharing Value => OperandSharing.Group;
    }

    private readonly struct BySequences : ISharing
    {
        public static OperandSharing Value => OperandSharing.Sequence;
    }

    private readonly struct ByBatch : ISharing
    {
        public static OperandSharing Value => OperandSharing.Batch;
    }

    private readonly struct ByEveryone : ISharing
    {
        public static OperandSharing Value => OperandSharing.Everyone;
    }

    /// <summary>The "gradient" of each key is its first number.</summary>
    private readonly struct KeySums<TSharing> : IAttentionKernel
        where TSharing : struct, ISharing
    {
        private static readonly Operand[] Listed =
        [
            new("key", OperandRows.Keys, Dim, OperandAccess.Read, OperandSharing.Group),
            new("sum", OperandRows.Keys, 1, OperandAccess.Accumulate, TSharing.Value),
        ];

        public static ReadOnlySpan<Operand> Operands => Listed;

        public static int HeadDim => Dim;

        public static int ValueDim => Values;

        public static int Features => 0;

        public static bool Causal => false;

        public static int Lanes => 4;

        public static int TileRows => 2;

        public static int ProjectionRows => LinearKernel<Bidirectional>.Rows;

        public static int ParameterFloats => 0;

        public static int StateFloats => 0;

        public static int ExportedStateFloats => 0;

        public static int ScratchFloats => 1;

        public static bool NeedsHadamard => false;

        public static bool OutputsKeys => true;

        public static void PackParameters(Projection? projection, ReadOnlySpan<float> hyperparameters, Span<float> packed)
        {
        }

        public static void InitState(ref float state) => throw new InvalidOperationException("There is no state.");

        public static void Accumulate(in HeadOperands head, int from, int to, ref float state, ref float scratch) =>
            throw new InvalidOperationException("There is no state.");

        public static void Merge(ref float state, ref float other) => throw new InvalidOperationException("There is no state.");

        public static void ExportState(ref float state, Span<float> destination) =>
            throw new InvalidOperationException("There is no state.");

        public static void Output(in HeadOperands head, int from, int to, ref float state, ref float scratch)
        {
            for (var j = from; j < to; j++)
            {
                ref var sum = ref Unsafe.Add(ref head[1], j * head.Stride(1));
                sum = (head.AddsGradients ? sum : 0) + Unsafe.Add(ref head[0], j * head.Stride(0));
            }
        }
    }
}
