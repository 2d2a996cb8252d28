using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Linformer;
using Xunit;

namespace KernelGen.Tests.Golden;

/// <summary>Linformer attention by numbers that were computed elsewhere: 21 keys of at most 24.</summary>
public class LinformerGoldenTests
{
    /// <summary>Float32 against float64: see <see cref="GoldenTests"/>.</summary>
    private const double Tolerance = 1e-5, GradientTolerance = 1e-4;

    [Theory]
    [InlineData("linformer_headwise_n21_of_24_r5_d6", typeof(GoldenOfEachHead))]
    [InlineData("linformer_shared_kv_n21_of_24_r5_d6", typeof(GoldenOneMatrix))]
    public void Outputs_and_gradients_match(string name, Type type)
    {
        var data = new Vectors(name);
        var layer = LinformerLayer.Of(type);
        var attention = layer.Create();
        var (q, k, v, e) = (data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"),
            data.Read<float>("E.f32.bin"));
        var f = layer.HasOneMatrix ? e : data.Read<float>("F.f32.bin");
        var expected = data.Read<double>("out.f64.bin");
        var actual = new float[expected.Length];
        using var context = new BackwardContext();
        layer.Forward(attention, q, k, v, e, f, actual, data.Shape, new() { Context = context });
        Compare.Close(expected, actual, Tolerance);
        Compare.Close(data.Read<double>("lse.f64.bin"), context.LogSumExp.ToArray(), Tolerance);

        var (dq, dk, dv) = (new float[q.Length], new float[k.Length], new float[v.Length]);
        var (de, df) = (new float[e.Length], new float[f.Length]);
        layer.Backward(
            attention, q, k, v, e, f, actual, context, data.Read<float>("dout.f32.bin"), dq, dk, dv, de, df, data.Shape, default);
        Compare.Close(data.Read<double>("dq.f64.bin"), dq, GradientTolerance);
        Compare.Close(data.Read<double>("dk.f64.bin"), dk, GradientTolerance);
        Compare.Close(data.Read<double>("dv.f64.bin"), dv, GradientTolerance);
        Compare.Close(data.Read<double>("dE.f64.bin"), de, GradientTolerance);
        if (!layer.HasOneMatrix)
        {
            Compare.Close(data.Read<double>("dF.f64.bin"), df, GradientTolerance);
        }
    }
}
