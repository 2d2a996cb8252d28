using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Backward passes of every kernel at its length; of causal softmax features also with falling keys.</summary>
internal sealed class BackwardRows : IRowSource
{
    public IEnumerable<ServedRow> Rows(BenchKernel kernel, int threads)
    {
        var heads = CallWork.Heads(threads);
        ServedRow Row(string name, Func<Tensors> tensors) => new(
            $"backward/{name}",
            () => new CallWork(new BackwardWorkload(kernel, heads, kernel.Length, threads, tensors(), Direction.Backward)));

        yield return Row($"{kernel.Length}", () => new Tensors(heads * kernel.Length * kernel.HeadDim));
        if (kernel is { Causal: true, Name: KernelName.Softmax })
        {
            yield return Row(Tensors.FallingKeys, () => Tensors.WithFallingKeys(heads, kernel.Length, kernel.HeadDim));
        }
    }
}
