using KernelGen.Bench.Kernels;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Linformer;

/// <summary>
/// Whether random mixtures would do without training: the error of outputs beside exact attention, of random and of pooling matrices, of
/// tokens that are independent and of tokens that change slowly.
/// </summary>
/// <remarks>
/// The lemma of Johnson and Lindenstrauss keeps products of vectors. It would keep P·v if P, the weights of exact attention, were mixed;
/// but Linformer mixes the keys, before the softmax.
/// </remarks>
internal static class UntrainedMixtures
{
    private const int Length = 1024, Dim = 64;

    /// <summary>Queries, keys and values of standard deviation 1.</summary>
    private static readonly (string Name, int Smooth)[] Tokens = [("independent tokens", 1), ("means of 16 neighbours", 16)];

    public static IEnumerable<string> Lines()
    {
        yield return $"{Length} tokens, 1 head of {Dim}: error of outputs / size of those of exact attention, F = E";
        yield return "";
        yield return "| tokens | matrix | r = 32 | r = 128 | r = 512 | the mean of all values |";
        yield return "| --- | --- | ---: | ---: | ---: | ---: |";
        foreach (var (name, smooth) in Tokens)
        {
            float[] q = Sequence(1, smooth), k = Sequence(2, smooth), v = Sequence(3, smooth), exact = new float[q.Length];
            AttentionShape shape = new(1, 1, Length, Length);
            new ExactSoftmax().Forward(q, k, v, exact, shape);
            var mean = new float[v.Length];
            for (var i = 0; i < v.Length; i++)
            {
                mean[i] = Enumerable.Range(0, Length).Average(token => v[(token * Dim) + (i % Dim)]);
            }

            foreach (var (matrix, create) in new (string, Func<int, float[]>)[]
            {
                ("random", rank => LengthProjection.Random(Length, rank, 4)), ("pooling", rank => LengthProjection.Pooling(Length, rank)),
            })
            {
                var errors = new[] { 32, 128, 512 }.Select(rank =>
                {
                    var output = new float[q.Length];
                    Forward(rank, q, k, v, create(rank), output, shape);
                    return Format.Number(Error(output, exact), "F3");
                });
                yield return $"| {name} | {matrix} | {string.Join(" | ", errors)} | {Format.Number(Error(mean, exact), "F3")} |";
            }
        }
    }

    private static void Forward(int rank, float[] q, float[] k, float[] v, float[] e, float[] output, AttentionShape shape)
    {
        switch (rank)
        {
            case ShortMixtures32.Rank: new ShortMixtures32().Forward(q, k, v, e, output, shape); break;
            case ShortMixtures128.Rank: new ShortMixtures128().Forward(q, k, v, e, output, shape); break;
            case ShortMixtures512.Rank: new ShortMixtures512().Forward(q, k, v, e, output, shape); break;
            default: throw new ArgumentOutOfRangeException(nameof(rank), rank, "There is no layer of this rank.");
        }
    }

    /// <summary>Normal numbers, each the sum of so many neighbours over the root of how many.</summary>
    private static float[] Sequence(ulong seed, int smooth)
    {
        var noise = LengthProjection.Random((Length + smooth) * Dim, 1, seed);
        var sequence = new float[Length * Dim];
        for (var i = 0; i < sequence.Length; i++)
        {
            sequence[i] = (float)(Enumerable.Range(0, smooth).Sum(step => noise[i + (step * Dim)]) / Math.Sqrt(smooth));
        }

        return sequence;
    }

    private static double Error(float[] output, float[] exact) =>
        Math.Sqrt(output.Zip(exact, (x, y) => Math.Pow(x - y, 2)).Sum() / exact.Sum(x => (double)x * x));
}
