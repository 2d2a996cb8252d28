using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// A hundred thousand steps, through a save, a load and a fork, drift no further from the forward pass than 1e-5 of the largest output.
/// </summary>
public class LongDecodingTests
{
    private const int Length = 100_000;

    [Fact]
    public void Small_softmax_features() => StaysClose(Layer.Of<CausalSoftmax16>());

    [Fact]
    public void Small_features_of_a_function() => StaysClose(Layer.Of<CausalRelu16>());

    [Fact]
    public void Common_sizes() => StaysClose(Layer.Of<CausalSoftmax64>());

    private static void StaysClose(Layer layer)
    {
        var (attention, _) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);

        // Values around 1: outputs stay of that size however many are averaged, so that the last are measured as strictly as the first.
        var inputs = new Inputs(layer, Length, Length, seed: 12, scale: 0.5f);
        foreach (ref var v in inputs.Value.AsSpan())
        {
            v += 1;
        }

        var forward = inputs.Forward(attention);
        var output = new float[forward.Length];
        var state = attention.CreateDecodingState();
        for (var t = 0; t < Length; t++)
        {
            if (t == Length / 3)
            {
                using var file = new MemoryStream();
                state.Save(file);
                state.Dispose();
                file.Position = 0;
                state = attention.LoadDecodingState(file);
            }

            if (t == 2 * Length / 3)
            {
                var fork = state.Fork();
                state.Dispose();
                state = fork;
            }

            state.Step(
                inputs.Query.AsSpan(t * d, d), inputs.Key.AsSpan(t * d, d), inputs.Value.AsSpan(t * dv, dv), output.AsSpan(t * dv, dv));
        }

        state.Dispose();
        for (var from = 0; from < forward.Length; from += forward.Length / 10)
        {
            Compare.Close(
                Array.ConvertAll(forward[from..(from + (forward.Length / 10))], x => (double)x),
                output[from..(from + (forward.Length / 10))], 1e-5);
        }
    }
}
