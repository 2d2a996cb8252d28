namespace KernelGen.Examples.LongRange;

/// <summary>The main job: each attention in turn, in the same model, with the same budget.</summary>
internal static class CompareCommand
{
    /// <summary>Runs it and returns the exit code.</summary>
    /// <param name="settings">What all commands are told.</param>
    /// <param name="taskNames">Of <see cref="AllTasks"/>.</param>
    /// <param name="attentions">Those that have no form for a task are left out there.</param>
    public static int Run(JobSettings settings, IReadOnlyList<string> taskNames, IReadOnlyList<AttentionChoice> attentions)
    {
        var terminal = new Terminal();

        // What would fail at the end fails before the work.
        PlotFile.CheckFolder(settings.SvgFolder, "--svg-folder");
        using var stop = new StopKey();
        var (planner, file) = (settings.Planner, settings.Runs());
        List<(LongRangeTask Task, List<(AttentionChoice Attention, RunJob Job)> Jobs)> comparisons =
        [
            .. taskNames.Select(name => AllTasks.Create(name, planner.TextPath)).Select(task => (task,
                attentions.Where(attention => attention.For(task.Causal) is not null)
                    .Select(attention => (attention, JobOf(planner.Plans(task, attention.Name)))).ToList())),
        ];
        var jobs = comparisons.SelectMany(of => of.Jobs).Select(of => of.Job).ToList();
        if (jobs.Count == 0)
        {
            throw new JobException(
                $"No attention of {string.Join(", ", attentions.Select(of => $"'{of.Name}'"))} has a form for the task {string.Join(", ", taskNames)}: "
                + "causal tasks need a causal one, others one that sees both sides. Give another --task or --attention.");
        }

        var printer = new Printer(terminal.Ansi);
        printer.Line($"[bold]Long range[/]: one small model, each attention in turn, the same budget");
        RunIntro.Print(printer, settings, jobs.Sum(job => job.Left.Count));
        var isComplete = terminal.Run(jobs.Sum(job => job.Left.Count), progress => jobs.All(job => job.Run(progress, stop.Token)));
        List<string?> plots = [];
        foreach (var (task, of) in comparisons)
        {
            List<RunGroup> groups =
                [.. of.Where(pair => pair.Job.Done.Count > 0).Select(pair => new RunGroup(pair.Attention.Label, pair.Job.Done))];
            if (groups.Count == 0)
            {
                continue;
            }

            var plan = groups[0].Runs[0].Plan;
            var baselines = task.Baselines(ModelRun.HeldOf(plan, task));
            printer.Space();
            printer.Line($"[bold]{task.Title}[/], up to {plan.Length:N0} tokens");
            RunTable.Print(printer, task.Score, baselines, groups);
            plots.Add(PlotFile.In(settings.SvgFolder, Printer.Text($"{task.Name}.svg")));
            if (groups.Any(group => group.Curve.Count > 0))
            {
                PlotFile.Write(
                    plots[^1], CurvesPlot.Draw(Capital(task.Title), task, groups, baselines, planner.Budget),
                    "Give another folder with --svg-folder.");
            }
        }

        RunIntro.End(printer, isComplete, plots);
        return isComplete ? ExitCode.Success : ExitCode.Stopped;

        RunJob JobOf(IReadOnlyList<RunPlan> plans) =>
            new(plans, file, plan => RunProcess.Start(plan, planner.TextPath, stop.Token));
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
