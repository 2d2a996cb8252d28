using Xunit;

namespace KernelGen.Tests.CodeFixes;

/// <summary>Is there a fix where there is one way to mend a fault, and does it leave what the user meant?</summary>
public sealed class FixTests
{
    private const string Usings = "using System;\nusing KernelGen;\n";

    [Theory]
    [InlineData("class [|A|] { }", "partial class A { }")]
    [InlineData("public sealed class [|A|];", "public sealed partial class A;")]
    [InlineData("internal record [|A|];", "internal partial record A;")]
    [InlineData("/* a */ class /* b */ [|A|] { }", "/* a */ partial class /* b */ A { }")]
    public Task A_type_becomes_partial(string type, string mended) => FixTest.ExpectAsync(
        $"{Usings}[SoftmaxAttention(HeadDim = 8)]\n{type}", $"{Usings}[SoftmaxAttention(HeadDim = 8)]\n{mended}");

    [Fact]
    public Task Types_around_it_become_partial_too() => FixTest.ExpectAsync(
        Usings + """
        /// <summary>Text.</summary>
        public static class [|Outer|]
        {
            struct [|Middle|]
            {
                [SoftmaxAttention(HeadDim = 8)]
                sealed class [|A|] { }
            }
        }
        """,
        Usings + """
        /// <summary>Text.</summary>
        public static partial class Outer
        {
            partial struct Middle
            {
                [SoftmaxAttention(HeadDim = 8)]
                sealed partial class A { }
            }
        }
        """);

    [Theory]
    [InlineData("[|SoftmaxAttention|]", "SoftmaxAttention(HeadDim = 64)")]
    [InlineData("[|SoftmaxAttention()|]", "SoftmaxAttention(HeadDim = 64)")]
    [InlineData("[|SoftmaxAttention(Causal = true)|]", "SoftmaxAttention(HeadDim = 64, Causal = true)")]
    [InlineData("[|FavorAttention(HeadDim = 8)|]", "FavorAttention(HeadDim = 8, Features = 256)")]
    public Task A_size_is_added(string attribute, string mended) => Attribute(attribute, mended);

    [Fact]
    public Task Two_sizes_are_added() => new FixTest
    {
        TestCode = Usings + "[[|[|FavorAttention|]|]] partial class A { }",
        FixedCode = Usings + "[FavorAttention(HeadDim = 64, Features = 256)] partial class A { }",
        NumberOfIncrementalIterations = 2,
        NumberOfFixAllIterations = 2,
    }.RunAsync();

    [Theory]
    [InlineData("FavorAttention(HeadDim = 8, Epsilon = [|1e-3f|], Features = 16)", "FavorAttention(HeadDim = 8, Features = 16)")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Lambda = [|2f|])", "FavorAttention(HeadDim = 8, Features = 16)")]
    [InlineData("SoftmaxAttention(RotaryTheta = [|500|], HeadDim = 8)", "SoftmaxAttention(HeadDim = 8)")]
    [InlineData(
        "SoftmaxAttention(HeadDim = 8, Precision = [|Precision.TensorFloat32|], Backends = Backends.Cpu)",
        "SoftmaxAttention(HeadDim = 8, Backends = Backends.Cpu)")]
    public Task An_argument_without_meaning_is_removed(string attribute, string mended) => Attribute(attribute, mended);

    [Theory]
    [InlineData("FavorAttention([|64|], [|256|])", "FavorAttention(HeadDim = 64, Features = 256)")]
    [InlineData("FavorAttention([|64|], Features = 256)", "FavorAttention(HeadDim = 64, Features = 256)")]
    [InlineData("SoftmaxAttention([|HeadDim: 64|])", "SoftmaxAttention(HeadDim = 64)")]
    public Task An_argument_gets_its_name(string attribute, string mended) => Attribute(attribute, mended);

    [Theory]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, [|causal|] = true)",
        "FavorAttention(HeadDim = 8, Features = 16, Causal = true)")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, [|Kernal|] = KernelFunction.Relu)",
        "FavorAttention(HeadDim = 8, Features = 16, Kernel = KernelFunction.Relu)")]
    public Task A_name_is_spelt_as_it_is(string attribute, string mended) => Attribute(attribute, mended);

    [Fact]
    public Task A_second_attribute_is_removed() => FixTest.ExpectAsync(
        Usings + """
        [SoftmaxAttention(HeadDim = 8)] partial class A { }
        [Serializable, [|SoftmaxAttention(HeadDim = 16)|]] partial class A { }
        """,
        Usings + """
        [SoftmaxAttention(HeadDim = 8)] partial class A { }
        [Serializable] partial class A { }
        """);

    [Theory]
    [InlineData("x * [|0.5|]", "x * 0.5f")]
    [InlineData("x * [|2d|] + [|1e-3|]", "x * 2f + 1e-3f")]
    [InlineData("x * [|Math.PI|]", "x * MathF.PI")]
    [InlineData("[|(double)x|] * x", "x * x")]
    [InlineData("[|Math.Exp(x)|] * x", "MathF.Exp(x) * x")]
    [InlineData("x * ([|1.0 / 3|])", "x * ((float)(1.0 / 3))")]
    [InlineData("2 * [|MathF.Sinh(x + 1)|]", "2 * (0.5f * (MathF.Exp(x + 1) - MathF.Exp(-(x + 1))))")]
    [InlineData("[|MathF.Tan(x)|]", "MathF.Sin(x) / MathF.Cos(x)")]
    [InlineData("[|float.ExpM1(x)|] - 1", "MathF.Exp(x) - 1 - 1")]
    [InlineData("[|float.ClampNative(x, 0, 1)|]", "float.Clamp(x, 0, 1)")]
    public Task An_expression_is_written_as_kernels_have_it(string body, string mended)
    {
        string Source(string text) =>
            $"{Usings}[FavorAttention(KernelFunctionName = nameof(F), HeadDim = 8, Features = 8, Epsilon = 1)]\npartial class A {{ static float F(float x) => (float)({text}); }}";
        return FixTest.ExpectAsync(Source(body), Source(mended));
    }

    [Fact]
    public Task A_local_becomes_a_float_and_a_call_without_a_use_goes() => new FixTest
    {
        TestCode = Function("""
            static float F(float x)
            {
                // Twice.
                double [|y = 2 * x|];
                [|G(x)|];
                return x;
            }

            static float G(float x) => x;
            """),
        FixedCode = Function("""
            static float F(float x)
            {
                // Twice.
                float y = 2 * x;
                return x;
            }

            static float G(float x) => x;
            """),
        NumberOfFixAllIterations = 2, // one for each kind
    }.RunAsync();

    /// <summary>Where there are two ways, or none, no fix is offered.</summary>
    [Theory]
    [InlineData("const double Half = 0.5; static float F(float x) => (float)(x * Half);")]
    [InlineData("static float Slope; static float F(float x) => Slope * x;")]
    [InlineData("static float F(float x) => MathF.Floor(x);")]
    [InlineData("static float F(float x) { int n = 3; return n * x; }")]
    public Task There_is_no_fix(string members) => FixTest.ExpectAsync(Function(members), Function(members));

    /// <summary>What cannot be mended by a rule: the value is not known, the name is like none.</summary>
    [Theory]
    [InlineData("SoftmaxAttention(HeadDim = 0)")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Temperature = 2f)")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Causal = 1)")]
    public Task There_is_no_fix_of_an_argument(string attribute) => Attribute(attribute, attribute);

    private static string Function(string members) =>
        $"{Usings}[FavorAttention(KernelFunctionName = nameof(F), HeadDim = 8, Features = 8, Epsilon = 1)]\npartial class A\n{{\n{members}\n}}";

    private static Task Attribute(string attribute, string mended) => FixTest.ExpectAsync(
        $"{Usings}[{attribute}] partial class A {{ }}", $"{Usings}[{mended}] partial class A {{ }}");
}
