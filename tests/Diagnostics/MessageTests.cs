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
        "Kernel is 42, which names no member; allowed are Softmax, SoftmaxHyperbolic, Relu, SoftmaxTrigonometric, SoftmaxOprf, Gelu, Sigmoid, Exp, Tanh, Abs, Cos, Identity, Square, EluPlusOne")]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 8, Features = 17)",
        "Features is 17, but SoftmaxHyperbolic makes features in pairs; allowed are the even numbers from 2 to 4096")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Epsilon = 0.5f)",
        "Epsilon is 0.5, but kernel Softmax has no epsilon and ignores it; it belongs to kernels f(x) + epsilon, such as Relu")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 8, Epsilon = 1e-3f)",
        "Epsilon is 0.001, but kernel Softmax has no epsilon and ignores it; it belongs to kernels f(x) + epsilon, such as Relu")]
    [InlineData("FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 16, Epsilon = float.NaN)",
        "Epsilon is NaN; allowed is any positive finite number")]
    [InlineData("FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 8, Features = 16)",
        "Gelu can be negative, so that the sum of the weights can come near 0; set Normalize = false, or an Epsilon that you have chosen for it")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Lambda = 2f)",
        "Lambda is 2, but kernel Softmax has no lambda and ignores it; it belongs to SoftmaxOprf")]
    [InlineData("FavorAttention(KernelFunctionName = \"Phi\", HeadDim = 8, Features = 16, Lambda = 2f)",
        "Lambda is 2, but kernel A.Phi has no lambda and ignores it; it belongs to SoftmaxOprf")]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16, Lambda = -2f)",
        "Lambda is -2; allowed is any finite number from 0")]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, InputScale = 0)", "InputScale is 0; allowed is any positive finite number")]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, InputScale = 1f)",
        "Inputs of scale 1 make the mean squared norm of q + k 16, and with 256 features the standard deviation of a weight is 186 times the weight; this needs an input scale of 0.59")]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, InputScale = 0.65f)",
        "Inputs of scale 0.65 make the mean squared norm of q + k 6.76, and with 256 features the standard deviation of a weight is 1.83 times the weight; this needs 862 features")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Backends = Backends.Gpu)",
        "Backends asks for GPU kernels, but the project does not reference ILGPU; add the package ILGPU, version 1.5.3")]
    [InlineData(
        "SoftmaxAttention(HeadDim = 8, Backends = (Backends)12)", "Backends is 12, which names no member; allowed are Auto, Cpu, Gpu")]
    [InlineData(
        "SoftmaxAttention(HeadDim = 8, Precision = (Precision)7)",
        "Precision is 7, which names no member; allowed are Float32, TensorFloat32")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Backends = Backends.Cpu, Precision = Precision.TensorFloat32)",
        "Precision is TensorFloat32, but Backends is Cpu, and CPU kernels ignore it; leave Precision out, or let Backends have the GPU")]
    public void A_message_names_the_value_and_the_allowed_set(string attribute, string message)
    {
        var run = new GeneratorRun($"using KernelGen;\n[{attribute}] partial class A {{ internal static float Phi(float x) => x * x; }}");

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
