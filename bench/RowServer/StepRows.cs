using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Decoding, a token at a time and always on one thread.</summary>
internal sealed class StepRows : IRowSource
{
    public IEnumerable<ServedRow> Rows(BenchKernel kernel, int threads)
    {
        if (!kernel.Causal)
        {
            yield break;
        }

        ServedRow Row(string name, int streams, int position) =>
            new($"step/{name}", () => new StepWork(new StepWorkload(kernel, streams, position)));

        if (kernel.Features == 0)
        {
            foreach (var position in new[] { 1_000, 10_000, 100_000 })
            {
                yield return Row($"at-{position}", 1, position);
            }

            yield break;
        }

        // A step costs the same everywhere.
        const int Position = 100;
        yield return Row("1-stream", 1, Position);
        if (kernel.Name == KernelName.Softmax)
        {
            yield return Row("8-streams", 8, Position);
        }
    }
}
