using System.Globalization;
using KernelGen.Generator;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Positions;
using KernelGen.Tests.Harness;
using Xunit;
using Kind = KernelGen.Generator.Families.Favor.ProjectionKind;
using Spelled = KernelGen.Generator.Families.Favor.KernelFunction;

namespace KernelGen.Tests.Specs;

/// <summary>Symbols → declarations: what the user wrote, with every default filled in.</summary>
public sealed class DeclarationTests
{
    [Fact]
    public void Favor_with_defaults() => Assert.Equal(
        new FavorSpec(Spelled.Softmax, null, 64, 64, 256, Causal: false, Epsilon: 0, IsNormalized: true, Kind.Orthogonal, Lambda: null),
        SpecOf("[FavorAttention(HeadDim = 64, Features = 256)] partial class A;"));

    [Fact]
    public void Favor_with_everything() => Assert.Equal(
        new FavorSpec(
            Spelled.Relu, KernelFunctions.Of(Spelled.Relu), 7, 3, 5, Causal: true, Epsilon: 0.5f,
            IsNormalized: false, Kind.Hadamard, Lambda: null),
        SpecOf("""
            [FavorAttention(
                Kernel = KernelFunction.Relu, HeadDim = 7, ValueDim = 3, Features = 5, Causal = true, Epsilon = 0.5f, Normalize = false,
                Projection = ProjectionKind.Hadamard)] partial class A;
            """));

    [Fact]
    public void Oprf_with_lambda() => Assert.Equal(
        new FavorSpec(Spelled.SoftmaxOprf, null, 8, 8, 16, Causal: false, Epsilon: 0, IsNormalized: true, Kind.Orthogonal, Lambda: 3),
        SpecOf("[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16, Lambda = 3)] partial class A;"));

    [Fact]
    public void Exponential_kernel_is_a_map_of_logarithms_unless_it_has_an_epsilon()
    {
        const string Declaration = "[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 8, Features = 16{0})] partial class A;";
        var (without, with) = (SpecOf(string.Format(Declaration, "")), SpecOf(string.Format(Declaration, ", Epsilon = 0.5f")));

        Assert.Null(Assert.IsType<FavorSpec>(without).Function);
        Assert.Equal(KernelFunctions.Of(Spelled.Exp), Assert.IsType<FavorSpec>(with).Function);
    }

    [Theory]
    [InlineData("Kernel = KernelFunction.Tanh, Normalize = false", 0)]
    [InlineData("Kernel = KernelFunction.Square", 1e-3f)]
    [InlineData("Kernel = KernelFunction.Tanh, Epsilon = 2f", 2)]
    [InlineData("Kernel = KernelFunction.Square, Normalize = false, Epsilon = 0.5f", 0.5f)]
    public void Epsilon_where_it_is_left_out_is_the_paper_s_only_for_the_normaliser(string arguments, float epsilon) =>
        Assert.Equal(
            epsilon,
            Assert.IsType<FavorSpec>(SpecOf($"[FavorAttention({arguments}, HeadDim = 8, Features = 16)] partial class A;")).Epsilon);

    [Fact]
    public void Relu_takes_the_default_epsilon_that_the_attribute_documents()
    {
        var spec = SpecOf("[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 7, Features = 5)] partial class A;");

        Assert.Equal(new FavorAttentionAttribute().Epsilon, Assert.IsType<FavorSpec>(spec).Epsilon);
    }

    [Fact]
    public void Hyperbolic_draws_half_as_many_projections()
    {
        var spec = SpecOf("[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 7, Features = 16)] partial class A;");
        Assert.Equal(8, Assert.IsType<FavorSpec>(spec).ProjectionRows);
    }

    [Fact]
    public void Softmax() => Assert.Equal(
        new SoftmaxSpec(64, 32, Visibility.Causal),
        SpecOf("[SoftmaxAttention(HeadDim = 64, ValueDim = 32, Causal = true)] partial class A;"));

    [Fact]
    public void Constants_and_full_names_are_read() => Assert.Equal(
        new SoftmaxSpec(12, 12, Visibility.Causal),
        SpecOf("static class C { public const int D = 3; } [global::KernelGen.SoftmaxAttentionAttribute(HeadDim = C.D * 4, Causal = !false)] partial class A;"));

    [Theory]
    [InlineData("SoftmaxAttention(HeadDim = 8)", "Float32")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Precision = Precision.TensorFloat32)", "TensorFloat32")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Precision = Precision.Float32)", "Float32")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, Precision = Precision.TensorFloat32)", "TensorFloat32")]
    public void Precision_is_float32_unless_it_is_said(string attribute, string precision) =>
        Assert.Equal(precision, DeclarationOf($"[{attribute}] partial class A;").Precision.ToString());

    [Fact]
    public void The_generator_repeats_the_enums_of_the_attributes_and_of_operands()
    {
        Same<Precision, KernelGen.Precision>();
        Same<Spelled, KernelGen.KernelFunction>();
        Same<Kind, KernelGen.ProjectionKind>();
        Same<Generator.Attributes.PositionKind, KernelGen.Positions>();
        Same<Generator.Declarations.BackendFlags, KernelGen.Backends>();
        Same<Generator.Families.Linformer.LengthSharing, KernelGen.LengthSharing>();
        Same<Generator.Tiles.OperandAccess, CompilerServices.OperandAccess>();
        Same<Generator.Tiles.OperandElement, CompilerServices.OperandElement>();
        Same<Generator.Tiles.OperandSharing, CompilerServices.OperandSharing>();
        Same<Generator.Tiles.OperandSource, CompilerServices.OperandSource>();

        static void Same<T, TRuntime>()
            where T : struct, Enum
            where TRuntime : struct, Enum
            => Assert.Equal(
                Enum.GetValues<TRuntime>().Select(member => (member.ToString(), Convert.ToInt32(member, CultureInfo.InvariantCulture))),
                Enum.GetValues<T>().Select(member => (member.ToString(), Convert.ToInt32(member, CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("[SoftmaxAttention(HeadDim = 8)] partial class A;", "", "", "partial class A", "A")]
    [InlineData("namespace N.M; [SoftmaxAttention(HeadDim = 8)] partial class A;", "N.M", "", "partial class A", "N.M.A")]
    [InlineData(
        "namespace N { namespace M { [SoftmaxAttention(HeadDim = 8)] partial record A; } }", "N.M", "", "partial record A", "N.M.A")]
    [InlineData("[SoftmaxAttention(HeadDim = 8)] partial record class A<T, U>;", "", "", "partial record A<T, U>", "A-2")]
    [InlineData(
        "namespace N; partial class O<T> { partial interface I { partial struct S { partial record struct R<U> { [SoftmaxAttention(HeadDim = 8)] partial class A; } } } }",
        "N", "partial class O<T>, partial interface I, partial struct S, partial record struct R<U>", "partial class A", "N.O-1.I.S.R-1.A")]
    [InlineData(
        "namespace @class.@record; partial class @event { [SoftmaxAttention(HeadDim = 8)] partial class @partial<@in>; }",
        "@class.record", "partial class @event", "partial class @partial<@in>", "class.record.event.partial-1")]
    public void Type_is_reopened(string code, string space, string containing, string type, string hint)
    {
        var target = DeclarationOf(code).Type;

        Assert.Equal(
            (space, containing, type, hint),
            (target.Namespace, string.Join(", ", target.Containing), target.Type.ToString(), target.HintName));
    }

    [Fact]
    public void Types_that_differ_in_case_get_files_of_their_own()
    {
        var run = new GeneratorRun(
            "using KernelGen; [SoftmaxAttention(HeadDim = 8)] partial class A; [SoftmaxAttention(HeadDim = 8)] partial class a;");

        Assert.Equal(["A.Cpu.g.cs", "A.Gradients.g.cs", "a-2.Cpu.g.cs", "a-2.Gradients.g.cs"], run.Files.Keys);
    }

    private static AttentionSpec SpecOf(string code) => DeclarationOf(code).Spec;

    private static Declaration DeclarationOf(string code)
    {
        var run = new GeneratorRun("using KernelGen;\n" + code);
        Assert.Empty(run.Reported);
        return Assert.IsType<Declaration>(run.Result.TrackedSteps[KernelGenerator.DeclarationStep].Single().Outputs.Single().Value);
    }
}
