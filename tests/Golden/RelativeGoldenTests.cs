using KernelGen.Tests.Behaviour;
using KernelGen.Tests.RelativePositions;
using Xunit;

namespace KernelGen.Tests.Golden;

/// <summary>
/// Transformer-XL by numbers that were computed elsewhere: a segment of 11 after a memory of 13, and windows of 13 (`same_length`). q + u
/// and q + w are made here, as callers make them; the gradients by u, w and q are sums of those by these.
/// </summary>
public class RelativeGoldenTests
{
    /// <summary>Float32 against float64: see <see cref="GoldenTests"/>.</summary>
    private const double Tolerance = 1e-5, GradientTolerance = 1e-4;

    [Theory]
    [InlineData("full", typeof(GoldenFull))]
    [InlineData("same", typeof(GoldenSameLength))]
    public void Outputs_and_gradients_match(string name, Type type)
    {
        var data = new Vectors("transformer_xl_L11_M13_d6");
        var layer = RelativeLayer.Of(type);
        var attention = layer.Create();
        var (q, k, v, r) = (data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"),
            data.Read<float>("r.f32.bin"));
        var (content, position) = (WithBias(q, data.Read<float>("u.f32.bin")), WithBias(q, data.Read<float>("w.f32.bin")));
        var expected = data.Read<double>($"{name}.f64.bin");
        var actual = new float[expected.Length];
        using var context = new BackwardContext();
        layer.Forward(attention, content, k, v, position, r, actual, data.Shape, new() { Context = context });
        Compare.Close(expected, actual, Tolerance);
        Compare.Close(data.Read<double>($"{name}.lse.f64.bin"), context.LogSumExp.ToArray(), Tolerance);

        var (byContent, byPosition, dk, dv, dr) =
            (new float[q.Length], new float[q.Length], new float[k.Length], new float[v.Length], new float[r.Length]);
        layer.Backward(
            attention, content, k, v, position, r, actual, context, data.Read<float>("dout.f32.bin"), byContent, dk, dv, byPosition, dr,
            data.Shape, default);
        Compare.Close(
            data.Read<double>($"{name}.dq.f64.bin"), [.. byContent.Zip(byPosition, (a, b) => (double)a + b)], GradientTolerance);
        Compare.Close(data.Read<double>($"{name}.dk.f64.bin"), dk, GradientTolerance);
        Compare.Close(data.Read<double>($"{name}.dv.f64.bin"), dv, GradientTolerance);
        Compare.Close(data.Read<double>($"{name}.dr.f64.bin"), dr, GradientTolerance);
        Compare.Close(data.Read<double>($"{name}.du.f64.bin"), SumOfTokens(byContent), GradientTolerance);
        Compare.Close(data.Read<double>($"{name}.dw.f64.bin"), SumOfTokens(byPosition), GradientTolerance);

        // [batch, heads, tokens, dim] and [heads, dim].
        float[] WithBias(float[] tensor, float[] bias) => [.. tensor.Select((number, at) => number + bias[PlaceOf(at)])];

        double[] SumOfTokens(float[] gradient)
        {
            var sum = new double[data.Shape.Heads * layer.HeadDim];
            for (var at = 0; at < gradient.Length; at++)
            {
                sum[PlaceOf(at)] += gradient[at];
            }

            return sum;
        }

        int PlaceOf(int at) => (at / (data.Shape.QueryLength * layer.HeadDim) % data.Shape.Heads * layer.HeadDim) + (at % layer.HeadDim);
    }

    /// <summary>
    /// The attention of a Compressive Transformer: compressed memory, memory and segment are keys one after the other, a position each, and
    /// there is no u and no w.
    /// </summary>
    [Fact]
    public void Compressed_memory_is_keys_like_others()
    {
        var data = new Vectors("compressive_L8_M9_C5_d6");
        var layer = RelativeLayer.Of(typeof(GoldenCompressed));
        var attention = layer.Create();
        var (q, k, v, r) = (data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"),
            data.Read<float>("r.f32.bin"));
        var expected = data.Read<double>("out.f64.bin");
        var actual = new float[expected.Length];
        using var context = new BackwardContext();
        layer.Forward(attention, q, k, v, q, r, actual, data.Shape, new() { Context = context });
        Compare.Close(expected, actual, Tolerance);
        Compare.Close(data.Read<double>("lse.f64.bin"), context.LogSumExp.ToArray(), Tolerance);

        var (byContent, byPosition, dk, dv, dr) =
            (new float[q.Length], new float[q.Length], new float[k.Length], new float[v.Length], new float[r.Length]);
        layer.Backward(
            attention, q, k, v, q, r, actual, context, data.Read<float>("dout.f32.bin"), byContent, dk, dv, byPosition, dr, data.Shape,
            default);
        Compare.Close(data.Read<double>("dq.f64.bin"), [.. byContent.Zip(byPosition, (a, b) => (double)a + b)], GradientTolerance);
        Compare.Close(data.Read<double>("dk.f64.bin"), dk, GradientTolerance);
        Compare.Close(data.Read<double>("dv.f64.bin"), dv, GradientTolerance);
        Compare.Close(data.Read<double>("dr.f64.bin"), dr, GradientTolerance);
    }
}
