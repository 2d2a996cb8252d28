using ILGPU.Runtime.CPU;
using KernelGen.Gpu.Tests.Behaviour;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>Tensor cores: what the facade makes of inline PTX, and what layers compute on it.</summary>
public class TensorCoreTests
{
    public static TheoryData<Layer> Layers => TensorTests.Layers;

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layers_are_within_what_users_are_promised_and_surely_on_tensor_cores(Layer layer)
    {
        using var gpu = new GpuLayer(layer, Machine());
        using var float32 = new GpuLayer(layer);
        foreach (var length in new[] { 1, 17, 64, 75 })
        {
            foreach (var scale in Sizes.Scales)
            {
                var inputs = new Inputs(layer, length, length, seed: 100 + length, scale);
                var (expected, actual) = (inputs.Naive(gpu.Weights).Output, gpu.Forward(inputs));
                Compare.Close(expected, actual, 2e-3);
                Compare.Close(Array.ConvertAll(inputs.Forward(gpu.Attention), x => (double)x), actual, 2e-3);

                // Rounding to 10 bits is more than float32 ever loses.
                var largest = expected.Max(Math.Abs);
                var differs = float32.Forward(inputs).Zip(actual, (x, y) => Math.Abs(x - y)).Max() / largest;
                Assert.True(differs > 1e-5, $"length {length}, scale {scale}: only {differs:E2} from float32");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_are_within_what_users_are_promised_and_surely_on_tensor_cores(Layer layer)
    {
        using var gpu = new GpuLayer(layer, Machine(processors: 2));

        // A large layer takes a minute for 40 tokens.
        (int, float)[] sizes = layer.HeadDim > 64 ? [(17, 1f)] : [(1, 1f), (40, 0.5f), (40, 1f), (17, 2f)];
        foreach (var (length, scale) in sizes)
        {
            var inputs = new GradientInputs(new Inputs(layer, length, length, seed: 100 + length, scale), seed: 2);
            var (expected, actual) = (inputs.Naive(gpu.Weights), gpu.Backward(inputs));
            Gradients.Close(expected, actual.ToDouble(), inputs.Size, 2e-3, $"length {length}, scale {scale}");

            // Float32 is a hundred times nearer.
            var differs = expected.Value.Zip(actual.Value, (x, y) => Math.Abs(x - y)).Max() / expected.Value.Max(Math.Abs);
            Assert.True(differs > 1e-5, $"length {length}, scale {scale}: only {differs:E2} from the formula");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Tiles_of_several_runs(Layer layer)
    {
        using var gpu = new GpuLayer(layer, Machine());

        // Norms that fall raise the reference of a softmax layer with almost every token.
        const int Length = 20;
        var inputs = new Inputs(layer, Length, Length, seed: 6).Scale(0, Length, t => MathF.Pow(10, 1 - (2f * t / Length)));
        Compare.Close(inputs.Naive(gpu.Weights).Output, gpu.Forward(inputs), 2e-3 + inputs.Tolerance(gpu.Weights));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Spans_heads_and_key_lengths(Layer layer)
    {
        using var gpu = new GpuLayer(layer, Machine(processors: 4));
        foreach (var (queries, keys) in new[] { (40, 70), (70, 33) })
        {
            if (!layer.Causal)
            {
                var inputs = new Inputs(layer, queries, keys, seed: queries);
                Compare.Close(inputs.Naive(gpu.Weights).Output, gpu.Forward(inputs), 2e-3);
            }
        }

        var masked = new Inputs(layer, 70, 70, seed: 4);
        masked.Key.AsSpan(45 * layer.HeadDim).Fill(float.NaN);
        masked.Value.AsSpan(45 * layer.ValueDim).Fill(float.NaN);
        var (output, _) = gpu.Forward(masked.Query, masked.Key, masked.Value, masked.Shape, [45]);
        var expected = NaiveAttention.Compute(
            layer, masked.Query, masked.Key.AsSpan(0, 45 * layer.HeadDim), masked.Value.AsSpan(0, 45 * layer.ValueDim), gpu.Weights);
        Compare.Close(expected.Output, output, 2e-3);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Later_tokens_change_nothing(Layer layer)
    {
        // The large ones have no other text, and take long.
        if (layer.Causal && layer.HeadDim < 64)
        {
            CausalityTests.Check(layer, Machine(processors: 2));
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void NaN_spoils_what_sees_it_and_no_other_query(Layer layer)
    {
        if (layer.HeadDim >= 64)
        {
            return;
        }

        const int Token = 36, Length = 40;
        using var gpu = new GpuLayer(layer, Machine());
        var inputs = new Inputs(layer, Length, Length, seed: 4);
        var (before, dv) = (gpu.Forward(inputs), layer.ValueDim);
        (inputs.Query[Token * layer.HeadDim], var number) = (float.NaN, inputs.Query[Token * layer.HeadDim]);
        var after = gpu.Forward(inputs);
        Assert.DoesNotContain(after.AsSpan(Token * dv, dv).ToArray(), float.IsFinite);
        Compare.Same(before.AsSpan(0, Token * dv), after.AsSpan(0, Token * dv));
        Compare.Same(before.AsSpan((Token + 1) * dv), after.AsSpan((Token + 1) * dv));

        // Within the tile of the NaN an earlier row may turn NaN (0 · NaN).
        (inputs.Query[Token * layer.HeadDim], inputs.Value[Token * dv]) = (number, float.NaN);
        after = gpu.Forward(inputs);
        Assert.All(Enumerable.Range(0, Length).Where(i => !layer.Causal || i >= Token), i => Assert.True(float.IsNaN(after[i * dv])));
        if (layer.Causal)
        {
            Compare.Same(before.AsSpan(0, 32 * dv), after.AsSpan(0, 32 * dv));
        }
    }

    private static Machine Machine(int processors = 1) => new(new CPUDevice(32, 8, processors) { HasTensorCores = true });
}
