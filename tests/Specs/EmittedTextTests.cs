using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>Whole emitted files, as a person accepted them, and their size.</summary>
public class EmittedTextTests
{
    [Theory]
    [InlineData("CausalSoftmax", "FavorAttention(HeadDim = 16, Features = 16, Causal = true)")]
    [InlineData("OddRelu", "FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 3, ValueDim = 5, Features = 7)")]
    [InlineData("Exact", "SoftmaxAttention(HeadDim = 16)")]
    public void Emitted_file_is_the_snapshot(string name, string attribute)
    {
        var run = Generate(name, attribute);
        Snapshot.Verify(name, run.Files[$"Samples.{name}.Cpu.g.cs"]);
        Snapshot.Verify($"{name}.Gradients", run.Files[$"Samples.{name}.Gradients.g.cs"]);
    }

    /// <summary>A causal declaration computes whole sequences and decodes: two forms of the same program.</summary>
    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)", 200)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", 280)]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)", 290)]
    [InlineData("SoftmaxAttention(HeadDim = 64, Causal = true)", 200)]
    public void Emitted_file_stays_readable_in_size(string attribute, int kilobytes) =>
        Assert.InRange(Generate("Sized", attribute).Files["Samples.Sized.Cpu.g.cs"].Length, 1, kilobytes * 1024);

    /// <summary>Causal gradients are two scans.</summary>
    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)", 200)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", 400)]
    [InlineData("SoftmaxAttention(HeadDim = 64, Causal = true)", 200)]
    public void File_of_gradients_stays_readable_in_size(string attribute, int kilobytes) =>
        Assert.InRange(Generate("Sized", attribute).Files["Samples.Sized.Gradients.g.cs"].Length, 1, kilobytes * 1024);

    private static GeneratorRun Generate(string name, string attribute) => new($$"""
        using KernelGen;

        namespace Samples;

        /// <summary>A sample.</summary>
        [{{attribute}}]
        public sealed partial class {{name}};
        """);
}
