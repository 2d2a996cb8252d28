using System.Text;

namespace KernelGen.Bench.Torch.Training;

/// <summary>All that was measured, as a page and as a table for programs.</summary>
internal sealed class TrainingReport
{
    public List<StepRow> Rows { get; } = [];

    public List<LossRow> Losses { get; } = [];

    public List<string> Notes { get; } = [];

    public string Markdown()
    {
        var text = new StringBuilder(
            $"# Whole training steps\n\n{MachineName.Get()}. {StepCase.Description}. bench/README.md says what the numbers mean.\n");
        foreach (var group in Rows.GroupBy(row => row.Width))
        {
            text.Append($"\n## {group.Key} bit\n\n");
            text.Append("| threads | sequences × tokens | attention | ms a step | times KernelGen's exact | attention's share |\n");
            text.Append("| ---: | ---: | --- | ---: | ---: | ---: |\n");
            foreach (var row in group)
            {
                var share = row.Variant == StepVariant.None ? "" : $"{100 * row.Share:F0} %";
                text.Append(
                    $"| {row.Case.Threads} | {row.Case.Rows} × {row.Case.Length:N0} | {Name(row.Variant)} | {row.Milliseconds:F1} | {row.TimesExact:F2} | {share} |\n");
            }
        }

        text.Append("\n## Losses\n\nWith the same first weights and batches, libtorch's attention and KernelGen's exact one:\n\n");
        foreach (var loss in Losses)
        {
            text.Append(
                $"- {loss.Width} bit: from {loss.First:F4} to {loss.LastTorch:F4} and {loss.Last:F4} nats in {loss.Steps} steps; at most {loss.Largest:0.0E-0} apart at any step.\n");
        }

        foreach (var note in Notes)
        {
            text.Append($"\n- {note}\n");
        }

        return text.ToString();
    }

    public string Csv()
    {
        var text = new StringBuilder("width,threads,rows,length,attention,milliseconds,times_exact,share\n");
        foreach (var row in Rows)
        {
            text.Append(
                $"{row.Width},{row.Case.Threads},{row.Case.Rows},{row.Case.Length},\"{Name(row.Variant)}\",{row.Milliseconds:R},{row.TimesExact:R},{row.Share:R}\n");
        }

        return text.ToString();
    }

    private static string Name(StepVariant variant) => variant switch
    {
        StepVariant.None => "none",
        StepVariant.Torch => "torch, scaled_dot_product_attention",
        StepVariant.Exact => "KernelGen, exact",
        StepVariant.Softmax => "KernelGen, FAVOR+ softmax",
        StepVariant.Relu => "KernelGen, FAVOR+ ReLU",
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, null),
    };
}
