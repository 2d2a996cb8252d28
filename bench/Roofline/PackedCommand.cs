using System.CommandLine;
using KernelGen.Bench.Kernels;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Roofline;

/// <summary>
/// The command <c>packed</c>: what it costs that sequences are packed, and how well threads share sequences of different lengths.
/// </summary>
internal static class PackedCommand
{
    private const int Heads = 8, Sequences = 16, Length = 512;

    private static readonly BenchKernel[] Measured =
    [
        KernelCatalog.Find(KernelName.Softmax, causal: false), KernelCatalog.Find(KernelName.Softmax, causal: true),
        KernelCatalog.Find(KernelName.Exact, causal: false), KernelCatalog.Find(KernelName.Exact, causal: true),
    ];

    // One that is longer than all others together, of one head: it has to be cut.
    private static readonly int[] Unequal = [12288, .. Enumerable.Repeat(256, 16)];

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions." };
        var markdown = OutputFile.Option("--markdown", "Also write the tables to a file.");
        var command = new Command("packed", "Times packed sequences against the same tokens as a batch, and threads against one.")
        {
            quick, markdown,
        };
        command.SetAction(parsed =>
        {
            var text = string.Concat(Lines(parsed.GetValue(quick) ? Effort.Quick : new Effort(41, 10)).Select(line =>
            {
                Console.Out.WriteLine(line);
                return line + "\n";
            }));
            OutputFile.Save(parsed.GetValue(markdown), text);
        });
        return command;
    }

    private static IEnumerable<string> Lines(Effort effort)
    {
        int[] threads = Environment.ProcessorCount > 1 ? [1, 2] : [1];
        yield return $"{Sequences} sequences of {Length} tokens, {Heads} heads: time packed / as a batch, target ≤ 1.03";
        yield return "";
        yield return "| kernel | direction | threads | ms | ratio |";
        yield return "| --- | --- | ---: | ---: | ---: |";
        int[] equal = [.. Enumerable.Repeat(Length, Sequences)];
        foreach (var kernel in Measured)
        {
            var tensors = new Tensors(equal.Sum() * Heads * kernel.HeadDim);
            foreach (var direction in new[] { Direction.Forward, Direction.Both })
            {
                foreach (var count in threads)
                {
                    using BatchWorkload packed = new(kernel, equal, Heads, count, isPacked: true, direction, tensors);
                    using BatchWorkload batch = new(kernel, equal, Heads, count, isPacked: false, direction, tensors);
                    var (ratio, seconds) = Interleaved.Compare(packed.Run, batch.Run, effort);
                    yield return Row(kernel, direction, Format.Whole(count), seconds, Format.Number(ratio, "F3"));
                }
            }
        }

        if (threads.Length == 1)
        {
            yield break;
        }

        yield return "";
        yield return $"One sequence of {Unequal[0]} tokens and {Unequal.Length - 1} of {Unequal[1]}, 1 head: time on 1 thread / 2 threads";
        yield return "";
        yield return "| kernel | direction | threads | ms on 2 | ratio |";
        yield return "| --- | --- | ---: | ---: | ---: |";
        foreach (var kernel in Measured)
        {
            var tensors = new Tensors(Unequal.Sum() * kernel.HeadDim);
            foreach (var direction in new[] { Direction.Forward, Direction.Both })
            {
                using BatchWorkload one = new(kernel, Unequal, heads: 1, threads: 1, isPacked: true, direction, tensors);
                using BatchWorkload two = new(kernel, Unequal, heads: 1, threads: 2, isPacked: true, direction, tensors);
                var (ratio, seconds) = Interleaved.Compare(one.Run, two.Run, effort);
                yield return Row(kernel, direction, "1 / 2", seconds, Format.Number(ratio, "F2"));
            }
        }
    }

    private static string Row(BenchKernel kernel, Direction direction, string threads, double seconds, string ratio) =>
        $"| {kernel} | {(direction == Direction.Both ? "forward + backward" : "forward")} | {threads} | {Format.Number(seconds * 1e3, "F2")} | {ratio} |";
}
