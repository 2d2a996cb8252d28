using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Outputs and gradients against torch's own operations in float64.</summary>
public sealed class GradientTests
{
    // Sums of up to 70 products of float32, in kernels that are held to 1e-5 of the formula elsewhere; gradients add two passes.
    private const double OutputTolerance = 1e-5, GradientTolerance = 5e-5;

    public static TheoryData<string, TensorLayout, bool> Cases()
    {
        var cases = new TheoryData<string, TensorLayout, bool>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                cases.Add(layer, layout, false);
                cases.Add(layer, layout, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_gradients_are_those_of_torch(string name, TensorLayout layout, bool padded)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        (long queries, long keys) = !layer.Causal ? (67, 35) : layer is CausalExact ? (67, 90) : (67, 67);
        long[]? lengths = padded ? [keys, 1, keys - 5] : null;
        random.manual_seed(1);
        Tensor[] exact =
        [
            randn(3, 2, queries, layer.HeadDim, ScalarType.Float64), randn(3, 2, keys, layer.HeadDim, ScalarType.Float64),
            randn(3, 2, keys, layer.ValueDim, ScalarType.Float64),
        ];
        var outputGradient = randn(3, 2, queries, layer.ValueDim, ScalarType.Float64);
        Tensor[] given = [.. exact.Select(tensor => ToLayout(tensor, layout).to(ScalarType.Float32).requires_grad_())];
        foreach (var tensor in exact)
        {
            tensor.requires_grad_();
        }

        var output = layer.Forward(given[0], given[1], given[2], layout, lengths is null ? null : tensor(lengths));
        var expected = Reference.Attention(layer, exact[0], exact[1], exact[2], lengths);
        Assertions.Close(ToLayout(expected, layout), output, OutputTolerance);

        output.backward([ToLayout(outputGradient, layout).to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        for (var i = 0; i < 3; i++)
        {
            Assertions.Close(ToLayout(exact[i].grad!, layout), given[i].grad!, GradientTolerance);
        }
    }

    public static TheoryData<string, string> Structured()
    {
        var cases = new TheoryData<string, string>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var kind in (string[])["zeros", "equal tokens", "constant columns", "ramp", "tiny", "large"])
            {
                cases.Add(layer, kind);
            }
        }

        return cases;
    }

    /// <summary>
    /// Inputs that are no noise. Where queries and keys cancel by symmetry, gradients are sums of terms that cancel to rounding; so they
    /// are compared with the largest of all three, which the gradient of the values always is a share of.
    /// </summary>
    [Theory]
    [MemberData(nameof(Structured))]
    public void Structured_inputs(string name, string kind)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        random.manual_seed(1);
        Tensor[] exact = [.. new[] { layer.HeadDim, layer.HeadDim, layer.ValueDim }.Select(dim => Make(dim))];
        Tensor[] given = [.. exact.Select(tensor => tensor.to(ScalarType.Float32).requires_grad_())];
        foreach (var tensor in exact)
        {
            tensor.requires_grad_();
        }

        var output = layer.Forward(given[0], given[1], given[2]);
        var expected = Reference.Attention(layer, exact[0], exact[1], exact[2]);
        var outputGradient = randn_like(expected);
        Assertions.Close(expected.detach(), output.detach(), 2e-5); // arguments of exponentials up to 20, rounded by float32
        output.backward([outputGradient.to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        var largest = exact.Max(tensor => tensor.grad!.abs().max().item<double>());
        for (var i = 0; i < 3; i++)
        {
            var difference = (exact[i].grad! - given[i].grad!).abs().max().item<double>();
            Assert.True(
                difference <= 1e-4 * largest, $"Gradient {i}: the difference is {difference:g4}, the largest gradient {largest:g4}.");
        }

        Tensor Make(int dim)
        {
            var noise = randn(2, 2, 50, dim);
            var made = kind switch
            {
                "zeros" => zeros_like(noise),
                "equal tokens" => noise.narrow(2, 0, 1).expand(-1, -1, 50, -1),
                "constant columns" => noise.narrow(3, 0, 1).expand(-1, -1, -1, dim),
                "ramp" => arange(50).view(1, 1, 50, 1) / 50.0f * noise.narrow(2, 0, 1),
                "tiny" => noise * 1e-20f,
                "large" => noise * 4,
                _ => throw new NotSupportedException(kind),
            };
            return made.contiguous().to(ScalarType.Float64); // the same numbers for both
        }
    }

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);
}
