using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What the argument Precision makes the generator say.</summary>
public sealed class PrecisionRuleTests
{
    [Theory]
    [InlineData("(Precision)2")]
    [InlineData("(Precision)(-1)")]
    public async Task KGEN006_precision_that_has_no_name(string value)
    {
        await Expect($"[SoftmaxAttention(HeadDim = 8, Precision = {{|KGEN006:{value}|}})] partial class A;");
        await Expect($"[FavorAttention(HeadDim = 8, Features = 16, Precision = {{|KGEN006:{value}|}})] partial class A;");
    }

    [Theory]
    [InlineData("SoftmaxAttention(HeadDim = 8")]
    [InlineData("FavorAttention(HeadDim = 8, Features = 16")]
    public async Task KGEN030_at_the_argument_where_the_GPU_is_left_out(string attribute)
    {
        await Expect($"[{attribute}, Backends = Backends.Cpu, Precision = {{|KGEN030:Precision.TensorFloat32|}})] partial class A;");
        await Expect($"[{attribute}, Backends = Backends.Cpu, Precision = Precision.Float32)] partial class A;");
        await Expect($"[{attribute}, Precision = Precision.TensorFloat32)] partial class A;");
        await Expect($"[{attribute}, Backends = Backends.Auto, Precision = Precision.TensorFloat32)] partial class A;");
    }

    private static Task Expect(string code) => new GeneratorTest { TestCode = "using KernelGen;\n" + code }.RunAsync();
}
