using System.Text;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Compare;

/// <summary>What a comparison found, as a table, CSV and Markdown.</summary>
/// <param name="present">What the present tree is.</param>
/// <param name="other">What the other commit is.</param>
/// <param name="options">What was asked.</param>
internal sealed class CompareReport(string present, string other, CompareOptions options)
{
    private static readonly IReadOnlyList<string> Headers =
        ["row", "", "bits", "present, µs", "other, µs", "ratio of speeds", "half of the pairs", "medians of processes", "pairs"];

    public List<ComparedRow> Rows { get; } = [];

    public List<string> Notes { get; } = [];

    private IEnumerable<string[]> Cells => Rows.Select(row => (string[])
    [
        row.Name, Mark(row), Format.Whole(row.Width), Microseconds(row.PresentSeconds), Microseconds(row.OtherSeconds),
        Ratio(row.Ratio.Median), $"{Ratio(row.Ratio.LowerQuartile)} to {Ratio(row.Ratio.UpperQuartile)}",
        $"{Ratio(row.Ratio.LowestProcess)} to {Ratio(row.Ratio.HighestProcess)}", Format.Whole(row.Ratio.Pairs),
    ]);

    private string Verdicts => $"{Rows.Count} rows: {Rows.Count(row => row.Ratio.Verdict == Verdict.Slower)} slower, "
        + $"{Rows.Count(row => row.Ratio.Verdict == Verdict.Faster)} faster, the others within {RatioSummary.Tolerance * 100:F0} % or not told apart from 1.";

    /// <summary>The rows that both sides have and that were asked for; what is left out is noted.</summary>
    /// <exception cref="InvalidOperationException">There is none, or a pattern matches nothing.</exception>
    public IReadOnlyList<string> Choose(IReadOnlyList<string> ofPresent, IReadOnlyList<string> ofOther)
    {
        if (options.Rows.Unmatched(ofPresent).FirstOrDefault() is { } unmatched)
        {
            throw new InvalidOperationException($"--rows: no row matches '{unmatched}'. There are:\n{string.Join('\n', ofPresent)}");
        }

        var asked = ofPresent.Where(options.Rows.Matches).ToList();
        var missing = asked.Except(ofOther).ToList();
        var note =
            $"Left out, since the other commit has not what {(missing.Count == 1 ? "it uses" : "they use")}: {string.Join(", ", missing)}.";
        if (missing.Count == asked.Count)
        {
            throw new InvalidOperationException(string.Join('\n', [note, .. Notes]));
        }

        if (missing.Count > 0 && !Notes.Contains(note))
        {
            Notes.Add(note);
        }

        return [.. asked.Except(missing)];
    }

    public void Write()
    {
        Console.WriteLine($"Present: {present}");
        Console.WriteLine($"Other:   {other}");
        ConsoleReport.WriteTable(Headers, 2, Cells);
        ConsoleReport.WriteLines([Verdicts, .. Notes]);
    }

    public string Csv()
    {
        var text = new StringBuilder(
            "row,width,threads,processes,pairs,presentMicroseconds,otherMicroseconds,ratio,lowerQuartile,upperQuartile,lowestProcess,highestProcess,verdict\n");
        foreach (var row in Rows)
        {
            text.AppendJoin(',',
                row.Name, Format.Whole(row.Width), Format.Whole(options.Threads), Format.Whole(row.Processes),
                Format.Whole(row.Ratio.Pairs), Format.Number(row.PresentSeconds * 1e6, "F4"), Format.Number(row.OtherSeconds * 1e6, "F4"),
                Format.Number(row.Ratio.Median, "F5"), Format.Number(row.Ratio.LowerQuartile, "F5"),
                Format.Number(row.Ratio.UpperQuartile, "F5"), Format.Number(row.Ratio.LowestProcess, "F5"),
                Format.Number(row.Ratio.HighestProcess, "F5"), row.Ratio.Verdict.ToString().ToLowerInvariant()).Append('\n');
        }

        return text.ToString();
    }

    public string Markdown()
    {
        var text = new StringBuilder($"# Comparison\n\n- Present: {present}\n- Other: {other}\n- Threads of a call: {options.Threads}\n\n");
        MarkdownReport.AppendTable(text, Headers, 2, Cells);
        text.Append($"\n{Verdicts}\n");
        foreach (var note in Notes)
        {
            text.Append($"\n- {note}");
        }

        return text.Append(Notes.Count == 0 ? "" : "\n").ToString();
    }

    private static string Mark(ComparedRow row) => row.Ratio.Verdict switch
    {
        Verdict.Slower => "slower",
        Verdict.Faster => "faster",
        Verdict.Same => "",
        _ => throw new InvalidOperationException($"{row.Ratio.Verdict} has no mark."),
    };

    private static string Ratio(double ratio) => Format.Number(ratio, "F3");

    private static string Microseconds(double seconds) => Format.Number(seconds * 1e6, "F2");
}
