using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Golden;

/// <summary>Every golden output, by the generated layer of that size.</summary>
public class GoldenTests
{
    /// <summary>Float32 against float64 at input scale 1: the rounding of a few hundred operations on numbers of that size.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>Gradients are differences of such outputs, and ReLU's divide by sums that are as small as ε.</summary>
    private const double GradientTolerance = 1e-4;

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
        var data = new Vectors(name);
        var attention = data.Create(type);
        var expected = data.Read<double>($"{output}.f64.bin");
        var actual = new float[expected.Length];
        attention.Forward(data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"), actual, data.Shape);
        Compare.Close(expected, actual, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_matches(string name, string output, Type type)
    {
        var data = new Vectors(name);
        var (q, k, v) = (data.Read<float>("q.f32.bin"), data.Read<float>("k.f32.bin"), data.Read<float>("v.f32.bin"));
        var attention = data.Create(type);
        var context = new BackwardContext();
        var o = new float[data.Read<double>($"{output}.f64.bin").Length];
        attention.Forward(q, k, v, o, data.Shape, new() { Context = context });
        var (dq, dk, dv) = (new float[q.Length], new float[k.Length], new float[v.Length]);
        attention.Backward(q, k, v, o, context, data.Read<float>("dout.f32.bin"), dq, dk, dv, data.Shape);
        Compare.Close(data.Read<double>($"{output}.dq.f64.bin"), dq, GradientTolerance);
        Compare.Close(data.Read<double>($"{output}.dk.f64.bin"), dk, GradientTolerance);
        Compare.Close(data.Read<double>($"{output}.dv.f64.bin"), dv, GradientTolerance);
    }

    /// <summary>The reference that gradients are compared with at other sizes, against gradients that were computed elsewhere.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Naive_gradient_matches(string name, string output, Type type)
    {
        var data = new Vectors(name);
        var layer = Layer.Of(type);
        var (q, k, v, g) = (Head("q"), Head("k"), Head("v"), Head("dout"));
        var weights = data.Read<float>("W.f32.bin");
        var heads = q.Zip(k).Zip(v, g)
            .Select(head => NaiveGradient.Compute(layer, head.First.First, head.First.Second, head.Second, head.Third, weights)).ToArray();

        // ε is 10⁻³ as a float here, which is 5e-8 off.
        var tolerance = layer.Epsilon > 0 ? 1e-7 : 1e-11;
        Compare.Close(data.Read<double>($"{output}.dq.f64.bin"), heads.SelectMany(head => head.Query).ToArray(), tolerance);
        Compare.Close(data.Read<double>($"{output}.dk.f64.bin"), heads.SelectMany(head => head.Key).ToArray(), tolerance);
        Compare.Close(data.Read<double>($"{output}.dv.f64.bin"), heads.SelectMany(head => head.Value).ToArray(), tolerance);

        float[][] Head(string tensor)
        {
            var numbers = data.Read<float>($"{tensor}.f32.bin");
            return [.. numbers.Chunk(numbers.Length / (data.Shape.Batch * data.Shape.Heads))];
        }
    }
}
