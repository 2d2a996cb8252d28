namespace KernelGen.Examples.LongRange;

/// <summary>A question that runs of one task answer, side by side.</summary>
/// <param name="text">The question.</param>
/// <param name="title">Of the plot.</param>
/// <param name="task">What all runs are asked.</param>
/// <param name="sides">What is compared: a label, and a plan for each seed.</param>
/// <param name="settings">What all commands are told.</param>
/// <param name="stop">Ctrl-C.</param>
internal sealed class ComparisonQuestion(
    string text, string title, LongRangeTask task, IReadOnlyList<(string Label, IReadOnlyList<RunPlan> Plans)> sides,
    JobSettings settings, CancellationToken stop) : Question
{
    private readonly IReadOnlyList<(string Label, RunJob Job)> _jobs = JobsOf(sides, settings, stop);

    /// <inheritdoc/>
    public override string Text => text;

    /// <inheritdoc/>
    public override int Left => _jobs.Sum(of => of.Job.Left.Count);

    /// <inheritdoc/>
    public override bool HasResults => Groups.Any(group => group.Curve.Count > 0);

    private IReadOnlyList<RunGroup> Groups =>
        [.. _jobs.Where(of => of.Job.Done.Count > 0).Select(of => new RunGroup(of.Label, of.Job.Done))];

    /// <inheritdoc/>
    public override bool Answer(IJobProgress progress) => _jobs.All(of => of.Job.Run(progress, stop));

    /// <inheritdoc/>
    public override void Print(Printer printer) => RunTable.Print(printer, task.Score, Baselines(), Groups);

    /// <inheritdoc/>
    public override string Plot() => CurvesPlot.Draw(title, task, Groups, Baselines(), settings.Planner.Budget);

    private IReadOnlyList<Baseline> Baselines() => task.Baselines(ModelRun.HeldOf(sides[0].Plans[0], task));

    private static IReadOnlyList<(string, RunJob)> JobsOf(
        IReadOnlyList<(string Label, IReadOnlyList<RunPlan> Plans)> sides, JobSettings settings, CancellationToken stop)
    {
        // One file, so that a run that two questions ask for is done once.
        var file = settings.Runs();
        return
        [
            .. sides.Select(side => (side.Label, new RunJob(
                side.Plans, file, plan => RunProcess.Start(plan, settings.Planner.TextPath, stop)))),
        ];
    }
}
