namespace KernelGen.Examples.LongRange;

/// <summary>Does the runs of some plans, but those that are done.</summary>
/// <param name="plans">In their order.</param>
/// <param name="file">Those that are done.</param>
/// <param name="start">Does one; null where it was stopped.</param>
internal sealed class RunJob(IReadOnlyList<RunPlan> plans, RunFile<FinishedRun> file, Func<RunPlan, RunResult?> start)
{
    /// <summary>What is to be done still.</summary>
    public IReadOnlyList<RunPlan> Left => [.. plans.Where(plan => Find(plan) is null)];

    /// <summary>What is done of these plans, in their order.</summary>
    public IReadOnlyList<FinishedRun> Done => [.. plans.Select(Find).OfType<FinishedRun>()];

    /// <summary>Does what is left, a unit of work each.</summary>
    /// <returns>Whether nothing is left; otherwise it was stopped.</returns>
    public bool Run(IJobProgress progress, CancellationToken stop)
    {
        foreach (var plan in Left)
        {
            progress.Begin(plan.ToString(), "a process of its own");
            if (stop.IsCancellationRequested || start(plan) is not { } result)
            {
                return false;
            }

            file.Add(new FinishedRun(plan, result));
            progress.Done(1);
        }

        return true;
    }

    private FinishedRun? Find(RunPlan plan) => file.Lines.FirstOrDefault(run => run.Plan == plan);
}
