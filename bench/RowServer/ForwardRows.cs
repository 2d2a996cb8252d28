using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Forward passes: of every kernel at its length; of softmax features also short ones, and with large and falling keys.</summary>
internal sealed class ForwardRows : IRowSource
{
    private static readonly int[] ShortLengths = [1, 16, 64, 256, 1024];

    public IEnumerable<ServedRow> Rows(BenchKernel kernel, int threads)
    {
        var heads = CallWork.Heads(threads);
        ServedRow Row(string name, int length, Func<Tensors> tensors) =>
            new($"forward/{name}", () => new CallWork(new Workload(kernel, heads, length, threads, tensors())));

        yield return Row($"{kernel.Length}", kernel.Length, () => new Tensors(heads * kernel.Length * kernel.HeadDim));
        if (kernel.Name == KernelName.Softmax)
        {
            foreach (var length in ShortLengths)
            {
                yield return Row($"{length}", length, () => new Tensors(heads * length * kernel.HeadDim));
            }

            yield return Row("keys-times-10", kernel.Length, () => new Tensors(heads * kernel.Length * kernel.HeadDim, keyScale: 10));
        }

        if (kernel is { Causal: true, Name: KernelName.Softmax or KernelName.Hyperbolic })
        {
            yield return Row(
                Tensors.FallingKeys, kernel.Length, () => Tensors.WithFallingKeys(heads, kernel.Length, kernel.HeadDim));
        }
    }
}
