using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

internal static class Assertions
{
    /// <summary>Whether two tensors differ by at most a share of the largest reference.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() == 0)
        {
            return;
        }

        var largest = expected.to(ScalarType.Float64).abs().max().item<double>();
        var difference = (expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(
            difference <= tolerance * largest,
            $"The largest difference is {difference:g4}, the largest reference {largest:g4}, the tolerance {tolerance:g4}.");
    }

    /// <summary>Whether two tensors have the same bits.</summary>
    public static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        using Tensor a = expected.contiguous(), b = actual.contiguous();
        Assert.True(a.bytes.SequenceEqual(b.bytes), "The bits differ.");
    }

    /// <summary>Whether an action throws an exception whose message has a part.</summary>
    public static void Throws<TException>(string part, Action action)
        where TException : Exception
        => Assert.Contains(part, Message<TException>(action), StringComparison.Ordinal);

    /// <summary>The message of the exception that an action must throw.</summary>
    public static string Message<TException>(Action action)
        where TException : Exception
        => Assert.ThrowsAny<TException>(action).Message;
}
