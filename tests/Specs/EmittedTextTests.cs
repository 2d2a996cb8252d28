using System.Text;
using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
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

    /// <summary>All files of a run and no others: their names, their texts, and that they have no byte order mark.</summary>
    [Fact]
    public async Task Files_are_named_and_encoded_as_listed()
    {
        const string Code = "[KernelGen.SoftmaxAttention(HeadDim = 8)] partial class A;";
        var emitted = new GeneratorRun(Code).Files;
        var test = new GeneratorTest { TestCode = Code, TestBehaviors = TestBehaviors.None };
        foreach (var name in (string[])["A.Cpu.g.cs", "A.Gradients.g.cs"])
        {
            var text = SourceText.From(emitted[name], new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            test.TestState.GeneratedSources.Add((typeof(KernelGenerator), name, text));
        }

        await test.RunAsync();
    }

    /// <summary>A causal declaration computes whole sequences and decodes: two forms of the same program.</summary>
    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)", 200)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", 360)]
    [InlineData("FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)", 370)]
    [InlineData("SoftmaxAttention(HeadDim = 64, Causal = true)", 200)]
    public void Emitted_file_stays_readable_in_size(string attribute, int kilobytes) =>
        Assert.InRange(Generate("Sized", attribute).Files["Samples.Sized.Cpu.g.cs"].Length, 1, kilobytes * 1024);

    /// <summary>Causal gradients are two scans.</summary>
    [Theory]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256)", 200)]
    [InlineData("FavorAttention(HeadDim = 64, Features = 256, Causal = true)", 480)]
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
