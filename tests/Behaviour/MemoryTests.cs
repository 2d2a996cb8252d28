using KernelGen.Tests.Runtime;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Kernels stay within the tensors, allocate nothing, and need no more scratch memory for longer sequences.</summary>
public class MemoryTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Tensors_that_end_at_the_end_of_mapped_memory(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var length in new[] { 1, 5, 48, 71 })
        {
            var inputs = new Inputs(layer, length, length, seed: length);
            using var query = new GuardedMemory(inputs.Query.Length);
            using var key = new GuardedMemory(inputs.Key.Length);
            using var value = new GuardedMemory(inputs.Value.Length);
            using var output = new GuardedMemory(length * layer.ValueDim);
            inputs.Query.CopyTo(query.Span);
            inputs.Key.CopyTo(key.Span);
            inputs.Value.CopyTo(value.Span);
            attention.Forward(query.Span, key.Span, value.Span, output.Span, inputs.Shape);
            Compare.Close(inputs.Naive(weights).Output, output.Span.ToArray(), inputs.Tolerance(weights));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void A_call_allocates_nothing(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var inputs = new Inputs(layer, 100, 100, seed: 1);
        var output = new float[100 * layer.ValueDim];
        var context = new BackwardContext();
        attention.Forward(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, new() { Context = context });
        var before = GC.GetAllocatedBytesForCurrentThread();
        attention.Forward(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, new() { Context = context });
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Packed_sequences_that_end_at_the_end_of_mapped_memory(Layer layer)
    {
        var (attention, _) = layer.Create();
        foreach (var last in new[] { 1, 5, 48 })
        {
            var batch = new PackedBatch(layer, [3, 60, last]);
            using var query = new GuardedMemory(batch.Query.Length);
            using var key = new GuardedMemory(batch.Key.Length);
            using var value = new GuardedMemory(batch.Value.Length);
            using var output = new GuardedMemory(batch.Upstream.Length);
            batch.Query.CopyTo(query.Span);
            batch.Key.CopyTo(key.Span);
            batch.Value.CopyTo(value.Span);
            attention.Forward(query.Span, key.Span, value.Span, output.Span, batch.Shape, new() { Offsets = batch.Offsets });
            Compare.Same(batch.Forward(attention), output.Span);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void A_call_of_packed_sequences_allocates_nothing(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var batch = new PackedBatch(layer, [30, 0, 70]);
        var output = new float[batch.Upstream.Length];
        float[] byQuery = new float[batch.Query.Length], byKey = new float[batch.Key.Length], byValue = new float[batch.Value.Length];
        using var context = new BackwardContext();
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            attention.Forward(
                batch.Query, batch.Key, batch.Value, output, batch.Shape, new() { Context = context, Offsets = batch.Offsets });
            attention.Backward(
                batch.Query, batch.Key, batch.Value, output, context, batch.Upstream, byQuery, byKey, byValue, batch.Shape);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Scratch_memory_does_not_grow_with_the_length(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 2;
        Assert.Equal(
            attention.ScratchBytes(new AttentionShape(1, 1, 4096)),
            attention.ScratchBytes(new AttentionShape(1, 1, 1 << 20)));
    }
}
