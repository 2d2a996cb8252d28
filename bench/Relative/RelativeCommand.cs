using System.CommandLine;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Relative;

/// <summary>The command <c>relative</c>: what it costs that scores know distances.</summary>
internal static class RelativeCommand
{
    private const int Keys = RelativeAttention.Distances, Dim = RelativeAttention.HeadDim;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions." };
        var markdown = OutputFile.Option("--markdown", "Also write the table to a file.");
        var command = new Command("relative", "Times attention with relative positions against the same without, for each product that it cannot do without.")
        {
            quick, markdown,
        };
        command.SetAction(parsed =>
        {
            var effort = parsed.GetValue(quick) ? Effort.Quick : Effort.Full;
            var text = string.Concat(Lines(effort).Select(line =>
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
        yield return $"{Keys} keys, 1 head of {Dim}, causal, 1 thread: time / that of the same without distances";
        yield return "";
        yield return "| segment | direction | ms | time / plain | products / plain | time for each product |";
        yield return "| ---: | --- | ---: | ---: | ---: | ---: |";
        var relative = new RelativeAttention { DegreeOfParallelism = 1 };
        var plain = new PlainAttention { DegreeOfParallelism = 1 };
        foreach (var queries in new[] { Keys, Keys / 4 })
        {
            float[] Numbers(int rows, ulong seed) => LengthProjection.Random(rows * Dim, 1, seed);
            float[] q = Numbers(queries, 1), w = Numbers(queries, 2), k = Numbers(Keys, 3), v = Numbers(Keys, 4), r = Numbers(Keys, 5),
                g = Numbers(queries, 6), o = new float[q.Length], p = new float[q.Length], dq = new float[q.Length],
                dw = new float[q.Length], dk = new float[k.Length], dv = new float[v.Length], dr = new float[r.Length];
            AttentionShape shape = new(1, 1, queries, Keys);
            using var ofRelative = new BackwardContext();
            using var ofPlain = new BackwardContext();
            relative.Forward(q, k, v, w, r, o, shape, new() { Context = ofRelative });
            plain.Forward(q, k, v, p, shape, new() { Context = ofPlain });

            // Scores, and values by them; distances add one product. Backward scores, g by values, and a product for each gradient.
            foreach (var (name, products, ofThose, run, other) in new (string, int, int, Action, Action)[]
            {
                ("forward", 3, 2, () => relative.Forward(q, k, v, w, r, o, shape), () => plain.Forward(q, k, v, p, shape)),
                (
                    "backward", 8, 5, () => relative.Backward(q, k, v, w, r, o, ofRelative, g, dq, dk, dv, dw, dr, shape),
                    () => plain.Backward(q, k, v, p, ofPlain, g, dq, dk, dv, shape)),
            })
            {
                var (ratio, seconds) = Interleaved.Compare(run, other, effort);
                var counted = (double)products / ofThose;
                yield return $"| {queries} | {name} | {Format.Number(ratio * seconds * 1e3, "F2")} | {Format.Number(ratio, "F2")} "
                    + $"| {Format.Number(counted, "F2")} | {Format.Number(ratio / counted, "F2")} |";
            }
        }
    }
}
