using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// Tensors whose parts lie apart, such as slices of one projection, give the bits of packed ones, and what is between stays.
/// </summary>
public class StrideTests
{
    private const int Batch = 2, Heads = 4, KeyHeads = 2, Length = 37;

    /// <summary>What lies between, which nobody may write; read, it would spoil everything.</summary>
    private const float Between = float.NaN;

    public static TheoryData<Layer> Layers =>
    [
        Layer.Of<Softmax16>(), Layer.Of<CausalSoftmax8>(), Layer.Of<OddCausalHyperbolic>(), Layer.Of<CausalRelu16>(), Layer.Of<Exact16>(),
        Layer.Of<CausalExact8>(),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Slices_of_one_projection_give_the_bits_of_packed_tensors(Layer layer)
    {
        using var gpu = new GpuLayer(layer, processors: 2);
        foreach (var (name, numbers) in Structures())
        {
            var (fused, packed) = (Slices(layer, numbers), Packed(layer, numbers));
            gpu.Run(fused);
            gpu.Run(packed);
            Check(layer, packed, fused, $"{name}, views");

            // Written anew, from tensors of the CPU.
            fused = Slices(layer, numbers);
            gpu.RunFromCpu(fused);
            Check(layer, packed, fused, $"{name}, tensors of the CPU");
        }
    }

    private static IEnumerable<(string Name, Func<int, float> Number)> Structures()
    {
        var random = Inputs.Normal(new Random(4), 10_000, 0.6f);
        yield return ("random", i => random[i % random.Length]);
        yield return ("equal tokens", _ => 0.5f);
        yield return ("ramp", i => (i % 997) * 1e-3f);
    }

    /// <summary>
    /// Per token: queries of all heads, keys, values, and three numbers of nobody's; their gradients likewise, and outputs with as many
    /// numbers between tokens as they have.
    /// </summary>
    private static DeviceCall Slices(Layer layer, Func<int, float> number)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var (keys, values) = (Heads * d, (Heads + KeyHeads) * d);
        var width = values + (KeyHeads * dv) + 3;
        var (inputs, gradients, outputs, upstream) = (Memory(width), Memory(width), Memory(2 * Heads * dv), Memory(2 * Heads * dv));
        var (ofKeys, ofValues) = (new TensorStrides(Length * width, d, width), new TensorStrides(Length * width, dv, width));
        var ofOutputs = new TensorStrides(Length * 2 * Heads * dv, dv, 2 * Heads * dv);
        var call = new DeviceCall(
            new AttentionShape(Batch, Heads, Length) { KeyHeads = KeyHeads },
            new(inputs, ofKeys), new(inputs, ofKeys, keys), new(inputs, ofValues, values), new(outputs, ofOutputs))
        {
            Upstream = new(upstream, ofOutputs),
            QueryGradient = new(gradients, ofKeys),
            KeyGradient = new(gradients, ofKeys, keys),
            ValueGradient = new(gradients, ofValues, values),
            KeyLengths = [Length, 30],
            QueryLengths = [29, Length],
        };
        foreach (var (tensor, heads, dim, seed) in Read(call, layer))
        {
            ForEach(tensor, heads, dim, (at, i) => tensor.Memory[at] = number(i + seed));
        }

        return call;

        float[] Memory(int columns)
        {
            var memory = new float[Batch * Length * columns];
            Array.Fill(memory, Between);
            return memory;
        }
    }

    private static DeviceCall Packed(Layer layer, Func<int, float> number)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        float[] Memory(int heads, int dim) => new float[Batch * heads * Length * dim];
        var call = new DeviceCall(
            new AttentionShape(Batch, Heads, Length) { KeyHeads = KeyHeads },
            Memory(Heads, d), Memory(KeyHeads, d), Memory(KeyHeads, dv), Memory(Heads, dv))
        {
            Upstream = Memory(Heads, dv),
            QueryGradient = Memory(Heads, d),
            KeyGradient = Memory(KeyHeads, d),
            ValueGradient = Memory(KeyHeads, dv),
            KeyLengths = [Length, 30],
            QueryLengths = [29, Length],
        };
        foreach (var (tensor, _, _, seed) in Read(call, layer))
        {
            for (var i = 0; i < tensor.Memory.Length; i++)
            {
                tensor.Memory[i] = number(i + seed);
            }
        }

        // Outputs of queries that do not count stay as they are.
        Array.Fill(call.Output.Memory, Between);
        return call;
    }

    private static IEnumerable<(DeviceTensor Tensor, int Heads, int Dim, int Seed)> Read(DeviceCall call, Layer layer) =>
    [
        (call.Query, Heads, layer.HeadDim, 0), (call.Key, KeyHeads, layer.HeadDim, 1000), (call.Value, KeyHeads, layer.ValueDim, 2000),
        (call.Upstream!, Heads, layer.ValueDim, 3000),
    ];

    private static void Check(Layer layer, DeviceCall packed, DeviceCall fused, string what)
    {
        var seen = new Dictionary<float[], bool[]>();
        foreach (var (expected, actual, heads, dim) in new[]
        {
            (packed.Output, fused.Output, Heads, layer.ValueDim), (packed.QueryGradient, fused.QueryGradient, Heads, layer.HeadDim),
            (packed.KeyGradient, fused.KeyGradient, KeyHeads, layer.HeadDim),
            (packed.ValueGradient, fused.ValueGradient, KeyHeads, layer.ValueDim),
        })
        {
            if (!seen.TryGetValue(actual.Memory, out var own))
            {
                seen[actual.Memory] = own = new bool[actual.Memory.Length];
            }

            ForEach(actual, heads, dim, (at, i) =>
            {
                own[at] = true;
                var (one, other) = (expected.Memory[i], actual.Memory[at]);
                Assert.True(
                    BitConverter.SingleToInt32Bits(one) == BitConverter.SingleToInt32Bits(other), $"{what}: {one} expected, {other} found");
            });
        }

        foreach (var (memory, own) in seen)
        {
            Assert.All(memory.Zip(own), pair => Assert.True(pair.Second || float.IsNaN(pair.First), $"{what}: {pair.First} between"));
        }
    }

    /// <summary>Each number of a strided tensor, with its place in a packed one.</summary>
    private static void ForEach(DeviceTensor tensor, int heads, int dim, Action<int, int> number)
    {
        for (var i = 0; i < Batch * heads * Length * dim; i++)
        {
            var (row, c) = (i / dim, i % dim);
            var (head, t) = (row / Length, row % Length);
            var at = ((head / heads) * tensor.Strides.Batch) + ((head % heads) * tensor.Strides.Head) + (t * tensor.Strides.Token);
            number(tensor.Start + (int)at + c, i);
        }
    }
}
