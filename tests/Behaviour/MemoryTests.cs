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
    public void Scratch_memory_does_not_grow_with_the_length(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 2;
        Assert.Equal(
            attention.ScratchBytes(new AttentionShape(1, 1, 4096)),
            attention.ScratchBytes(new AttentionShape(1, 1, 1 << 20)));
    }
}
