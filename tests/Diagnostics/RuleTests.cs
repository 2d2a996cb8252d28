using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>Every rule at the exact span that a user should look at.</summary>
public sealed class RuleTests
{
    private const string Usings = "using KernelGen;\n";

    [Fact]
    public Task A_correct_declaration_has_no_diagnostic() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, ValueDim = 3, Features = 5, Causal = true, Epsilon = 1e-4f)]
        partial class A { }
        [SoftmaxAttention(HeadDim = 8)]
        public sealed partial class B;
        """);

    [Fact]
    public Task KGEN001_type_not_partial() => GeneratorTest.ExpectAsync(Usings + """
        [SoftmaxAttention(HeadDim = 8)] class {|KGEN001:A|} { }
        """);

    [Fact]
    public Task KGEN002_each_containing_type_that_is_not_partial() => GeneratorTest.ExpectAsync(Usings + """
        class {|KGEN002:Outer|}
        {
            partial struct Middle
            {
                record {|KGEN002:Inner|}<T>
                {
                    [SoftmaxAttention(HeadDim = 8)] partial class A { }
                }
            }
        }
        """);

    [Theory]
    [InlineData("partial struct {|KGEN003:A|} { }")]
    [InlineData("readonly partial struct {|KGEN003:A|} { }")]
    [InlineData("partial record struct {|KGEN003:A|};")]
    [InlineData("partial interface {|KGEN003:A|} { }")]
    [InlineData("static partial class {|KGEN003:A|} { }")]
    [InlineData("abstract partial class {|KGEN003:A|} { }")]
    [InlineData("file partial class {|KGEN003:A|} { }")]
    public Task KGEN003_wrong_kind_of_type(string type) => GeneratorTest.ExpectAsync(Usings + "[SoftmaxAttention(HeadDim = 8)] " + type);

    [Fact]
    public Task KGEN003_inside_a_file_local_type() => GeneratorTest.ExpectAsync(Usings + """
        file partial class Outer
        {
            [SoftmaxAttention(HeadDim = 8)] partial class {|KGEN003:A|} { }
        }
        """);

    [Fact]
    public Task KGEN004_sizes_missing() => GeneratorTest.ExpectAsync(Usings + """
        [{|KGEN004:{|KGEN004:FavorAttention|}|}] partial class A { }
        [{|KGEN004:FavorAttention(HeadDim = 8)|}] partial class B { }
        [{|KGEN004:SoftmaxAttention(Causal = true)|}] partial class C { }
        """);

    [Theory]
    [InlineData("HeadDim = {|KGEN005:0|}, Features = 16")]
    [InlineData("HeadDim = {|KGEN005:-1|}, Features = 16")]
    [InlineData("HeadDim = {|KGEN005:1025|}, Features = 16")]
    [InlineData("HeadDim = {|KGEN005:int.MaxValue|}, Features = 16")]
    [InlineData("HeadDim = 8, Features = {|KGEN005:0|}")]
    [InlineData("HeadDim = 8, Features = {|KGEN005:4097|}")]
    [InlineData("HeadDim = 8, ValueDim = {|KGEN005:0|}, Features = 16")]
    [InlineData("HeadDim = 8, ValueDim = {|KGEN005:2000 - 1|}, Features = 16")]
    public Task KGEN005_size_out_of_range(string arguments) =>
        GeneratorTest.ExpectAsync(Usings + $"[FavorAttention({arguments})] partial class A {{ }}");

    [Theory]
    [InlineData("HeadDim = 1, ValueDim = 1, Features = 1")]
    [InlineData("HeadDim = 1024, ValueDim = 1024, Features = 4096")]
    public Task KGEN005_spares_the_limits(string arguments) =>
        GeneratorTest.ExpectAsync(Usings + $"[FavorAttention({arguments})] partial class A {{ }}");

    [Fact]
    public Task KGEN006_unknown_kernel() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = {|KGEN006:(KernelFunction)42|}, HeadDim = 8, Features = 16)] partial class A { }
        """);

    [Fact]
    public Task KGEN007_odd_features_of_the_hyperbolic_map() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 8, Features = {|KGEN007:17|})] partial class A { }
        [FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 8, Features = 17)] partial class B { }
        """);

    [Fact]
    public Task KGEN008_epsilon_without_meaning_is_a_warning_and_code_is_generated() => new GeneratorTest
    {
        TestCode = Usings + """
            [FavorAttention(HeadDim = 8, Features = 16, Epsilon = {|KGEN008:1e-3f|})] partial class A { }
            class Use { readonly IAttention _a = new A(1UL); }
            """,
        CompilerDiagnostics = CompilerDiagnostics.Errors,
    }.RunAsync();

    [Theory]
    [InlineData("0")]
    [InlineData("-1f")]
    [InlineData("float.NaN")]
    [InlineData("float.PositiveInfinity")]
    public Task KGEN009_epsilon_not_positive_and_finite(string epsilon) => GeneratorTest.ExpectAsync(
        Usings + $"[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 16, Epsilon = {{|KGEN009:{epsilon}|}})] partial class A {{ }}");

    [Fact]
    public Task KGEN010_two_attributes() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(HeadDim = 8, Features = 16)]
        [{|KGEN010:SoftmaxAttention(HeadDim = 8)|}]
        partial class A { }
        """);

    [Fact]
    public async Task KGEN010_across_the_parts_of_a_type()
    {
        var test = new GeneratorTest();
        test.TestState.Sources.Add(Usings + "[SoftmaxAttention(HeadDim = 8)] partial class A { }");
        test.TestState.Sources.Add(Usings + "[{|KGEN010:FavorAttention(HeadDim = {|KGEN005:-8|}, Features = 16)|}] partial class A { }");
        await test.RunAsync();
    }

    [Theory]
    [InlineData("public int {|KGEN011:HeadDim|} => 3;")]
    [InlineData("private int {|KGEN011:_engine|};")]
    [InlineData("private class {|KGEN011:CpuKernel|} { }")]
    [InlineData("public event System.Action {|KGEN011:Projection|};")]
    [InlineData("public static void {|KGEN011:Features|}() { }")]
    [InlineData("int {|KGEN011:Forward|};")]
    [InlineData("public long {|KGEN011:ScratchBytes|}(AttentionShape shape) => 0;")]
    [InlineData("public {|KGEN011:A|}(ulong number) { }")]
    [InlineData("int IRandomFeatureAttention.{|KGEN011:Features|} => 3;")]
    public Task KGEN011_member_collides(string member) =>
        GeneratorTest.ExpectAsync(Usings + $"[FavorAttention(HeadDim = 8, Features = 16)] partial class A {{ {member} }}");

    [Fact]
    public Task KGEN011_in_another_part_of_the_type() => GeneratorTest.ExpectAsync(Usings + """
        [SoftmaxAttention(HeadDim = 8)] partial class A { }
        partial class A { {|KGEN011:A|}() { } }
        """);

    /// <summary>What has to be overridden cannot be, since a generated member has the name.</summary>
    [Theory]
    [InlineData("public abstract int HeadDim { get; }")]
    [InlineData("protected abstract void Causal();")]
    [InlineData("public abstract event System.Action StateLength;")]
    [InlineData("public abstract long ScratchBytes(AttentionShape shape);")]
    public async Task KGEN011_abstract_members_of_base_classes(string member)
    {
        await GeneratorTest.ExpectAsync(Usings + $$"""
            abstract class Base<T> { {{member}} }
            abstract class Middle : Base<int> { }
            [FavorAttention(HeadDim = 8, Features = 16)] partial class {|KGEN011:A|} : Middle { }
            """);
        await GeneratorTest.ExpectAsync(Usings + $$"""
            abstract class Base { {{member}} }
            abstract class Middle : Base { {{Overridden(member)}} }
            [FavorAttention(HeadDim = 8, Features = 16)] partial class A : Middle { }
            [SoftmaxAttention(HeadDim = 8)] partial class B : Other { protected override int Features => 3; public override void Forward(int a) { } }
            abstract class Other { protected abstract int Features { get; } public abstract void Forward(int a); }
            """);

        static string Overridden(string member) => member.Replace("abstract", "override", StringComparison.Ordinal)
            .Replace("get;", "get => 3;", StringComparison.Ordinal)
            .Replace("();", "() { }", StringComparison.Ordinal)
            .Replace("StateLength;", "StateLength { add { } remove { } }", StringComparison.Ordinal)
            .Replace("shape);", "shape) => 0;", StringComparison.Ordinal);
    }

    [Fact]
    public Task KGEN011_names_of_the_type_and_of_type_parameters() => GeneratorTest.ExpectAsync(Usings + """
        [SoftmaxAttention(HeadDim = 8)] partial class {|KGEN011:Forward|} { }
        [SoftmaxAttention(HeadDim = 8)] partial class A<{|KGEN011:Causal|}> { }
        """);

    [Fact]
    public Task KGEN011_spares_overloads_and_what_the_family_does_not_generate() => new GeneratorTest
    {
        TestCode = Usings + """
            [SoftmaxAttention(HeadDim = 8)]
            partial class A
            {
                static A() { }
                public A(ulong seed) : this() { }
                public int Features => 3;
                public object Projection => 3;
                public void Forward(float[] query) { }
                public void Forward<T>() { }
            }
            """,
        CompilerDiagnostics = CompilerDiagnostics.Warnings,
    }.RunAsync();

    [Theory]
    [InlineData("class Base { private protected Base(int a) { } } [SoftmaxAttention(HeadDim = 8)] partial class {|KGEN012:A|} : Base { }")]
    [InlineData("class Base { [System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Base() { } } [SoftmaxAttention(HeadDim = 8)] partial class {|KGEN012:A|} : Base { }")]
    [InlineData("class Base { [System.Obsolete(\"No.\", true)] public Base() { } } [SoftmaxAttention(HeadDim = 8)] partial class {|KGEN012:A|} : Base { }")]
    [InlineData("[SoftmaxAttention(HeadDim = 8)] partial class {|KGEN012:A|}(int a) { public int B => a; }")]
    [InlineData("[FavorAttention(HeadDim = 8, Features = 1)] partial record {|KGEN012:A|}(int B);")]
    public Task KGEN012_constructors_cannot_be_generated(string code) => GeneratorTest.ExpectAsync(Usings + code);

    [Fact]
    public Task KGEN013_language_too_low() => new GeneratorTest
    {
        TestCode = Usings + "[{|KGEN013:SoftmaxAttention(HeadDim = 8)|}] partial class A { }",
        LanguageVersion = LanguageVersion.CSharp12,
    }.RunAsync();

    [Fact]
    public async Task KGEN014_framework_too_low()
    {
        var test = new GeneratorTest
        {
            TestCode = """
                namespace KernelGen { interface IAttention { } class SoftmaxAttentionAttribute : System.Attribute { public int HeadDim { get; set; } } }
                [{|KGEN014:KernelGen.SoftmaxAttention(HeadDim = 8)|}] partial class A { }
                """,
        };
        test.TestState.AdditionalReferences.Clear();
        test.TestState.AdditionalReferences.Add(OldFramework.Reference);
        await test.RunAsync();
    }

    [Fact]
    public async Task KGEN015_runtime_missing()
    {
        var test = new GeneratorTest { TestCode = Usings + "[{|KGEN015:SoftmaxAttention(HeadDim = 8)|}] partial class A { }" };
        test.TestState.AdditionalReferences.Clear();
        test.TestState.AdditionalReferences.AddRange([.. ProjectReferences.Framework, ProjectReferences.Attributes]);
        await test.RunAsync();
    }

    [Theory]
    [InlineData("kg", true)]
    [InlineData("kg,other", true)]
    [InlineData("kg,global", false)]
    public async Task KGEN033_the_package_has_an_alias(string aliases, bool isReported)
    {
        var attribute = "SoftmaxAttention(HeadDim = 8)";
        var test = new GeneratorTest
        {
            TestCode =
                $"extern alias kg; using kg::KernelGen; [{(isReported ? $"{{|KGEN033:{attribute}|}}" : attribute)}] partial class A {{ }}",
            CompilerDiagnostics = CompilerDiagnostics.Errors,
        };
        test.TestState.AdditionalReferences.Clear();
        MetadataReference[] package = [ProjectReferences.Attributes, ProjectReferences.Runtime];
        test.TestState.AdditionalReferences.AddRange(
            [.. ProjectReferences.Framework, .. package.Select(reference => reference.WithAliases(aliases.Split(',')))]);
        await test.RunAsync();
    }

    [Theory]
    [InlineData("", "[{|KGEN033:SoftmaxAttention(HeadDim = 8)|}]")]
    [InlineData("", "[SoftmaxAttention(HeadDim = 8, Backends = {|KGEN033:Backends.Gpu|})]")]
    [InlineData("", "[SoftmaxAttention(HeadDim = 8, Backends = Backends.Cpu)]")]
    [InlineData("global", "[SoftmaxAttention(HeadDim = 8, Backends = Backends.Gpu)]")]
    public async Task KGEN033_ILGPU_has_an_alias(string more, string attribute)
    {
        var test = new GeneratorTest { TestCode = Usings + attribute + " partial class A { }" };
        test.TestState.AdditionalReferences.Add(IlgpuReference.Minimal.WithAliases(["gpu", .. more.Length == 0 ? [] : new[] { more }]));
        await test.RunAsync();
    }

    [Theory]
    [InlineData("Gelu")]
    [InlineData("Tanh")]
    [InlineData("Cos")]
    [InlineData("Identity")]
    public Task KGEN021_signed_kernel(string kernel) => GeneratorTest.ExpectAsync(Usings + $$"""
        [FavorAttention(Kernel = {|KGEN021:KernelFunction.{{kernel}}|}, HeadDim = 8, Features = 16)] partial class A { }
        [FavorAttention(Kernel = KernelFunction.{{kernel}}, HeadDim = 8, Features = 16, Normalize = false)] partial class B { }
        [FavorAttention(Kernel = KernelFunction.{{kernel}}, HeadDim = 8, Features = 16, Epsilon = 2f)] partial class C { }
        """);

    [Theory]
    [InlineData("Relu")]
    [InlineData("Sigmoid")]
    [InlineData("Exp")]
    [InlineData("Abs")]
    [InlineData("Square")]
    [InlineData("EluPlusOne")]
    public Task KGEN021_spares_kernels_that_are_never_negative(string kernel) =>
        GeneratorTest.ExpectAsync(
            Usings + $"[FavorAttention(Kernel = KernelFunction.{kernel}, HeadDim = 8, Features = 16)] partial class A {{ }}");

    [Fact]
    public Task KGEN022_trigonometric_and_causal() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 8, Features = 16, Causal = {|KGEN022:true|})] partial class A { }
        """);

    [Fact]
    public Task KGEN023_lambda_without_meaning() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(HeadDim = 8, Features = 16, Lambda = {|KGEN023:1f|})] partial class A { }
        """);

    [Fact]
    public Task KGEN024_lambda_that_may_leak() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = {|KGEN024:KernelFunction.SoftmaxOprf|}, HeadDim = 8, Features = 16, Causal = true)] partial class A { }
        [FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16, Causal = true, Lambda = 2f)] partial class B { }
        [FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16)] partial class C { }
        """);

    [Fact]
    public Task KGEN025_trigonometric_may_fail() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = {|KGEN025:KernelFunction.SoftmaxTrigonometric|}, HeadDim = 8, Features = 16)] partial class A { }
        [FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 8, Features = 16, Normalize = false)] partial class B { }
        [FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 8, Features = {|KGEN007:17|}, Normalize = false)] partial class C { }
        """);

    [Theory]
    [InlineData("HeadDim = 64, Features = 256, InputScale = {|KGEN026:1f|}")]
    [InlineData("Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256, InputScale = {|KGEN026:1f|}")]
    [InlineData("Kernel = KernelFunction.SoftmaxOprf, Lambda = 16, HeadDim = 64, Features = 256, InputScale = {|KGEN026:2f|}")]
    [InlineData("Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256, InputScale = 1f")]
    [InlineData("HeadDim = 64, Features = 256, InputScale = 0.5f")]
    [InlineData("HeadDim = 16, Features = 4096, InputScale = 0.9f")]
    public Task KGEN026_features_that_cannot_suffice(string arguments) =>
        GeneratorTest.ExpectAsync(Usings + $"[FavorAttention({arguments})] partial class A {{ }}");

    [Theory]
    [InlineData("-1f")]
    [InlineData("float.NaN")]
    [InlineData("float.PositiveInfinity")]
    public Task KGEN027_lambda_out_of_range(string lambda) => GeneratorTest.ExpectAsync(
        Usings + $"[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16, Lambda = {{|KGEN027:{lambda}|}})] partial class A {{ }}");

    [Theory]
    [InlineData("0")]
    [InlineData("-1f")]
    [InlineData("float.NaN")]
    public Task KGEN028_input_scale_out_of_range(string scale) => GeneratorTest.ExpectAsync(
        Usings + $"[FavorAttention(HeadDim = 8, Features = 16, InputScale = {{|KGEN028:{scale}|}})] partial class A {{ }}");

    [Fact]
    public async Task KGEN032_member_that_generated_constructors_leave_null()
    {
        const string Code = """
            #pragma warning disable CS0169, CS0414, CS0649, CS0067
            [SoftmaxAttention(HeadDim = 8)]
            partial class A
            {
                readonly string {|KGEN032:_name|};
                string[] {|KGEN032:_left|}, _right = [];
                public A(string name) : this() => _name = name;
                public object {|KGEN032:Value|} { get; set; }
                public event System.Action {|KGEN032:Changed|};
            }
            """;
        await new GeneratorTest { TestCode = Usings + Code, CompilerDiagnostics = CompilerDiagnostics.Warnings }.RunAsync();

        // Whoever silences the compiler's rule in a project has silenced this one.
        var run = new GeneratorRun(Usings + "[SoftmaxAttention(HeadDim = 8)] partial class A { public string Name { get; set; } }");
        Assert.Equal("KGEN032", Assert.Single(run.Reported).Id);
        Assert.Equal(2, run.Files.Count);
        Assert.Empty(run.Suppress("CS8618").Reported);
        Assert.Empty(run.Warnings);
    }

    [Fact]
    public void KGEN032_names_the_members_that_the_compiler_would_name_if_the_constructor_were_the_user_s()
    {
        const string Members = """
            {
                internal string F1; internal string? F2; internal string F3 = ""; internal readonly string F4; internal int F5;
                internal const string F6 = ""; internal C F7; internal S F8; internal U F9; internal N F10; internal U? F11; internal dynamic F12;
                internal (string, string) F13; [AllowNull] internal string F14; [MaybeNull] internal string F15; [NotNull] internal string F16;
                internal string F17, F18 = "", F19;
                public string P1 { get; set; } public string P2 { get; } public string P3 { get; init; } public string P4 { get; set; } = "";
                public required string P5 { get; set; } public string P6 => ""; public string P7 { get => field ??= ""; }
                public string P8 { get; set => field = value.Trim(); } [AllowNull] public string P9 { get; set; } [MaybeNull] public string P10 { get; set; }
                public string? P11 { get; set; } public U P12 { get; set; }
                public event Action E1; public event Action? E2; public event Action E3 { add { } remove { } } public event Action E4 = () => { };
                public required string F20;
            #nullable disable
                internal string F21; public string P13 { get; set; } public event Action E5;
            #nullable restore
            }
            """;
        const string Header = "using System; using System.Diagnostics.CodeAnalysis; using KernelGen;\n";
        const string Parameters = "<C, S, U, N> where C : class where S : struct where N : notnull";
        var plain = new GeneratorRun(Header + $"class A{Parameters}" + Members);
        var generated = new GeneratorRun(Header + $"[SoftmaxAttention(HeadDim = 8)] partial class A{Parameters}" + Members);

        // Where the constructor is implicit, the compiler reports at the member. The other id is for properties that use the word field.
        var expected = plain.Warnings.Where(warning => warning.Id is "CS8618" or "CS9264").Select(NameAt).Order();
        Assert.Equal(["E1", "F1", "F10", "F12", "F16", "F17", "F19", "F4", "F7", "F9", "P1", "P12", "P2", "P3", "P8"], expected);
        Assert.All(generated.Reported, diagnostic => Assert.Equal("KGEN032", diagnostic.Id));
        Assert.Equal(expected, generated.Reported.Select(NameAt).Order());
        Assert.DoesNotContain(
            generated.Warnings, warning => warning.Location.SourceTree!.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));

        static string NameAt(Diagnostic diagnostic) => diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);
    }

    /// <summary>Once a compilation, at one of the layers that it is about.</summary>
    [Theory]
    [InlineData(OptimizationLevel.Debug, "{|KGEN034:", "|}")]
    [InlineData(OptimizationLevel.Release, "", "")]
    public async Task KGEN034_layers_are_compiled_without_optimisation(OptimizationLevel level, string open, string close)
    {
        var test = new GeneratorTest { OptimizationLevel = level };
        test.TestState.Sources.Add(Usings + "[SoftmaxAttention(HeadDim = 8)] partial class A { }");
        test.TestState.Sources.Add(Usings + $$"""
            [FavorAttention(HeadDim = {|KGEN005:0|}, Features = 16)] partial class B { }
            [{{open}}FavorAttention(HeadDim = 8, Features = 16){{close}}] partial class C { }
            [FavorAttention(HeadDim = 8, Features = 32)] partial class D { }
            """);
        await test.RunAsync();
        await new GeneratorTest { OptimizationLevel = level, TestCode = "class A { }" }.RunAsync();
    }

    /// <summary>
    /// What goes with which kernel function is not said where the function, or what it goes with, is still to be written.
    /// </summary>
    [Theory]
    [InlineData("KernelFunctionName = {|KGEN016:\"Missing\"|}, Epsilon = 1e-3f, Lambda = 2, HeadDim = 8, Features = 16")]
    [InlineData("KernelFunctionName = nameof(Half), Epsilon = 1e-3f, HeadDim = 8, Features = 16")]
    [InlineData("KernelFunctionName = nameof(Half), Epsilon = 1e-3f, InputScale = {|KGEN028:-1f|}, HeadDim = {|KGEN005:0|}, Features = 16")]
    [InlineData("Kernel = KernelFunction.Missing, Epsilon = 1e-3f, Lambda = 2, HeadDim = 8, Features = 16")]
    [InlineData("Kernel = KernelFunction.Tanh, Epsilon = \"\", HeadDim = 8, Features = 16")]
    [InlineData("Kernel = KernelFunction.Tanh, Normalize = 0, HeadDim = 8, Features = 16")]
    [InlineData("Kernel = KernelFunction.Softmax, Epsilon = \"\", Lambda = \"\", HeadDim = 8, Features = 16")]
    [InlineData("Kernel = KernelFunction.SoftmaxTrigonometric, Normalize = 0, HeadDim = 8, Features = 16")]
    [InlineData("Kernel = KernelFunction.SoftmaxTrigonometric, Causal = 1, HeadDim = 8, Features = 16")]
    public Task Nothing_is_said_of_a_kernel_that_was_not_meant(string arguments) => GeneratorTest.ExpectAsync(Usings + $$"""
        [FavorAttention({{arguments}})]
        partial class A { static float Half(float x) => x{{(arguments.Contains("Half", StringComparison.Ordinal) ? " * {|KGEN018:0.5|}" : "")}}; }
        """);

    [Fact]
    public Task KGEN011_lambda_is_a_member_where_there_is_one() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16, Lambda = 1)] partial class A { int {|KGEN011:Lambda|}; }
        [FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 8, Features = 16)] partial class B { public {|KGEN011:B|}(ulong a, double b) { } }
        [FavorAttention(HeadDim = 8, Features = 16)] partial class C { int Lambda; C(ulong a, double b) : this(a) { } }
        """);

    [Fact]
    public Task All_errors_of_a_declaration_are_reported() => GeneratorTest.ExpectAsync(Usings + """
        [FavorAttention(Kernel = {|KGEN006:(KernelFunction)(-1)|}, HeadDim = {|KGEN005:0|}, ValueDim = {|KGEN005:5000|}, Features = {|KGEN005:-3|})]
        abstract class {|KGEN001:{|KGEN003:A|}|}
        {
            int {|KGEN011:HeadDim|};
        }
        """);
}
