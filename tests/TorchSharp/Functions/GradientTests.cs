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
        foreach (string layer in Layers.Compared)
        {
            foreach (TensorLayout layout in Enum.GetValues<TensorLayout>())
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
        IAttention layer = Layers.Create(name);
        (long queries, long keys) = layer.Causal ? (67, 67) : (67, 35);
        long[]? lengths = padded ? [keys, 1, keys - 5] : null;
        random.manual_seed(1);
        Tensor[] exact =
        [
            randn(3, 2, queries, layer.HeadDim, ScalarType.Float64), randn(3, 2, keys, layer.HeadDim, ScalarType.Float64),
            randn(3, 2, keys, layer.ValueDim, ScalarType.Float64),
        ];
        Tensor outputGradient = randn(3, 2, queries, layer.ValueDim, ScalarType.Float64);
        Tensor[] given = [.. exact.Select(tensor => ToLayout(tensor, layout).to(ScalarType.Float32).requires_grad_())];
        foreach (Tensor tensor in exact)
        {
            tensor.requires_grad_();
        }

        Tensor output = layer.Forward(given[0], given[1], given[2], layout, lengths is null ? null : tensor(lengths));
        Tensor expected = Reference.Attention(layer, exact[0], exact[1], exact[2], lengths);
        Assertions.Close(ToLayout(expected, layout), output, OutputTolerance);

        output.backward([ToLayout(outputGradient, layout).to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        for (int i = 0; i < 3; i++)
        {
            Assertions.Close(ToLayout(exact[i].grad!, layout), given[i].grad!, GradientTolerance);
        }
    }

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);
}
