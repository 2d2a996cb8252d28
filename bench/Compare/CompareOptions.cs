namespace KernelGen.Bench.Compare;

/// <summary>What the user asked of a comparison.</summary>
/// <param name="Commit">The other commit, by any name that git knows.</param>
/// <param name="Widths">Vector widths; empty: the widest that there is.</param>
internal sealed record CompareOptions(
    string Commit, IReadOnlyList<int> Widths, RowPattern Rows, int Threads, int Processes, CompareEffort Effort,
    FileInfo? Csv, FileInfo? Markdown);
