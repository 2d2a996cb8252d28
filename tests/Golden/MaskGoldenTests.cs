using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Golden;

/// <summary>Masked attention, and attention of bent scores, by numbers that were computed elsewhere.</summary>
public class MaskGoldenTests
{
    /// <summary>Float32 against float64: see <see cref="GoldenTests"/>.</summary>
    private const double Tolerance = 1e-5, GradientTolerance = 1e-4;

    /// <summary>A case, what its outputs are called, what stands before the names of gradients, and a layer.</summary>
    public static TheoryData<string, string, string, Type> Cases => new()
    {
        { "longformer_dilated_L37_d8_w4", "causal", "causal.", typeof(LongformerCausal) },
        { "longformer_dilated_L37_d8_w4", "sides", "sides.", typeof(LongformerSides) },
        { "longformer_dilated_L37_d8_w4", "causal", "causal.", typeof(LongformerWindow) },
        { "longformer_dilated_L37_d8_w4", "sides", "sides.", typeof(LongformerSide) },
        { "sparse_transformer_L43_stride8_d6", "out", "", typeof(SparseTransformer) },
        { "mask_score_L19_S31_d6", "out", "", typeof(BentByMethods) },
        { "mask_score_L19_S31_d6", "out", "", typeof(BentByOptions) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_gradients_match(string name, string output, string prefix, Type type)
    {
        var data = new Vectors(name);
        var attention = data.Create(type);
        var (q, k, v) = (data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"));
        var expected = data.Read<double>($"{output}.f64.bin");
        var actual = new float[expected.Length];
        using var context = new BackwardContext();
        attention.Forward(q, k, v, actual, data.Shape, new() { Context = context });
        Compare.Close(expected, actual, Tolerance);
        Compare.Close(data.Read<double>($"{prefix}lse.f64.bin"), context.LogSumExp.ToArray(), Tolerance);

        var (dq, dk, dv) = (new float[q.Length], new float[k.Length], new float[v.Length]);
        attention.Backward(q, k, v, actual, context, data.Read<float>("dout.f32.bin"), dq, dk, dv, data.Shape);
        Compare.Close(data.Read<double>($"{prefix}dq.f64.bin"), dq, GradientTolerance);
        Compare.Close(data.Read<double>($"{prefix}dk.f64.bin"), dk, GradientTolerance);
        Compare.Close(data.Read<double>($"{prefix}dv.f64.bin"), dv, GradientTolerance);
    }
}
