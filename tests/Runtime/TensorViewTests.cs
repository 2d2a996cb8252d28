using System.Numerics.Tensors;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Tensors of .NET's, and parts of larger tensors, as arguments: the same bits as packed copies.</summary>
public sealed class TensorViewTests
{
    private const int Batch = 2, Heads = 3, Length = 11, Dim = 16;

    private static readonly AttentionShape Shape = new(Batch, Heads, Length);

    private static readonly float[] Numbers = Inputs.Normal(new Random(1), Batch * Heads * Length * Dim, 1);

    [Fact]
    public void Tensors_of_NET_are_taken_as_they_are()
    {
        var layer = new CausalSoftmax16(1);
        var expected = new float[Numbers.Length];
        layer.Forward(Numbers, Numbers, Numbers, expected, Shape);
        var output = new float[Numbers.Length];
        var tensor = new ReadOnlyTensorSpan<float>(Numbers, [Batch, Heads, Length, Dim]);
        layer.Forward(tensor, tensor, tensor, new TensorSpan<float>(output, [Batch, Heads, Length, Dim]), Shape);
        Assert.Equal(expected, output);

        // A part of a larger tensor: head 1 of each sequence.
        var one = new AttentionShape(Batch, 1, Length);
        float[] head =
            [.. Enumerable.Range(0, Batch).SelectMany(b => Numbers.AsSpan(((b * Heads) + 1) * Length * Dim, Length * Dim).ToArray())];
        var expectedHead = new float[head.Length];
        layer.Forward(head, head, head, expectedHead, one);
        var part = tensor[.., 1..2, .., ..];
        var actualHead = new float[head.Length];
        layer.Forward(part, part, part, actualHead, one);
        Assert.Equal(expectedHead, actualHead);

        // The other layout, written in place.
        var tokens = new float[Numbers.Length];
        for (var i = 0; i < Numbers.Length; i++)
        {
            var (b, h, t, c) = (i / (Heads * Length * Dim), i / (Length * Dim) % Heads, i / Dim % Length, i % Dim);
            tokens[(((((b * Length) + t) * Heads) + h) * Dim) + c] = Numbers[i];
        }

        var byToken = new ReadOnlyTensorSpan<float>(tokens, [Batch, Length, Heads, Dim]);
        var actual = new float[Numbers.Length];
        layer.Forward(
            byToken, byToken, byToken, new TensorSpan<float>(actual, [Batch, Length, Heads, Dim]),
            Shape with { Layout = TensorLayout.BatchLengthHeadDim });
        for (var i = 0; i < Numbers.Length; i++)
        {
            var (b, h, t, c) = (i / (Heads * Length * Dim), i / (Length * Dim) % Heads, i / Dim % Length, i % Dim);
            Assert.Equal(expected[i], actual[(((((b * Length) + t) * Heads) + h) * Dim) + c]);
        }
    }

    [Fact]
    public void Every_kind_of_memory_is_a_tensor()
    {
        var layer = new Softmax16(1);
        var expected = new float[Numbers.Length];
        layer.Forward(Numbers, Numbers, Numbers, expected, Shape);
        var output = new float[Numbers.Length];
        layer.Forward(Numbers.AsSpan(), (ReadOnlySpan<float>)Numbers, Numbers.AsMemory(), output.AsMemory(), Shape);
        Assert.Equal(expected, output);
        Array.Clear(output);
        layer.Forward((ReadOnlyMemory<float>)Numbers, new TensorView(Numbers), Numbers, output.AsSpan(), Shape);
        Assert.Equal(expected, output);
        Assert.True(((ReadOnlyTensorView)Numbers).Strides.IsPacked);
    }

    [Fact]
    public void Wrong_tensors_are_named()
    {
        var layer = new Softmax16(1);
        Names("query", "is [2, 11, 3, 16], but [2, 3, 11, 16] is needed", () => Call(new(Numbers, [Batch, Length, Heads, Dim])));
        Names("query", "is [3, 2, 11, 16], but [2, 3, 11, 16] is needed", () => Call(new(Numbers, [Heads, Batch, Length, Dim])));
        Names(null, "has 3 axes, but 4 are needed", () => Call(new(Numbers, [Batch * Heads, Length, Dim])));
        Names(null, "numbers of a token are 2 apart", () => Call(new(
            new float[2 * Numbers.Length], [Batch, Heads, Length, Dim], [2 * Heads * Length * Dim, 2 * Length * Dim, 2 * Dim, 2])));

        void Call(ReadOnlyTensorSpan<float> query) => layer.Forward(query, Numbers, Numbers, new float[Numbers.Length], Shape);

        static void Names(string? argument, string message, Action call)
        {
            var error = Assert.Throws<ArgumentException>(call);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            if (argument is not null)
            {
                Assert.Equal(argument, error.ParamName);
            }
        }
    }

    /// <summary>Queries, keys and values that are parts of one projection, and their gradients likewise.</summary>
    [Fact]
    public void A_fused_projection_goes_forward_and_backward_in_place()
    {
        const int Width = 3 * Heads * Dim;
        foreach (var layer in new IDifferentiableAttention[] { new Softmax16(1), new CausalSoftmax16(1), new Exact16() })
        {
            var fused = Inputs.Normal(new Random(2), Batch * Length * Width, 0.5f);
            float[][] parts = [Part(0), Part(1), Part(2)];
            float[] upstream = Numbers, expected = new float[Numbers.Length], output = new float[Numbers.Length];
            float[][] gradients = [new float[Numbers.Length], new float[Numbers.Length], new float[Numbers.Length]];
            using var context = new BackwardContext();
            layer.Forward(parts[0], parts[1], parts[2], expected, Shape, new() { Context = context });
            layer.Backward(
                parts[0], parts[1], parts[2], expected, context, upstream, gradients[0], gradients[1], gradients[2], Shape);

            var fusedGradient = new float[fused.Length];
            Array.Fill(fusedGradient, float.NaN);
            layer.Forward(View(fused, 0), View(fused, 1), View(fused, 2), output, Shape, new() { Context = context });
            layer.Backward(
                View(fused, 0), View(fused, 1), View(fused, 2), output, context, upstream, Written(fusedGradient, 0),
                Written(fusedGradient, 1), Written(fusedGradient, 2), Shape);
            Assert.Equal(expected, output);
            fused = fusedGradient;
            for (var i = 0; i < 3; i++)
            {
                Compare.Same(gradients[i], Part(i));
            }

            float[] Part(int part)
            {
                var packed = new float[Numbers.Length];
                for (var i = 0; i < packed.Length; i++)
                {
                    var (b, h, t, c) = (i / (Heads * Length * Dim), i / (Length * Dim) % Heads, i / Dim % Length, i % Dim);
                    packed[i] = fused[(((b * Length) + t) * Width) + (part * Heads * Dim) + (h * Dim) + c];
                }

                return packed;
            }
        }

        static ReadOnlyTensorView View(float[] fused, int part) => Written(fused, part);

        static TensorView Written(float[] fused, int part) =>
            new(fused.AsSpan(part * Heads * Dim), new TensorStrides(batch: Length * Width, head: Dim, token: Width));
    }
}
