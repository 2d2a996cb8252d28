namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Whose attention is looked at.</summary>
/// <param name="Experiment">How the model was trained: one attention, one seed.</param>
/// <param name="Proteins">The most test proteins that attention is summed over.</param>
/// <param name="BlosumPath">BLOSUM62.</param>
/// <param name="ProteinPath">The protein whose maps are drawn.</param>
/// <param name="SvgFolder">Where the plots go; null for none.</param>
internal sealed record AttentionStudySettings(
    ExperimentSettings Experiment, int Proteins, string BlosumPath, string ProteinPath, string? SvgFolder)
{
    /// <summary>Longer ones are left out: the matrix of a head has the square of so many numbers.</summary>
    public const int LongestProtein = 400;

    /// <summary>The mature chain of BPT1_BOVIN, residues 36 to 93, counted from 1.</summary>
    public const int ChainFrom = 35, ChainTo = 93;
}
