using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>The pairs whose times are compared, and what their ratios should be.</summary>
internal static class RatioPlan
{
    private const int ShortestLength = 4096, LongestLength = 1 << 20;

    private static readonly BenchKernel Bidirectional = KernelCatalog.Find(KernelName.Softmax, causal: false);

    private static readonly BenchKernel Causal = KernelCatalog.Find(KernelName.Softmax, causal: true);

    public static IEnumerable<Step> Steps(bool quick, Effort effort)
    {
        yield return CausalAgainstBidirectional(effort);
        yield return DenseAgainstHadamard(causal: false, atLeast: 1.2, effort);
        yield return DenseAgainstHadamard(causal: true, atLeast: null, effort);
        yield return LargeKeys(Bidirectional, effort);
        yield return LargeKeys(Causal, effort);
        yield return WithBackward(Bidirectional, atMost: 3.4, effort);
        yield return WithBackward(Causal, atMost: 4.5, effort);
        if (Environment.ProcessorCount > 1)
        {
            yield return TwoThreads(Bidirectional, heads: 8, 1.8, effort);
            yield return TwoThreads(Causal, heads: 8, 1.8, effort);
            yield return TwoThreads(Bidirectional, heads: 1, 1.8, effort);

            // One causal head is scanned twice: once for the states, once for the outputs.
            yield return TwoThreads(Causal, heads: 1, 1.45, effort);
        }
        else
        {
            const string Note = "Two threads: not measured, this machine has one processor.";
            yield return new Step("two threads", () => [new WorkerMessage { Note = Note }]);
        }

        if (!quick)
        {
            yield return Doubling(Bidirectional, effort);
            yield return Doubling(Causal, effort);
        }
    }

    private static Step CausalAgainstBidirectional(Effort effort) => Pair(
        $"{KernelName.Softmax}, 8 heads, 1 thread: time causal / bidirectional", atLeast: null, atMost: 1.3, effort, () =>
        {
            var tensors = new Tensors(8 * ShortestLength * Causal.HeadDim);
            return (new Workload(Causal, 8, ShortestLength, 1, tensors), new Workload(Bidirectional, 8, ShortestLength, 1, tensors));
        });

    /// <summary>The ceiling is 1.48: additions that cannot be fused take the place of half of the multiply-adds.</summary>
    private static Step DenseAgainstHadamard(bool causal, double? atLeast, Effort effort) => Pair(
        $"{KernelName.Softmax}, {(causal ? "causal" : "bidirectional")}, 8 heads, 1 thread: time dense / Hadamard projections", atLeast,
        atMost: null, effort, () =>
        {
            var tensors = new Tensors(8 * ShortestLength * Causal.HeadDim);
            return (
                new Workload(causal ? Causal : Bidirectional, 8, ShortestLength, 1, tensors),
                new Workload(KernelCatalog.Find(KernelName.Hadamard, causal), 8, ShortestLength, 1, tensors));
        });

    private static Step LargeKeys(BenchKernel kernel, Effort effort) => Pair(
        $"{kernel}, 8 heads, 1 thread: time with keys × 10 / keys × 1", atLeast: 0.9, atMost: 1.1, effort, () =>
        {
            var count = 8 * ShortestLength * kernel.HeadDim;
            return (
                new Workload(kernel, 8, ShortestLength, 1, new Tensors(count, keyScale: 10)),
                new Workload(kernel, 8, ShortestLength, 1, new Tensors(count)));
        });

    /// <summary>By the count of operations 3.0 and, with the triangles of tiles, about 4.</summary>
    private static Step WithBackward(BenchKernel kernel, double atMost, Effort effort) => Pair(
        $"{kernel}, 1 head, 1 thread: time forward + backward / forward", atLeast: null, atMost, effort, () =>
        {
            var tensors = new Tensors(ShortestLength * kernel.HeadDim);
            return (
                new BackwardWorkload(kernel, 1, ShortestLength, 1, tensors, Direction.Both),
                new Workload(kernel, 1, ShortestLength, 1, tensors));
        });

    private static Step TwoThreads(BenchKernel kernel, int heads, double atLeast, Effort effort) => Pair(
        $"{kernel}, {heads} head{(heads == 1 ? "" : "s")}: time on 1 thread / 2 threads", atLeast, atMost: null, effort, () =>
        {
            var tensors = new Tensors(heads * ShortestLength * kernel.HeadDim);
            return (new Workload(kernel, heads, ShortestLength, 1, tensors), new Workload(kernel, heads, ShortestLength, 2, tensors));
        });

    private static Step Doubling(BenchKernel kernel, Effort effort) => new(
        $"{kernel}, 1 head, 1 thread: time(2L) / time(L) up to {LongestLength:N0} tokens", () => MeasureDoubling(kernel, effort));

    private static IEnumerable<WorkerMessage> MeasureDoubling(BenchKernel kernel, Effort effort)
    {
        var tensors = new Tensors(LongestLength * kernel.HeadDim);
        for (var length = ShortestLength; length < LongestLength; length *= 2)
        {
            var ratio = Interleaved.TimeRatio(
                new Workload(kernel, 1, 2 * length, 1, tensors), new Workload(kernel, 1, length, 1, tensors), effort);
            var name = $"{kernel}, 1 head, 1 thread: time(2L) / time(L), L = {length:N0}";
            yield return new WorkerMessage { Ratio = new Ratio(name, ratio, 1.9, 2.1) };
        }

        foreach (var direction in new[] { Direction.Forward, Direction.Backward })
        {
            var (least, most) = (Scratch(kernel, ShortestLength, direction), Scratch(kernel, LongestLength, direction));
            yield return new WorkerMessage
            {
                Note = $"{kernel}, {direction.ToString().ToLowerInvariant()}, 1 head, 1 thread: {least:N0} bytes of scratch memory at L = {ShortestLength:N0}, {most:N0} at L = "
                    + $"{LongestLength:N0}: {(least == most ? "the same" : "NOT the same")}.",
            };
        }
    }

    private static long Scratch(BenchKernel kernel, int length, Direction direction) =>
        Workloads.Create(kernel, 1, length, 1, new Tensors(0), direction).ScratchBytes;

    private static Step Pair(
        string name, double? atLeast, double? atMost, Effort effort, Func<(Workload Over, Workload Under)> create) => new(name, () =>
        {
            var (over, under) = create();
            return [new WorkerMessage { Ratio = new Ratio(name, Interleaved.TimeRatio(over, under, effort), atLeast, atMost) }];
        });
}
