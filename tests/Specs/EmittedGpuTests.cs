using System.Text.RegularExpressions;
using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>When there is a file for the GPU, what is in it, and its size.</summary>
public sealed class EmittedGpuTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData(", Backends = Backends.Gpu", true)]
    [InlineData(", Backends = Backends.Gpu | Backends.Cpu", true)]
    [InlineData(", Backends = Backends.Cpu", false)]
    public void There_are_two_more_files_where_ILGPU_is_referenced_unless_only_the_CPU_is_named(string argument, bool hasGpu)
    {
        var code = $"using KernelGen; [SoftmaxAttention(HeadDim = 8{argument})] partial class A;";

        string[] without = ["A.Cpu.g.cs", "A.Gradients.g.cs"];
        var expected = hasGpu ? [.. without, "A.Ilgpu.Gradients.g.cs", "A.Ilgpu.g.cs"] : without;
        Assert.Equal(expected, new GeneratorRun(code).Reference(IlgpuReference.Minimal).Files.Keys.Order());
        Assert.Equal(without, new GeneratorRun(code).Files.Keys);
    }

    [Fact]
    public void The_file_is_the_snapshot() =>
        Snapshot.Verify("GpuCausalSoftmax", Generate("GpuCausalSoftmax", "FavorAttention(HeadDim = 16, Features = 16, Causal = true)"));

    [Fact]
    public void The_file_for_tensor_cores_is_the_snapshot() =>
        Snapshot.Verify(
            "GpuTensorExact",
            Generate("GpuTensorExact", "SoftmaxAttention(HeadDim = 16, ValueDim = 12, Precision = Precision.TensorFloat32)"));

    [Fact]
    public void The_file_of_gradients_is_the_snapshot() =>
        Snapshot.Verify("GpuSoftmax.Gradients", Generate("GpuSoftmax", "FavorAttention(HeadDim = 16, Features = 16)", ".Gradients"));

    [Fact]
    public void A_layer_without_a_backward_pass_has_none_on_GPUs()
    {
        // Its derivative has more operations than the limit.
        var run = new GeneratorRun($$"""
            using KernelGen;

            [FavorAttention(KernelFunctionName = nameof(F), HeadDim = 8, Features = 8)]
            partial class A { static float F(float x) { {{string.Concat(Enumerable.Repeat("x = System.MathF.Sqrt(x);", 390))}} return x; } }
            """).Reference(IlgpuReference.Minimal);
        Assert.Contains("KGEN031", run.Reported.Select(diagnostic => diagnostic.Id));
        Assert.Equal(["A.Cpu.g.cs", "A.Gradients.g.cs", "A.Ilgpu.g.cs"], run.Files.Keys.Order());
    }

    [Theory]
    [InlineData("FavorAttention(HeadDim = 16, Features = 32)")]
    [InlineData("FavorAttention(HeadDim = 16, Features = 32, Causal = true)")]
    [InlineData("FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 16, Features = 32, Normalize = false)")]
    public void Tensor_cores_get_all_products_but_the_projections(string attribute)
    {
        var tensor = Generate("A", attribute.Replace(")", ", Precision = Precision.TensorFloat32)"));
        Assert.DoesNotContain("_CudaAsm", Generate("A", attribute));
        Assert.Contains(", precision TensorFloat32,", tensor.Split('\n').First(line => line.StartsWith("// FAVOR+")));

        // A comment with the product, perhaps a barrier, and then the text for tensor cores or not.
        var lines = tensor.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line != "_Group.Barrier();").ToList();
        var products = lines.Zip(lines.Skip(1)).Where(pair => Regex.IsMatch(pair.First, @"^// [ABNPS] \+?= \w+ᵀ? · ")).ToList();
        Assert.InRange(products.Count, 4, 8);
        Assert.All(products, pair => Assert.Equal(!pair.First.Contains("Wᵀ"), pair.Second == "if (_CudaAsm.IsSupported)"));
    }

    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)", 32, 32)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", 32, 16)]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256, Causal = true)", 16, 16)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 128, Causal = true)", 32, 32)]
    public void Small_tiles_leave_threads_idle_so_tiles_have_at_least(string attribute, int tokensOfAccumulate, int tokensOfOutput)
    {
        var tokens = Regex.Matches(Generate("Tiled", attribute), @"// Tiles of (\d+) tokens")
            .Select(match => int.Parse(match.Groups[1].Value)).ToList();
        Assert.Equal(2, tokens.Count);
        Assert.True(tokens[0] >= tokensOfAccumulate && tokens[1] >= tokensOfOutput, $"{tokens[0]} and {tokens[1]} tokens");
    }

    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", true)]
    [InlineData("FavorAttention(HeadDim = 16, Features = 16, Causal = true)", false)]
    public void What_runs_are_cut_by_is_made_again_only_where_that_makes_room(string attribute, bool isMadeAgain) =>
        Assert.Equal(isMadeAgain, Generate("Cut", attribute).Contains("is made again"));

    [Fact]
    public void Products_smaller_than_a_group_are_shared_by_all_its_threads_and_warps()
    {
        // P, of 16 × 16: 64 blocks of four columns, each of which four threads share; two tiles of 16 × 8, each of which four warps share.
        var text = Generate("Shared", "FavorAttention(HeadDim = 64, Features = 256, Causal = true, Precision = Precision.TensorFloat32)");
        var product = text[text.IndexOf("// P = Fq · Fkᵀ", StringComparison.Ordinal)..];
        product = product[..product.IndexOf("// Dp =", StringComparison.Ordinal)];
        Assert.Contains("var start = thread / 64 * 64;", product);
        Assert.Contains("var start = warp / 2 * 64;", product);
    }

    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)")]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)")]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)")]
    [InlineData("SoftmaxAttention(HeadDim = 64, Causal = true)")]
    [InlineData("SoftmaxAttention(HeadDim = 64, Causal = true, Precision = Precision.TensorFloat32)")]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true, Precision = Precision.TensorFloat32)", 190, 420)]
    public void The_files_stay_readable_in_size(string attribute, int kilobytes = 130, int ofGradients = 230)
    {
        Assert.InRange(Generate("Sized", attribute).Length, 1, kilobytes * 1024);
        Assert.InRange(Generate("Sized", attribute, ".Gradients").Length, 1, ofGradients * 1024);
    }

    [Fact]
    public void Text_is_the_same_to_the_byte_in_every_run_and_has_one_kind_of_line_end()
    {
        const string Attribute =
            "FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 9, ValueDim = 5, Features = 22, Normalize = false)";
        var text = Generate("A", Attribute);

        Assert.Equal(text, Generate("A", Attribute));
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain(text.Split('\n'), line => line.EndsWith(' '));
        Assert.StartsWith("// <auto-generated/>\n#nullable enable\n", text);
    }

    private static string Generate(string name, string attribute, string part = "")
    {
        var run = new GeneratorRun($$"""
            using KernelGen;

            namespace Samples;

            /// <summary>A sample.</summary>
            [{{attribute}}]
            public sealed partial class {{name}};
            """).Reference(IlgpuReference.Minimal);
        return run.Files[$"Samples.{name}.Ilgpu{part}.g.cs"];
    }
}
