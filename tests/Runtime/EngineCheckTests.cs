using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Each wrong argument is named, with what was expected and what was found.</summary>
public sealed class EngineCheckTests
{
    private const int Dim = AttentionProblem.Dim, Values = AttentionProblem.Values;

    private static readonly AttentionEngine Engine = EngineTests.Linear<Bidirectional>(1);

    [Fact]
    public void ImpossibleShapes()
    {
        Fails("shape", "Batch is -1, but must be at least 0", new AttentionShape(-1, 1, 1));
        Fails("shape", "Heads is -2, but must be at least 0", new AttentionShape(1, -2, 1));
        Fails("shape", "QueryLength is -3, but must be at least 0", new AttentionShape(1, 1, -3, 1));
        Fails("shape", "KeyLength is -4, but must be at least 0", new AttentionShape(1, 1, 1, -4));
        Fails(
            "shape", "Layout is 7, but must be 0 (BatchHeadLengthDim) or 1 (BatchLengthHeadDim)",
            new AttentionShape(1, 1, 1, (TensorLayout)7));
        Fails("shape", "Batch × Heads = 65536 × 65536 is more than 2147483647", new AttentionShape(65536, 65536, 0));
        var causal = Assert.Throws<ArgumentException>(
            "shape", () => EngineTests.Linear<Causal>(1).Forward(default, new AttentionShape(1, 1, 4, 5), default));
        Assert.Contains("QueryLength is 4 and KeyLength is 5", causal.Message);
        Assert.Throws<ArgumentException>("shape", () => Engine.ScratchBytes(new AttentionShape(-1, 1, 1)));
    }

    [Theory]
    [InlineData("query", 29, 50, 30, 18)]
    [InlineData("key", 30, 51, 30, 18)]
    [InlineData("value", 30, 50, 31, 18)]
    [InlineData("destination", 30, 50, 30, 17)]
    public void WrongLengths(string name, int query, int key, int value, int destination)
    {
        var exception = Assert.Throws<ArgumentException>(name, () => Engine.Forward(
            new(new float[query], new float[key], new float[value], new float[destination]), new AttentionShape(1, 2, 3, 5), default));
        Assert.Contains(
            $"{name} holds {name switch { "query" => query, "key" => key, "value" => value, _ => destination }} numbers",
            exception.Message);
        Assert.Contains(
            name switch
            {
                "query" => "length 3 × dim 5 = 30",
                "key" => "length 5 × dim 5 = 50",
                "value" => "length 5 × dim 3 = 30",
                _ => "length 3 × dim 3 = 18",
            },
            exception.Message);
    }

    [Fact]
    public void SizesPastEveryIntegerAreStillCompared() =>
        Fails("query", "23057484673198766000 are needed", new AttentionShape(46340, 46340, int.MaxValue)); // 46340² · (2^31 − 1) · 5 > 2^64

    [Fact]
    public void OverlapOfDestinationAndInputs()
    {
        AttentionShape shape = new(1, 1, 4);
        var all = new float[200];
        float[] query = new float[4 * Dim], key = new float[4 * Dim], value = new float[4 * Values], destination = new float[4 * Values];
        Check(
            "query", () => Engine.Forward(new(all.AsSpan(11, 4 * Dim), key, value, all.AsSpan(0, 4 * Values)), shape, default),
            "starts 11 numbers after");
        Check(
            "key", () => Engine.Forward(new(query, all.AsSpan(0, 4 * Dim), value, all.AsSpan(19, 4 * Values)), shape, default),
            "starts -19 numbers after");
        Check("value", () => Engine.Forward(new(query, key, destination, destination), shape, default), "starts 0 numbers after");
        Engine.Forward(new(all.AsSpan(12, 4 * Dim), key, value, all.AsSpan(0, 4 * Values)), shape, default); // side by side is no overlap

        static void Check(string input, Action call, string message)
        {
            var exception = Assert.Throws<ArgumentException>("destination", call);
            Assert.Contains($"overlaps {input}", exception.Message);
            Assert.Contains(message, exception.Message);
        }
    }

    [Fact]
    public void WrongKeyLengths()
    {
        AttentionShape shape = new(2, 1, 4);
        Check([4], "KeyLengths holds 1 numbers, but the batch has 2 sequences");
        Check([4, 5], "KeyLengths[1] is 5, but must be 0 to KeyLength = 4");
        Check([-1, 4], "KeyLengths[0] is -1, but must be 0 to KeyLength = 4");

        void Check(int[] keyLengths, string message)
        {
            var exception = Assert.Throws<ArgumentException>("options", () => Engine.Forward(
                new(new float[8 * Dim], new float[8 * Dim], new float[8 * Values], new float[8 * Values]), shape,
                new() { KeyLengths = keyLengths }));
            Assert.Contains(message, exception.Message);
        }
    }

    [Fact]
    public void ContextsThatAreTooShortOrTooLong()
    {
        AttentionShape shape = new(1, 1, 4);
        var attention = new EngineAttention(Engine, false);
        var needed = BackwardContext.LengthFor(attention, shape);
        Assert.Equal((2 * 4) + Engine.StateLength, needed);
        var error = Assert.Throws<ArgumentException>("options", () => Engine.Forward(
            new(new float[4 * Dim], new float[4 * Dim], new float[4 * Values], new float[4 * Values]), shape,
            new() { Context = new BackwardContext(new float[needed - 1]) }));
        Assert.Contains($"holds {needed - 1} numbers", error.Message);
        Assert.Contains($"needs {needed}", error.Message);
        var large = Assert.Throws<ArgumentException>(
            "shape", () => BackwardContext.LengthFor(attention, new AttentionShape(30000, 30000, 5)));
        Assert.Contains("= 4500000000 numbers are needed, but an array holds", large.Message);
    }

    [Fact]
    public void MemoryThatCannotBeHadIsNamedBeforeItIsAskedFor()
    {
        var error = Assert.Throws<InsufficientMemoryException>(() => MemoryChecks.Check(long.MaxValue, 8, "things"));
        Assert.Contains(
            "9223372036854775807 things of 8 bytes each need 73786976294838206456 bytes, but this process can have ", error.Message);
        Assert.Matches("can have [1-9][0-9]{8,} in all", error.Message); // no machine that runs this has less than 100 MB
        Assert.Throws<InsufficientMemoryException>(() => new AlignedBuffer(long.MaxValue));
        Assert.Throws<InsufficientMemoryException>(() => new AlignedBuffer(1L << 46));
        // more than an array holds, if not than there is
        Assert.Throws<InsufficientMemoryException>(() => MemoryChecks.Array<Int128>(int.MaxValue, "things"));
        MemoryChecks.Check(1, 1 << 20, "things");
        Assert.Equal(5, MemoryChecks.Array<float>(5, "things").Length);
    }

    [Fact]
    public void WrongProjections()
    {
        var shape = Assert.Throws<ArgumentException>(
            "projection", () => AttentionEngine.Create<LinearKernel<Causal>>(Projection.Orthogonal(7, 5, 1), []));
        Assert.Contains("7 × 5", shape.Message);
        Assert.Contains("6 × 5", shape.Message);
        Assert.Throws<ArgumentException>(
            "projection", () => AttentionEngine.Create<LinearKernel<Causal>>(Projection.Orthogonal(6, 4, 1), []));
        Assert.Throws<ArgumentNullException>("projection", () => AttentionEngine.Create<LinearKernel<Causal>>(null, []));
        var none = Assert.Throws<ArgumentException>(
            "projection", () => AttentionEngine.Create<StatelessKernel<Causal>>(Projection.Orthogonal(6, 5, 1), []));
        Assert.Contains("draws 0 projections, but one of 6 × 5", none.Message);
    }

    [Fact]
    public void ADegreeBelowOne() =>
        Assert.Throws<ArgumentOutOfRangeException>("value", () => Engine.DegreeOfParallelism = 0);

    private static void Fails(string parameter, string message, AttentionShape shape)
    {
        var exception = Assert.Throws<ArgumentException>(parameter, () => Engine.Forward(default, shape, default));
        Assert.Contains(message, exception.Message);
    }
}
