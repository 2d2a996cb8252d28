namespace KernelGen.Examples.CpuAndGpu;

/// <summary>What one run does.</summary>
/// <param name="Length">Tokens; null: as many as suit the device.</param>
/// <param name="Device">The number of the device; null: the first one.</param>
/// <param name="OnlyList">Stop after the list of devices.</param>
/// <param name="PtxFolder">Write the PTX of all kernels here, and nothing else.</param>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Threads of each call on the CPU.</param>
/// <param name="Quick">Fewer repetitions.</param>
/// <param name="Seed">The seed of the embedding and of the random features.</param>
internal sealed record Settings(
    int? Length, int? Device, bool OnlyList, string? PtxFolder, string DataPath, int Threads, bool Quick, int Seed)
{
    /// <summary>The tokens of a run on a GPU that asks for none.</summary>
    public const int DefaultLength = 4_096;

    /// <summary>And on ILGPU's CPU accelerator, which takes seconds for them.</summary>
    public const int CheckLength = 24;

    /// <summary>The most tokens that can be asked for: exact attention on the CPU takes its time.</summary>
    public const int LongestLength = 65_536;
}
