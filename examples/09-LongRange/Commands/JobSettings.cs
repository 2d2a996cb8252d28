namespace KernelGen.Examples.LongRange;

/// <summary>What all commands are told.</summary>
/// <param name="Planner">What their runs have in common.</param>
/// <param name="Folder">Where runs that are done are kept.</param>
/// <param name="SvgFolder">Where plots go; null for none.</param>
internal sealed record JobSettings(Planner Planner, string Folder, string? SvgFolder)
{
    /// <summary>The file of runs.</summary>
    public RunFile<FinishedRun> Runs() => new(Folder, "runs.jsonl");
}
