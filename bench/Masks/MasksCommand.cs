using System.CommandLine;
using System.Globalization;
using KernelGen.Bench.Kernels;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Masks;

/// <summary>The command <c>masks</c>: what exact attention costs for each pair that a mask lets through.</summary>
internal static class MasksCommand
{
    private const int FullLength = 16_384, QuickLength = 4_096;

    private static readonly int[] Positions = [1_000, 10_000, 100_000];

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = $"{QuickLength} tokens in place of {FullLength}, and fewer repetitions." };
        var markdown = OutputFile.Option("--markdown", "Also write the tables to a file.");
        var command = new Command("masks", "Times exact attention with masks against full exact attention, pair by visible pair, and steps of a window.")
        {
            quick, markdown,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            var text = string.Concat(Lines(isQuick ? QuickLength : FullLength, isQuick ? Effort.Quick : Effort.Full).Select(line =>
            {
                Console.Out.WriteLine(line);
                return line + "\n";
            }));
            OutputFile.Save(parsed.GetValue(markdown), text);
        });
        return command;
    }

    private static IEnumerable<string> Lines(int length, Effort effort)
    {
        var full = KernelCatalog.Find(KernelName.Exact, causal: false);
        yield return $"{length} tokens, 1 head of {full.HeadDim}, 1 thread: time / that of full exact attention";
        yield return "";
        yield return "| mask | direction | visible pairs a query | ms | time / full | for each visible pair |";
        yield return "| --- | --- | ---: | ---: | ---: | ---: |";
        var tensors = new Tensors(length * full.HeadDim);
        foreach (var mask in MaskCase.All)
        {
            var pairs = mask.VisiblePairs(length);
            foreach (var direction in new[] { Direction.Forward, Direction.Backward })
            {
                var (ratio, seconds) = Interleaved.Compare(
                    Work(Kernel(mask), length, tensors, direction).Run, Work(full, length, tensors, direction).Run, effort);
                yield return $"| {mask.Name} | {(direction == Direction.Forward ? "forward" : "backward")} | {Format.Number((double)pairs / length, "F0")} "
                    + $"| {Format.Number(ratio * seconds * 1e3, "F2")} | {Format.Number(ratio, "F4")} "
                    + $"| {Format.Number(MaskCase.PerVisiblePair(ratio, pairs, length), "F2")} |";
            }
        }

        yield return "";
        yield return $"A step of decoding, Window = 256, 1 stream: time / that at position {Positions[0]}";
        yield return "";
        yield return "| position | µs a step | ratio | state kB |";
        yield return "| ---: | ---: | ---: | ---: |";
        foreach (var line in Steps(effort))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Steps(Effort effort)
    {
        var kernel = Kernel(MaskCase.All.Single(mask => mask.Create() is Window256));
        StepWorkload[] steps = [.. Positions.Select(position => new StepWorkload(kernel, streams: 1, position))];
        try
        {
            // All positions in turn, so that a ratio is of one moment.
            double[][] rounds =
                [.. Enumerable.Range(0, effort.Repetitions).Select(_ => steps.Select(step => step.FastestSlice()).ToArray())];
            for (var i = 0; i < steps.Length; i++)
            {
                var seconds = Statistics.Median(rounds.Select(round => round[i]));
                var ratio = Statistics.Median(rounds.Select(round => round[i] / round[0]));
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {Positions[i]} | {seconds * 1e6:F2} | {ratio:F2} | {steps[i].FootprintBytes / 1e3:F1} |");
            }
        }
        finally
        {
            foreach (var step in steps)
            {
                step.Dispose();
            }
        }
    }

    private static BenchKernel Kernel(MaskCase mask)
    {
        var layer = mask.Create();
        return new(mask.Name, layer.Causal, FullLength, layer.HeadDim, Features: 0, layer.GetType(), mask.Create);
    }

    private static Workload Work(BenchKernel kernel, int length, Tensors tensors, Direction direction) => direction == Direction.Forward
        ? new Workload(kernel, heads: 1, length, threads: 1, tensors)
        : new BackwardWorkload(kernel, heads: 1, length, threads: 1, tensors, direction);
}
