using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Golden;

/// <summary>Every golden output, by the generated layer of that size.</summary>
public class GoldenTests
{
    /// <summary>Float32 against float64 at input scale 1: the rounding of a few hundred operations on numbers of that size.</summary>
    private const double Tolerance = 1e-5;

    public static TheoryData<string, string, Type> Cases => new()
    {
        { "small_L37_d16_m32", "softmax_bidir_plain", typeof(Softmax16) },
        { "small_L37_d16_m32", "softmax_causal_plain", typeof(CausalSoftmax16) },
        { "small_L37_d16_m32", "relu_bidir", typeof(Relu16) },
        { "small_L37_d16_m32", "relu_causal_plain", typeof(CausalRelu16) },
        { "small_L37_d16_m32", "exact_bidir", typeof(Exact16) },
        { "small_L37_d16_m32", "exact_causal", typeof(CausalExact16) },
        { "odd_B2H3_L33_d8_m20", "softmax_bidir_plain", typeof(Softmax8) },
        { "odd_B2H3_L33_d8_m20", "softmax_causal_plain", typeof(CausalSoftmax8) },
        { "odd_B2H3_L33_d8_m20", "relu_bidir", typeof(Relu8) },
        { "odd_B2H3_L33_d8_m20", "relu_causal_plain", typeof(CausalRelu8) },
        { "odd_B2H3_L33_d8_m20", "exact_bidir", typeof(Exact8) },
        { "odd_B2H3_L33_d8_m20", "exact_causal", typeof(CausalExact8) },
        { "cross_Lq19_Lk50_d32_m64", "softmax_bidir_plain", typeof(Softmax32) },
        { "cross_Lq19_Lk50_d32_m64", "relu_bidir", typeof(Relu32) },
        { "cross_Lq19_Lk50_d32_m64", "exact_bidir", typeof(Exact32) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Output_matches(string name, string output, Type type)
    {
        var folder = Path.Combine(Here(), "data", name);
        using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        int Size(string property) => meta.RootElement.GetProperty(property).GetInt32();
        var shape = new AttentionShape(Size("B"), Size("H"), Size("Lq"), Size("Lk"));
        var attention = typeof(SoftmaxAttentionAttribute) is var exact && type.IsDefined(exact, inherit: false)
            ? (IAttention)Activator.CreateInstance(type)!
            : (IAttention)Activator.CreateInstance(type, Projection.FromWeights(Read<float>("W.f32.bin"), Size("m"), Size("d")))!;

        var expected = Read<double>($"{output}.f64.bin");
        var actual = new float[expected.Length];
        attention.Forward(Read<float>("q.f32.bin"), Read<float>("k.f32.bin"), Read<float>("v.f32.bin"), actual, shape);
        Compare.Close(expected, actual, Tolerance);

        T[] Read<T>(string file)
            where T : struct =>
            MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(Path.Combine(folder, file))).ToArray();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
