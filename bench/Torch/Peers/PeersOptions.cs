namespace KernelGen.Bench.Torch.Peers;

/// <summary>What <c>peers</c> is asked for.</summary>
internal sealed record PeersOptions(
    IReadOnlyList<int> Widths, IReadOnlyList<int> Threads, bool Quick, FileInfo? Csv, FileInfo? Markdown, FileInfo? Svg);
