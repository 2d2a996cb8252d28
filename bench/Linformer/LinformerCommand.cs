using System.CommandLine;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Linformer;

/// <summary>The command <c>linformer</c>: how fast attention to mixtures is, and what mixtures lose that nobody has trained.</summary>
internal static class LinformerCommand
{
    private const int Length = Mixtures256.MaxLength, Dim = Mixtures256.HeadDim, Rank = Mixtures256.Rank;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions." };
        var markdown = OutputFile.Option("--markdown", "Also write the tables to a file.");
        const string what = "Times Linformer attention against the machine's peak, and measures the error of untrained mixtures.";
        var command = new Command("linformer", what)
        {
            quick, markdown,
        };
        command.SetAction(parsed =>
        {
            var effort = parsed.GetValue(quick) ? Effort.Quick : Effort.Full;
            var text = string.Concat(Speed(effort).Append("").Concat(UntrainedMixtures.Lines()).Select(line =>
            {
                Console.Out.WriteLine(line);
                return line + "\n";
            }));
            OutputFile.Save(parsed.GetValue(markdown), text);
        });
        return command;
    }

    private static IEnumerable<string> Speed(Effort effort)
    {
        yield return $"{Length} tokens, 1 head of {Dim}, {Rank} mixtures, 1 thread";
        yield return "";
        yield return "| direction | products, in L·r·d | ms | share of peak |";
        yield return "| --- | ---: | ---: | ---: |";
        float[] Numbers(int count, ulong seed) => LengthProjection.Random(count, 1, seed);
        float[] q = Numbers(Length * Dim, 1), k = Numbers(Length * Dim, 2), v = Numbers(Length * Dim, 3), g = Numbers(Length * Dim, 4),
            e = LengthProjection.Pooling(Length, Rank), f = LengthProjection.Random(Length, Rank, 5), o = new float[q.Length],
            dq = new float[q.Length], dk = new float[k.Length], dv = new float[v.Length], de = new float[e.Length],
            df = new float[f.Length];
        var layer = new Mixtures256 { DegreeOfParallelism = 1 };
        AttentionShape shape = new(1, 1, Length, Length);
        using var context = new BackwardContext();
        layer.Forward(q, k, v, e, f, o, shape, new() { Context = context });

        // Two products of keys, two of queries; backward the scores again, two of g and dS, two sums, and two of keys and of each matrix.
        foreach (var (name, products, run) in new (string, int, Action)[]
        {
            ("forward", 8, () => layer.Forward(q, k, v, e, f, o, shape)),
            ("backward", 18, () => layer.Backward(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape)),
        })
        {
            var (seconds, share, _) = Interleaved.AgainstPeak(run, products * (double)Length * Rank * Dim, threads: 1, effort);
            yield return $"| {name} | {products} | {Format.Number(seconds * 1e3, "F2")} | {Format.Number(share, "F2")} |";
        }
    }
}
