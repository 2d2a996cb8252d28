using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What the compiler refuses in words of its own is said in words of the attribute too, at the same place.</summary>
public sealed class ArgumentRuleTests
{
    private const string Usings = "using KernelGen;\n";

    [Theory]
    [InlineData("FavorAttention({|KGEN070:64|}, {|KGEN070:256|})")]
    [InlineData("FavorAttention({|KGEN070:64|}, Features = 256)")]
    [InlineData("FavorAttention({|KGEN070:HeadDim: 64|}, Features = 256)")]
    [InlineData("SoftmaxAttention({|KGEN070:true|})")]
    public Task KGEN070_argument_without_name(string attribute) => ExpectAsync(attribute);

    [Theory]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16, {|KGEN071:Causel|} = true)")]
    [InlineData("SoftmaxAttention(HeadDim = 8, {|KGEN071:Features|} = 16)")]
    [InlineData("SoftmaxAttention(HeadDim = 8, {|KGEN071:TypeId|} = 16)")]
    public Task KGEN071_argument_unknown(string attribute) => ExpectAsync(attribute);

    [Theory]
    [InlineData("SoftmaxAttention(HeadDim = {|KGEN072:Size|})")]
    [InlineData("SoftmaxAttention(HeadDim = {|KGEN072:2 * A.Size|})")]
    [InlineData("SoftmaxAttention(HeadDim = {|KGEN072:int.Parse(\"8\")|})")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Causal = {|KGEN072:A.IsCausal|})")]
    [InlineData("SoftmaxAttention(HeadDim = 8, Backends = {|KGEN072:A.Where|})")]
    public Task KGEN072_argument_no_constant(string attribute) => ExpectAsync(attribute);

    [Theory]
    [InlineData("HeadDim = A.Constant")]
    [InlineData("HeadDim = 2 * A.Constant + 1")]
    [InlineData("HeadDim = sizeof(int)")]
    [InlineData("HeadDim = 8, Mask = nameof(A.Sees)")]
    [InlineData("HeadDim = 8, Dilations = new[] { 1, 2 }, Causal = true, Window = 4")]
    public Task Constants_are_spared(string arguments) => ExpectAsync($"SoftmaxAttention({arguments})");

    /// <summary>Of these the compiler's own words are clear, or nobody knows what is meant.</summary>
    [Theory]
    [InlineData("HeadDim = \"eight\"")]
    [InlineData("HeadDim = Missing.Size")]
    [InlineData("HeadDim = 1 / 0")]
    [InlineData("HeadDim = ")]
    [InlineData("HeadDim = 99999999999")]
    public Task What_the_compiler_says_well_is_left_to_it(string arguments) => ExpectAsync($"SoftmaxAttention({arguments})");

    [Fact]
    public async Task KGEN073_the_same_attribute_on_two_parts()
    {
        var test = new GeneratorTest();
        test.TestState.Sources.Add(("/0/First.cs", Usings + "[SoftmaxAttention(HeadDim = 8)] partial class A { }"));
        test.TestState.Sources.Add(("/0/Second.cs", Usings + "[{|KGEN073:SoftmaxAttention(HeadDim = 8)|}] partial class A { }"));
        await test.RunAsync();
    }

    [Fact]
    public Task KGEN073_the_same_attribute_twice_on_one_part() => GeneratorTest.ExpectAsync(Usings + """
        [SoftmaxAttention(HeadDim = 8)]
        [{|KGEN073:SoftmaxAttention(HeadDim = 16)|}, {|KGEN073:SoftmaxAttention(HeadDim = 32)|}]
        partial class A { }
        """);

    [Theory]
    [InlineData("[SoftmaxAttention(64)] partial class A { }",
        "'64' has no name, but all arguments of [SoftmaxAttention] are named; write 'HeadDim = 64'")]
    [InlineData("[SoftmaxAttention(HeadDim = 8, \"x\")] partial class A { }",
        "'\"x\"' has no name, but all arguments of [SoftmaxAttention] are named; write 'Property = value'")]
    [InlineData("[SoftmaxAttention(HeadDim = 8, Windw = 64, Causal = true)] partial class A { }",
        "[SoftmaxAttention] has no argument 'Windw'; is 'Window' meant?")]
    [InlineData("[SoftmaxAttention(HeadDim = Size)] partial class A { static int Size = 8; }",
        "HeadDim is 'Size', but kernels are generated for values that are known while compiling; make 'Size' a const, or write the value")]
    [InlineData("[SoftmaxAttention(HeadDim = 8)] partial class A { }\n[SoftmaxAttention(HeadDim = 8)] partial class A { }",
        "'A' already carries [SoftmaxAttention], on its part in Test0.cs, line 2, so this one is ignored; keep one of them")]
    [InlineData("[SoftmaxAttention(HeadDim = 8), SoftmaxAttention(HeadDim = 8)] partial class A { }",
        "'A' already carries [SoftmaxAttention], so this one is ignored; keep one of them")]
    public void A_message_says_what_to_write(string code, string message) =>
        Assert.Equal(message, Assert.Single(new GeneratorRun(Usings + code).Reported).GetMessage());

    private static Task ExpectAsync(string attribute) => GeneratorTest.ExpectAsync(Usings + $$"""
        [{{attribute}}]
        partial class A
        {
            const int Constant = 4;
            internal static int Size = 8;
            internal static readonly bool IsCausal = true;
            internal static Backends Where => Backends.Cpu;
            internal static bool Sees(int query, int key) => key <= query;
        }
        """);
}
