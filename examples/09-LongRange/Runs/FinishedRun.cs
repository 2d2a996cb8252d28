namespace KernelGen.Examples.LongRange;

/// <summary>A line of the file of runs.</summary>
internal sealed record FinishedRun(RunPlan Plan, RunResult Result);
