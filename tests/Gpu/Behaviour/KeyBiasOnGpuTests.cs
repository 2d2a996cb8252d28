using System.Reflection;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>GPU calls take the tensor that only this family has, too; nothing but the family's file knows it.</summary>
public sealed partial class KeyBiasFamilyTests
{
    private const string GpuSource = """

        public static class GpuCalls
        {
            public static IDisposable Create(IAttention layer, ILGPU.Runtime.Accelerator accelerator) => new Biased.Gpu((Biased)layer, accelerator);
            public static void Forward(
                IDisposable gpu, float[] q, float[] k, float[] v, float[] b, TensorStrides strides, float[] o, AttentionShape shape, int[] lengths) =>
                ((Biased.Gpu)gpu).Forward(q, k, v, new ReadOnlyTensorView(b, strides), o, shape, keyLengths: lengths);
            public static void Backward(
                IDisposable gpu, float[] q, float[] k, float[] v, float[] b, TensorStrides strides, float[] g, float[] dq, float[] dk, float[] dv, float[] db,
                AttentionShape shape, int[] lengths, bool add) =>
                ((Biased.Gpu)gpu).Backward(
                    q, k, v, new ReadOnlyTensorView(b, strides), g, dq, dk, dv, new TensorView(db, strides), shape, keyLengths: lengths, accumulate: add);
        }
        """;

    private static readonly Lazy<GeneratorRun> GpuRun = new(() => Generate(Source + GpuSource)
        .Reference(MetadataReference.CreateFromFile(typeof(ILGPU.Context).Assembly.Location)));

    private static readonly Lazy<Assembly> GpuCompiled = new(() => Load(GpuRun.Value));

    [Fact]
    public void Calls_on_GPUs_take_the_tensor()
    {
        Assert.Empty(GpuRun.Value.Reported);
        var text = GpuRun.Value.Files["Biased.Ilgpu.Gradients.g.cs"];
        Assert.Contains(
            """/// <param name="keyBiasGradient">∂loss/∂keyBias, [batch, key length, 1]; 0 for keys that do not count; empty: not wanted.</param>""",
            text, StringComparison.Ordinal);
        Assert.Contains("_Strides keyBiasGradientStrides = default", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 5, 9, "random", TensorLayout.BatchHeadLengthDim)]
    [InlineData(2, 3, 33, 34, "random", TensorLayout.BatchLengthHeadDim)]
    [InlineData(1, 2, 3, 0, "random", TensorLayout.BatchHeadLengthDim)]
    [InlineData(2, 2, 20, 40, "ramp of biases", TensorLayout.BatchHeadLengthDim)]
    [InlineData(2, 1, 20, 40, "one huge bias", TensorLayout.BatchHeadLengthDim)]
    public void GPU_kernels_compute_the_formula(int batch, int heads, int queries, int keys, string structure, TensorLayout layout)
    {
        var shape = new AttentionShape(batch, heads, queries, keys, layout);
        var inputs = new Problem(shape, [.. Enumerable.Range(0, batch).Select(b => Math.Max(0, keys - (3 * b)))]);
        for (var i = 0; i < inputs.Bias.Length; i++)
        {
            inputs.Bias[i] = structure == "ramp of biases" ? 0.1f * i : structure == "one huge bias" && i % 40 == 33 ? 90 : inputs.Bias[i];
        }

        using var machine = new Machine(processors: 2);
        var layer = (IAttention)GpuCompiled.Value.GetType("Calls")!.GetMethod("Create")!.Invoke(null, null)!;
        using var gpu = (IDisposable)Call("Create", layer, machine.Accelerator)!;
        inputs.Check(inputs.Expected(), Compute(gpu, inputs, inputs.Bias, start: float.NaN));
        inputs.Check(Plus(inputs.Expected(), 2), Compute(gpu, inputs, inputs.Bias, start: 2));

        // Three numbers from a key to the next.
        var strides = new TensorStrides(keys * 3, 0, 3);
        var apart = new float[inputs.Bias.Length * 3];
        Array.Fill(apart, float.NaN);
        for (var i = 0; i < inputs.Bias.Length; i++)
        {
            apart[3 * i] = inputs.Bias[i];
        }

        var strided = Compute(gpu, inputs, apart, start: float.NaN, strides: strides);
        inputs.Check(inputs.Expected(), strided with { Bias = [.. strided.Bias!.Where((_, i) => i % 3 == 0)] });
        Assert.All(strided.Bias!.Where((_, i) => i % 3 != 0), x => Assert.Equal(float.NaN, x));

        // A missing tensor is zeros, whose gradient nobody wants.
        var without = new Problem(shape, inputs.Lengths) { Bias = new float[inputs.Bias.Length] };
        without.Check(
            without.Expected() with { Bias = null }, Compute(gpu, without, null, start: float.NaN, wantsBiasGradient: false));
    }

    [Fact]
    public void Wrong_tensors_of_GPU_calls_are_named()
    {
        using var machine = new Machine();
        var layer = (IAttention)GpuCompiled.Value.GetType("Calls")!.GetMethod("Create")!.Invoke(null, null)!;
        using var gpu = (IDisposable)Call("Create", layer, machine.Accelerator)!;
        var inputs = new Problem(new AttentionShape(2, 3, 4, 5), []);
        var error = Assert.Throws<ArgumentException>("keyBias", () => Compute(gpu, inputs, new float[9], start: float.NaN));
        Assert.StartsWith(
            "keyBias holds 9 numbers, but batch 2 × length 5 × dim 1 = 10 are needed.", error.Message, StringComparison.Ordinal);
    }

    private static Outcome<float> Compute(
        IDisposable gpu, Problem inputs, float[]? bias, float start, bool wantsBiasGradient = true, TensorStrides strides = default)
    {
        var output = new float[inputs.Upstream.Length];
        Call("Forward", gpu, inputs.Query, inputs.Key, inputs.Value, bias, strides, output, inputs.Shape, inputs.Lengths);
        float[]?[] gradients = [.. new[] { inputs.Query, inputs.Key, inputs.Value, wantsBiasGradient ? bias : null }
            .Select(tensor => tensor is null ? null : Enumerable.Repeat(start, tensor.Length).ToArray())];
        Call(
            "Backward", gpu, inputs.Query, inputs.Key, inputs.Value, bias, strides, inputs.Upstream, gradients[0], gradients[1],
            gradients[2], gradients[3], inputs.Shape, inputs.Lengths, !float.IsNaN(start));
        return new Outcome<float>(output, gradients[0], gradients[1], gradients[2], gradients[3]);
    }

    private static object? Call(string method, params object?[] arguments) => GpuCompiled.Value.GetType("GpuCalls")!.GetMethod(method)!
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
