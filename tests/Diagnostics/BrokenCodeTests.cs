using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>The generator runs on every keystroke: nothing that a half-typed file holds may make it throw.</summary>
public sealed class BrokenCodeTests
{
    private const string Valid = """
        using KernelGen;

        namespace Sample.Models
        {
            /// <summary>Holds attention.</summary>
            public partial class Outer<T> where T : class
            {
                [FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, ValueDim = 4, Features = 16, Causal = true, Epsilon = 1e-3f)]
                internal sealed partial class Inner
                {
                    public void Forward(float[] all) { }
                }

                [SoftmaxAttention(HeadDim = 8)] partial record Exact { private readonly int _size = 3; }

                [FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 8, Features = 16, Epsilon = 1)]
                partial class Own
                {
                    const float Slope = 2;
                    static float Phi(float x)
                    {
                        var y = x > 0 ? Slope * x : Twice(x);
                        if (y is > 1 and < 3) { return y; }
                        return y switch { < 0 => 0, _ => 1 } + System.MathF.Exp(-x);
                    }

                    static float Twice(float x) => 2 * x;
                }
            }
        }
        """;

    public static TheoryData<string> Broken =>
    [
        "[FavorAttention",
        "[FavorAttention(",
        "[FavorAttention()",
        "[FavorAttention]",
        "[FavorAttention] partial",
        "[FavorAttention] partial class",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A<",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A<,> { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A<T, T> { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A : { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A : Missing { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A : A { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A( { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A { public A(ulong",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A { void Forward(",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A { void Forward(Missing a, ref, __arglist) { } }",
        "[FavorAttention(HeadDim = )] partial class A { }",
        "[FavorAttention(HeadDim)] partial class A { }",
        "[FavorAttention(HeadDim = null)] partial class A { }",
        "[FavorAttention(HeadDim = \"eight\", Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = new[] { 1, 2 }, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = Missing.Size, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 1 / 0, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 99999999999, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 8.5, Features = 8L)] partial class A { }",
        "[FavorAttention(HeadDim = 8, HeadDim = 9, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim: 8, Features: 8)] partial class A { }",
        "[FavorAttention(64)] partial class A { }",
        "[FavorAttention(64, Features = 8)] partial class A { }",
        "[FavorAttention(Kernel = KernelFunction., HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(Kernel = KernelFunction.Missing, HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(Kernel = 1, HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(Kernel = typeof(int), HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(Causal = 1, Epsilon = \"x\", HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(Unknown = 1, HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention<int>(HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 8, Features = 8), FavorAttention(HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial class A { } [FavorAttention(HeadDim = 8, Features = 8)] partial class A { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] class A { } [SoftmaxAttention(HeadDim = 8)] class A { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial record A { } [SoftmaxAttention(HeadDim = 8)] partial class A { }",
        "[SoftmaxAttention(HeadDim = 8)] partial class A { } [SoftmaxAttention(HeadDim = 8)] partial class a { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] partial delegate void A();",
        "[FavorAttention(HeadDim = 8, Features = 8)] enum A { }",
        "[FavorAttention(HeadDim = 8, Features = 8)] void M() { }",
        "[FavorAttention(HeadDim = 8, Features = 8)]",
        "[assembly: FavorAttention(HeadDim = 8, Features = 8)]",
        "[return: FavorAttention(HeadDim = 8, Features = 8)] partial class A { }",
        "namespace { [FavorAttention(HeadDim = 8, Features = 8)] partial class A { } }",
        "namespace N. { [FavorAttention(HeadDim = 8, Features = 8)] partial class A { } }",
        "namespace @class.@int { [FavorAttention(HeadDim = 8, Features = 8)] partial class @static<@void> { } }",
        "partial class { [FavorAttention(HeadDim = 8, Features = 8)] partial class A { } }",
        "class Outer { [FavorAttention(HeadDim = 8, Features = 8)] partial class Outer { } }",
        "[SoftmaxAttention(HeadDim = 8)] static abstract sealed file partial record struct A;",
        "[SoftmaxAttention(HeadDim = A.HeadDim)] partial class A { }",
        Own("nameof()"),
        Own("nameof(Phi"),
        Own("nameof(Phi.)"),
        Own("nameof(A<,>.Phi)"),
        Own("\"Ph"),
        Own("\"\""),
        Own("$\"{Phi}\""),
        Own("null!"),
        Own("default"),
        Own("Phi"),
        Own("nameof(Phi), KernelFunctionType ="),
        Own("nameof(Phi), KernelFunctionType = typeof"),
        Own("nameof(Phi), KernelFunctionType = typeof()"),
        Own("nameof(Phi), KernelFunctionType = typeof(A<"),
        Own("nameof(Phi), KernelFunctionType = typeof(A<>)"),
        Own("nameof(Phi), KernelFunctionType = typeof(void)"),
        Own("nameof(Phi), KernelFunctionType = typeof(T*)"),
        Own("nameof(Phi), KernelFunctionType = typeof(dynamic)"),
        Own("nameof(Phi), KernelFunctionType = new[] { typeof(A) }"),
        Own("nameof(Phi), Kernel = KernelFunction., Lambda = , Epsilon = -"),
        Own("nameof(Phi)", "static float Phi"),
        Own("nameof(Phi)", "static float Phi("),
        Own("nameof(Phi)", "static float Phi(float"),
        Own("nameof(Phi)", "static float Phi(float x)"),
        Own("nameof(Phi)", "static float Phi(float x) =>"),
        Own("nameof(Phi)", "static float Phi(float x) => x ?"),
        Own("nameof(Phi)", "static float Phi(float x) => x switch {"),
        Own("nameof(Phi)", "static float Phi(float x) => x switch { > => 1, };"),
        Own("nameof(Phi)", "static float Phi(float x) => x is > 0 and ? 1 : ;"),
        Own("nameof(Phi)", "static float Phi(float x) => MathF.;"),
        Own("nameof(Phi)", "static float Phi(float x) => System.MathF.Exp(, x);"),
        Own("nameof(Phi)", "static float Phi(float x) => System.MathF.Pow(x, );"),
        Own("nameof(Phi)", "static float Phi(float x) => Helper(y: x); static float Helper(float x, float y = ) => x;"),
        Own("nameof(Phi)", "static float Phi(float x) { return"),
        Own("nameof(Phi)", "static float Phi(float x) { float y"),
        Own("nameof(Phi)", "static float Phi(float x) { var x = x; x += ; return x; }"),
        Own("nameof(Phi)", "static float Phi(float x) { if (x) { return x; } else"),
        Own("nameof(Phi)", "static float Phi(float x) { if () return x else return 1; }"),
        Own("nameof(Phi)", "static float Phi(float x) { const float y = x; const int z = 1 / 0; return y * z; }"),
        Own("nameof(Phi)", "static float Phi(float x) => x; static float Phi(float y) => y;"),
        Own("nameof(Phi)", "static partial float Phi(float x);"),
        Own("nameof(Phi)", "static float Phi(float) => 1;"),
        Own("nameof(Phi)", "static float Phi(float x, ) => x;"),
        Own("nameof(Phi)", "static float Phi(params float x) => x;"),
        Own("nameof(Phi)", "static float Phi(this float x) => x;"),
        Own("nameof(Phi)", "static float Phi(float x) => Slope * x; const float Slope = Slope;"),
        "[SoftmaxAttention(HeadDim = 8)] partial class A { partial void HeadDim(); int this[int Forward] => 0; ~A() { } static A() { } }",
        "[SoftmaxAttention(HeadDim = 8)] partial class A { int IAttention. => 3; int IMissing.HeadDim => 3; }",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_code_never_throws(string code) => AssertSound(new GeneratorRun("using KernelGen;\n" + code));

    [Fact]
    public void A_file_cut_anywhere_never_throws()
    {
        var run = new GeneratorRun(Valid);
        Assert.Equal(2 * 3, run.Files.Count);
        for (var length = 0; length < Valid.Length; length++)
        {
            AssertSound(run.Edit(0, _ => Valid[..length]));
        }
    }

    [Fact]
    public void A_file_with_any_character_left_out_never_throws()
    {
        var run = new GeneratorRun(Valid);
        for (var index = 0; index < Valid.Length; index++)
        {
            AssertSound(run.Edit(0, _ => Valid.Remove(index, 1)));
        }
    }

    [Fact]
    public void What_the_compiler_rejects_is_not_rejected_twice()
    {
        var run = new GeneratorRun("using KernelGen;\n[FavorAttention(HeadDim = \"eight\", Features = 16)] partial class A { }");

        Assert.Empty(run.Reported);
        Assert.Empty(run.Files);
    }

    private static string Own(string name, string members = "static float Phi(float x) => x;") =>
        $"[FavorAttention(HeadDim = 8, Features = 8, Epsilon = 1, KernelFunctionName = {name})] partial class A {{ {members} }}";

    private static void AssertSound(GeneratorRun run)
    {
        Assert.Null(run.Result.Exception);
        Assert.DoesNotContain(run.Result.Diagnostics, diagnostic => diagnostic.Id == "KGEN099");
    }
}
