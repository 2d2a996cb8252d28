namespace KernelGen.Bench.Roofline;

/// <summary>What the user asked of the roofline report.</summary>
internal sealed record RooflineOptions(
    IReadOnlyList<int> Widths, bool Quick, bool OnlySteps, FileInfo? Csv, FileInfo? Markdown, FileInfo? Svg)
{
    /// <summary>The command that measures the same again, without the files that it writes: their paths concern nobody else.</summary>
    public string Command => "dotnet run -c Release --project bench -- roofline" + (Quick ? " --quick" : "") + (OnlySteps ? " --steps" : "")
        + (Widths.Count < VectorWidth.All.Count ? $" --widths {string.Join(',', Widths)}" : "");
}
