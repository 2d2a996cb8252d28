namespace KernelGen.Bench.Roofline;

/// <summary>The process that measures one width; it writes its findings to standard output as they come.</summary>
internal static class Worker
{
    public static int Run(int width, bool quick, bool onlySteps, bool withRatios)
    {
        Say(new WorkerMessage { Width = VectorWidth.InForce });
        if (VectorWidth.InForce != width)
        {
            return 0;
        }

        var effort = quick ? Effort.Quick : Effort.Full;
        var steps = StepPlan.Rows(width, quick, effort).Concat(withRatios ? [StepPlan.Position(effort)] : []).ToList();
        if (!onlySteps)
        {
            Say(new WorkerMessage { Progress = "first calls" });
            foreach (var first in FirstCall.MeasureAll(width))
            {
                Say(new WorkerMessage { FirstCall = first });
            }

            steps = [.. RowPlan.Steps(width, quick, effort), .. steps, .. withRatios ? RatioPlan.Steps(quick, effort) : []];
        }

        for (var i = 0; i < steps.Count; i++)
        {
            Say(new WorkerMessage { Progress = $"{i + 1}/{steps.Count}  {steps[i].Name}" });
            foreach (var message in steps[i].Measure())
            {
                Say(message);
            }
        }

        return 0;
    }

    private static void Say(WorkerMessage message)
    {
        Console.Out.WriteLine(message.ToLine());
        Console.Out.Flush();
    }
}
