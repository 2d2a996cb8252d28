using System.CommandLine;
using KernelGen.Bench.Kernels;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Decay;

/// <summary>The command <c>decay</c>: what it costs that a state forgets.</summary>
internal static class DecayCommand
{
    private const int Heads = 8, Length = 4096;

    private static readonly (string Name, string Kernel, Func<IAttention> Create)[] Measured =
    [
        ("softmax, as RetNet", KernelName.Softmax, () => new RetentiveSoftmax(BenchKernel.Seed)),
        ("softmax, e⁻¹ a token", KernelName.Softmax, () => new ForgetfulSoftmax(BenchKernel.Seed)),
        ("softmax, e⁻¹⁰ a token", KernelName.Softmax, () => new ForgettingAllSoftmax(BenchKernel.Seed)),
        ("ReLU, as RetNet", KernelName.Relu, () => new RetentiveRelu(BenchKernel.Seed)),
    ];

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions." };
        var markdown = OutputFile.Option("--markdown", "Also write the table to a file.");
        var command = new Command("decay", "Times causal attention that forgets against the same that does not.") { quick, markdown };
        command.SetAction(parsed =>
        {
            var text = string.Concat(Lines(parsed.GetValue(quick) ? Effort.Quick : Effort.Full).Select(line =>
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
        yield return $"{Length} tokens, {Heads} heads of 64, 256 features, 1 thread: time with decay / without";
        yield return "";
        yield return "| decay | direction | ms | ratio |";
        yield return "| --- | --- | ---: | ---: |";
        foreach (var (name, kernel, create) in Measured)
        {
            var plain = KernelCatalog.Find(kernel, causal: true);
            var fading = plain with { Create = create, Type = create().GetType() };
            var tensors = new Tensors(Length * Heads * plain.HeadDim);
            foreach (var direction in new[] { Direction.Forward, Direction.Backward })
            {
                var (ratio, seconds) = Interleaved.Compare(
                    Work(fading, direction, tensors).Run, Work(plain, direction, tensors).Run, effort);
                yield return $"| {name} | {(direction == Direction.Forward ? "forward" : "backward")} "
                    + $"| {Format.Number(ratio * seconds * 1e3, "F2")} | {Format.Number(ratio, "F3")} |";
            }
        }
    }

    private static Workload Work(BenchKernel kernel, Direction direction, Tensors tensors) => direction == Direction.Forward
        ? new Workload(kernel, Heads, Length, threads: 1, tensors)
        : new BackwardWorkload(kernel, Heads, Length, threads: 1, tensors, direction);
}
