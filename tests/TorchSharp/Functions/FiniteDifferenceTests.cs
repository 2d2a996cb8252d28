using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Gradients against differences of the kernels' own outputs.</summary>
public sealed class FiniteDifferenceTests
{
    public static TheoryData<string> Compared() => [.. Layers.Compared];

    /// <summary>
    /// Along a random direction of unit length, h = 0.02: the difference has a rounding error of about 1e-6 of a loss near 10, divided by
    /// 2h, and an error of h²·f‴/6; both are below 1e-3 of slopes near 1. Inputs of ReLU features stay clear of kinks only on average,
    /// which adds as much.
    /// </summary>
    [Theory]
    [MemberData(nameof(Compared))]
    public void Gradients_are_slopes(string name)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        random.manual_seed(3);
        Tensor[] inputs = [randn(2, 2, 33, layer.HeadDim), randn(2, 2, 33, layer.HeadDim), randn(2, 2, 33, layer.ValueDim)];
        var weights = randn(2, 2, 33, layer.ValueDim);
        for (var i = 0; i < 3; i++)
        {
            Tensor[] recorded = [.. inputs.Select(input => input.clone().requires_grad_())];
            Loss(recorded).backward();
            var direction = randn_like(inputs[i]);
            direction /= direction.norm();
            double slope = (recorded[i].grad! * direction).sum().item<float>();
            const double H = 0.02;
            var difference = (Moved(i, direction * H) - Moved(i, direction * -H)) / (2 * H);
            double scale = recorded[i].grad!.norm().item<float>();
            Assert.True(
                Math.Abs(slope - difference) <= 2e-3 * scale,
                $"Input {i}: slope {slope:g6}, difference {difference:g6}, norm of the gradient {scale:g6}.");
        }

        Tensor Loss(Tensor[] tensors) => (layer.Forward(tensors[0], tensors[1], tensors[2]).to(ScalarType.Float64) * weights).sum();

        double Moved(int input, Tensor by)
        {
            Tensor[] moved = [.. inputs];
            moved[input] = moved[input] + by;
            return Loss(moved).item<double>();
        }
    }
}
