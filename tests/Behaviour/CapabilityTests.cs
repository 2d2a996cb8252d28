using System.Reflection;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>A layer offers what it can do and nothing that throws because of its declaration.</summary>
public sealed class CapabilityTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Layers_implement_what_they_can_do(Layer layer)
    {
        var (attention, _) = layer.Create();
        Assert.Equal(layer.GradientPrograms.Count > 0, attention is IDifferentiableAttention);
        Assert.Equal(layer.Causal, attention is ICausalAttention);
        Assert.Equal(layer.Kernel is not null, attention is IRandomFeatureAttention);
        Assert.Equal(layer.Kernel is not null && !layer.Causal, attention is IItemSetAttention);
        string[] members = [.. attention.GetType().GetMembers(BindingFlags.Public | BindingFlags.Instance).Select(member => member.Name)];
        Assert.Equal(layer.GradientPrograms.Count > 0, members.Contains("Backward"));
        Assert.Equal(layer.Causal, members.Contains("CreateDecodingState"));
        Assert.Equal(layer.Kernel is not null && !layer.Causal, members.Contains("CreateItemSet"));
    }

    [Fact]
    public void Layers_are_made_without_a_seed_and_of_an_int()
    {
        var seed = 5;
        Assert.Equal(new Softmax16(5UL).Projection.Weights.ToArray(), new Softmax16(seed).Projection.Weights.ToArray());
        Assert.Equal(new Softmax16(0UL).Projection.Weights.ToArray(), new Softmax16().Projection.Weights.ToArray());
        var layer = new Softmax16();
        layer.Redraw(seed);
        Assert.Equal(new Softmax16(5UL).Projection.Weights.ToArray(), layer.Projection.Weights.ToArray());
        seed = -1;
        Assert.Equal(new Softmax16(ulong.MaxValue).Projection.Weights.ToArray(), new Softmax16(seed).Projection.Weights.ToArray());
    }

    /// <summary>A function whose derivative is too large has no backward pass, and its layer no member for one.</summary>
    [Fact]
    public void A_layer_without_a_derivative_is_not_differentiable()
    {
        var steps = string.Concat(Enumerable.Repeat("x = System.MathF.Sqrt(x); ", 390));
        var run = new GeneratorRun(LanguageVersion.Preview, $$"""
            using KernelGen;
            [FavorAttention(KernelFunctionName = nameof(F), Epsilon = 1, HeadDim = 4, Features = 4)]
            partial class A { static float F(float x) { {{steps}}return x; } }
            """);
        var type = run.Output.GetTypeByMetadataName("A")!;
        Assert.Contains(run.Result.Diagnostics, diagnostic => diagnostic.Id == "KGEN031");
        Assert.DoesNotContain(type.AllInterfaces, face => face.Name == nameof(IDifferentiableAttention));
        Assert.Empty(type.GetMembers("Backward"));
        Assert.DoesNotContain(run.Output.GetDiagnostics(), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }
}
