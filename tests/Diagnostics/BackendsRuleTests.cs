using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What the argument Backends makes the generator say, with and without ILGPU.</summary>
public sealed class BackendsRuleTests
{
    [Theory]
    [InlineData("Backends.Gpu")]
    [InlineData("Backends.Gpu | Backends.Cpu")]
    public async Task KGEN029_at_the_argument_unless_ILGPU_is_referenced(string value)
    {
        await Expect($"[SoftmaxAttention(HeadDim = 8, Backends = {{|KGEN029:{value}|}})] partial class A;", hasIlgpu: false);
        await Expect($"[SoftmaxAttention(HeadDim = 8, Backends = {value})] partial class A;", hasIlgpu: true);
        await Expect($"[FavorAttention(HeadDim = 8, Features = 16, Backends = {{|KGEN029:{value}|}})] partial class A;", hasIlgpu: false);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", Backends = Backends.Auto")]
    [InlineData(", Backends = Backends.Cpu")]
    public async Task Nothing_is_said_where_no_GPU_is_asked_for(string argument)
    {
        await Expect($"[SoftmaxAttention(HeadDim = 8{argument})] partial class A;", hasIlgpu: false);
        await Expect($"[SoftmaxAttention(HeadDim = 8{argument})] partial class A;", hasIlgpu: true);
    }

    [Theory]
    [InlineData("(Backends)4")]
    [InlineData("(Backends)(-1)")]
    [InlineData("Backends.Gpu | (Backends)8")]
    public Task KGEN006_flag_that_has_no_name(string value) =>
        Expect($"[SoftmaxAttention(HeadDim = 8, Backends = {{|KGEN006:{value}|}})] partial class A;", hasIlgpu: false);

    [Theory]
    [InlineData("class {|KGEN011:Gpu|} { }")]
    [InlineData("int {|KGEN011:Gpu|} => 3;")]
    public async Task KGEN011_the_name_Gpu_is_taken_only_where_GPU_kernels_are_emitted(string member)
    {
        await Expect($"[SoftmaxAttention(HeadDim = 8)] partial class A {{ {member} }}", hasIlgpu: true);
        var free = member.Replace("{|KGEN011:", "").Replace("|}", "");
        await Expect($"[SoftmaxAttention(HeadDim = 8)] partial class A {{ {free} }}", hasIlgpu: false);
        await Expect($"[SoftmaxAttention(HeadDim = 8, Backends = Backends.Cpu)] partial class A {{ {free} }}", hasIlgpu: true);
    }

    private static Task Expect(string code, bool hasIlgpu)
    {
        var test = new GeneratorTest { TestCode = "using KernelGen;\n" + code };
        if (hasIlgpu)
        {
            test.TestState.AdditionalReferences.Add(IlgpuReference.Minimal);
        }

        return test.RunAsync();
    }
}
