using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Rotary;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Rotary positions on GPUs, forward and backward, against the formula in double.</summary>
public class RotaryTests
{
    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_rotated_tokens(RotaryLayer layer)
    {
        using var gpu = new GpuLayer(Layer.Of(layer.Type), processors: 2);
        foreach (var (queries, keys) in new[] { (17, 17), (70, 70), (1, 40), (33, 64), (0, 3) }
            .Where(lengths => !layer.IsScan || lengths.Item1 == lengths.Item2).Take(Sizes.AreShort ? 1 : 5))
        {
            Check(gpu, layer, queries, keys, countedQueries: queries, countedKeys: keys);
        }

        if (!Sizes.AreShort)
        {
            Check(gpu, layer, 40, 40, countedQueries: 23, countedKeys: 23);
            if (!layer.IsScan)
            {
                Check(gpu, layer, 40, 70, countedQueries: 3, countedKeys: 50);
            }
        }
    }

    private static void Check(GpuLayer gpu, RotaryLayer layer, int queries, int keys, int countedQueries, int countedKeys)
    {
        var (d, dv, random) = (gpu.Attention.HeadDim, gpu.Attention.ValueDim, new Random(queries + keys));
        float[] Tensor(int rows, int columns) => Inputs.Normal(random, rows * columns, 1);
        var call = new DeviceCall(
            new AttentionShape(1, 1, queries, keys), Tensor(queries, d), Tensor(keys, d), Tensor(keys, dv), new float[queries * dv])
        {
            Upstream = Tensor(queries, dv),
            QueryGradient = new float[queries * d],
            KeyGradient = new float[keys * d],
            ValueGradient = new float[keys * dv],
            KeyLengths = countedKeys == keys ? [] : [countedKeys],
            QueryLengths = countedQueries == queries ? [] : [countedQueries],
        };
        gpu.Run(call);
        float[] Part(DeviceTensor tensor, int rows, int columns) => tensor.Memory[..(rows * columns)];
        var expected = layer.Expected(
            Part(call.Query, countedQueries, d), Part(call.Key, countedKeys, d), Part(call.Value, countedKeys, dv),
            Part(call.Upstream!, countedQueries, dv), d);
        Compare.Close(expected.Output, Part(call.Output, countedQueries, dv), 3e-5);
        Compare.Close(expected.Query, Part(call.QueryGradient, countedQueries, d), 2e-4, size: 0.1);
        Compare.Close(expected.Key, Part(call.KeyGradient, countedKeys, d), 2e-4, size: 0.1);
        Compare.Close(expected.Value, Part(call.ValueGradient, countedKeys, dv), 2e-4);
    }
}
