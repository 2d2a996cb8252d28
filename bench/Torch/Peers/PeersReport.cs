using System.Text;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>All that was measured, as a page and as a table for programs.</summary>
internal sealed class PeersReport
{
    public List<PeerRow> Rows { get; } = [];

    public List<MatrixRow> Matrices { get; } = [];

    public List<string> Notes { get; } = [];

    public string Markdown()
    {
        var text = new StringBuilder(
            $"# Attention of other libraries beside KernelGen's\n\n{MachineName.Get()}. One sequence, {PeerCase.Heads} heads of {PeerCase.HeadDim}, {PeerCase.Features} features for FAVOR+, float32. bench/README.md says what the numbers mean.\n");
        text.Append("\n## What bounds them\n\n| bits | threads | torch.matmul, GFLOP/s | multiply-adds in registers, GFLOP/s |\n| ---: | ---: | ---: | ---: |\n");
        foreach (var row in Matrices)
        {
            text.Append($"| {row.Width} | {row.Threads} | {row.TorchGflops:F0} | {row.PeakGflops:F0} |\n");
        }

        foreach (var group in Rows.GroupBy(row => (row.Width, row.Case.Threads)))
        {
            text.Append($"\n## {group.Key.Width} bit, {Threads.Text(group.Key.Threads)}\n\n");
            text.Append("| attention | pass | tokens | KernelGen, ms | other | ms | times as long | half of the rounds | difference |\n");
            text.Append("| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |\n");
            foreach (var of in group.GroupBy(row => row.Case))
            {
                var ours = of.First();
                foreach (var row in of.Skip(1))
                {
                    text.Append(
                        $"| {row.Case.Attention}, {row.Case.Sight} | {row.Case.Direction} | {row.Case.Length:N0} | {ours.Milliseconds:F2} | {row.Contender} | {row.Milliseconds:F2} "
                        + $"| {row.TimesOurs:F2} | {row.Low:F2} to {row.High:F2} | {row.Error:0E-0} |\n");
                }
            }
        }

        foreach (var note in Notes)
        {
            text.Append($"\n- {note}\n");
        }

        return text.ToString();
    }

    public string Csv()
    {
        var text = new StringBuilder(
            "width,threads,attention,sight,pass,length,contender,milliseconds,times_ours,first_quartile,third_quartile,difference\n");
        foreach (var row in Rows)
        {
            text.Append(
                $"{row.Width},{row.Case.Threads},{row.Case.Attention},{row.Case.Sight},{row.Case.Direction},{row.Case.Length},\"{row.Contender}\",{row.Milliseconds:R},{row.TimesOurs:R},{row.Low:R},{row.High:R},{row.Error:R}\n");
        }

        return text.ToString();
    }
}
