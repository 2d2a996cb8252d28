using System.Collections;
using System.Reflection;
using ILGPU;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Calls of one layer on several streams, none of which waits for another. The facade watches what they touch.</summary>
public class StreamTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Two_streams_share_nothing(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var inputs = new[] { 3, 4 }.Select(seed => new GradientInputs(new Inputs(layer, 35, 35, seed, 0.5f), seed + 10)).ToArray();
        var together = gpu.BackwardOnStreams(inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var (alone, besides) = (gpu.Backward(inputs[i]), together[i]);
            Compare.Same(alone.Query, besides.Query);
            Compare.Same(alone.Key, besides.Key);
            Compare.Same(alone.Value, besides.Value);
        }
    }

    [Fact]
    public void Scratch_memory_of_disposed_streams_goes()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var tensor = machine.Upload(new float[80]);
        using var output = machine.Upload(new float[80]);
        var scratch = (IDictionary)typeof(Softmax8.Gpu)
            .GetField("_scratch", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(gpu)!;
        var view = (ArrayView<float>)tensor.View;
        for (var i = 0; i < 3; i++)
        {
            using var stream = machine.Accelerator.CreateStream();
            gpu.Forward(stream, view, view, view, output.View, new AttentionShape(1, 1, 10));
            Assert.Single(scratch);
        }

        using var first = machine.Accelerator.CreateStream();
        using var second = machine.Accelerator.CreateStream();
        foreach (var stream in new[] { first, second, first })
        {
            gpu.Forward(stream, view, view, view, output.View, new AttentionShape(1, 1, 10));
            stream.Synchronize();
        }

        Assert.Equal(2, scratch.Count);
    }

    [Fact]
    public void A_longer_call_of_a_stream_replaces_what_was_too_small()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var tensor = machine.Upload(new float[8 * 200]);
        using var output = machine.Upload(new float[8 * 200]);
        using var stream = machine.Accelerator.CreateStream();
        foreach (var length in new[] { 10, 200, 10 })
        {
            var view = tensor.View.BaseView.SubView(0, 8 * length);
            gpu.Forward(stream, view, view, view, output.View.BaseView.SubView(0, 8 * length), new AttentionShape(1, 1, length));
        }

        stream.Synchronize();
    }
}
