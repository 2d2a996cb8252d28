using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>Messages name the value and what is allowed, and do so in every culture alike.</summary>
public sealed class MessageTests
{
    [Theory]
    [InlineData("FavorAttention(HeadDim = 1025, Features = 16)", "HeadDim is 1025; allowed is 1 to 1024")]
    [InlineData("FavorAttention(HeadDim = 8)", "Features is missing; give it a value from 1 to 4096")]
    [InlineData("FavorAttention(Kernel = (KernelFunction)42, HeadDim = 8, Features = 16)",
        "Kernel is 42, which names no member; allowed are Softmax, SoftmaxHyperbolic, Relu")]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 8, Features = 17)",
        "Features is 17, but SoftmaxHyperbolic makes features in pairs; allowed are the even numbers from 2 to 4096")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Epsilon = 0.5f)",
        "Epsilon is 0.5, but kernel Softmax has no epsilon and ignores it; it belongs to Relu")]
    [InlineData("FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 16, Epsilon = float.NaN)",
        "Epsilon is NaN; allowed is any positive finite number")]
    public void A_message_names_the_value_and_the_allowed_set(string attribute, string message)
    {
        var run = new GeneratorRun($"using KernelGen;\n[{attribute}] partial class A {{ }}");

        Assert.Equal(message, Assert.Single(run.Reported).GetMessage());
    }

    [Fact]
    public void An_internal_error_names_the_exception_and_stays_on_one_line()
    {
        var failure = Generator.Diagnostics.Failure.Describe(
            "Sample.A", new InvalidOperationException("first\nsecond"), Microsoft.CodeAnalysis.Location.None);

        Assert.Equal("KGEN099", failure.Id);
        Assert.Contains("Sample.A", failure.GetMessage());
        Assert.Contains("InvalidOperationException: first second", failure.GetMessage());
    }
}
