using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>A user's kernel function gives the code of the equal built-in, to the byte: nobody pays for writing it out.</summary>
public sealed class OwnFunctionTextTests
{
    private const string Sizes = "HeadDim = 9, ValueDim = 5, Features = 22";

    [Theory]
    [InlineData(KernelFunction.Relu, "MathF.Max(0, x)")]
    [InlineData(KernelFunction.Gelu, "0.5f * x * (1 + KernelMath.Erf(x * 0.70710677f))", "Normalize = false")]
    [InlineData(KernelFunction.Sigmoid, "1 / (1 + MathF.Exp(-x))")]
    [InlineData(KernelFunction.Exp, "MathF.Exp(x)", "Epsilon = 0.01f")]
    [InlineData(KernelFunction.Tanh, "MathF.Tanh(x)", "Normalize = false")]
    [InlineData(KernelFunction.Abs, "MathF.Abs(x)")]
    [InlineData(KernelFunction.Cos, "MathF.Cos(x)", "Normalize = false")]
    [InlineData(KernelFunction.Identity, "x", "Normalize = false")]
    [InlineData(KernelFunction.Square, "x * x")]
    [InlineData(KernelFunction.EluPlusOne, "x > 0 ? x + 1 : MathF.Exp(x)")]
    public void A_method_gives_the_code_of_the_equal_built_in(KernelFunction function, string body, string? more = null)
    {
        var rest = more is null ? Sizes : $"{Sizes}, {more}";
        foreach (var causal in new[] { "", ", Causal = true" })
        {
            var run = new GeneratorRun($$"""
                using System;
                using KernelGen;
                [FavorAttention(Kernel = KernelFunction.{{function}}, {{rest}}{{causal}})] public sealed partial class BuiltIn;
                [FavorAttention(KernelFunctionName = nameof(Phi), {{rest}}{{causal}})] public sealed partial class Own
                {
                    private static float Phi(float x) => {{body}};
                }
                """);

            Assert.Empty(run.Reported);
            Assert.All(run.Warnings, found => Assert.Equal("CS1591", found.Id)); // the sample has no documentation
            var own = run.Files["Own.Cpu.g.cs"];
            Assert.Contains("Own.Phi", own, StringComparison.Ordinal);
            Assert.Equal(
                run.Files["BuiltIn.Cpu.g.cs"],
                own.Replace("Own.Phi", function.ToString(), StringComparison.Ordinal).Replace("Own", "BuiltIn", StringComparison.Ordinal));
        }
    }

    /// <summary>Were the methods' bodies not read, the test above would still pass for functions that are all emitted alike.</summary>
    [Fact]
    public void Another_body_gives_other_code()
    {
        var run = new GeneratorRun($$"""
            using System;
            using KernelGen;
            [FavorAttention(KernelFunctionName = "Phi", {{Sizes}})] partial class One { static float Phi(float x) => MathF.Max(0, x); }
            [FavorAttention(KernelFunctionName = "Phi", {{Sizes}})] partial class Two { static float Phi(float x) => MathF.Max(0.5f, x); }
            """);

        Assert.NotEqual(run.Files["One.Cpu.g.cs"], run.Files["Two.Cpu.g.cs"].Replace("Two", "One", StringComparison.Ordinal));
    }

    [Fact]
    public void Emitted_file_is_the_snapshot()
    {
        var run = new GeneratorRun("""
            using System;
            using KernelGen;

            namespace Samples;

            /// <summary>A sample.</summary>
            [FavorAttention(KernelFunctionName = nameof(Bump), HeadDim = 3, ValueDim = 5, Features = 7)]
            public sealed partial class UserFunction
            {
                private const float Width = 2;

                private static float Bump(float x)
                {
                    var y = Square(x / Width);
                    if (y >= 1)
                    {
                        return 0;
                    }

                    return Square(1 - y) * MathF.Exp(-y);
                }

                private static float Square(float x) => x * x;
            }
            """);

        Assert.Empty(run.Reported);
        Assert.Empty(run.Warnings);
        Snapshot.Verify("UserFunction", run.Files["Samples.UserFunction.Cpu.g.cs"]);
    }
}
