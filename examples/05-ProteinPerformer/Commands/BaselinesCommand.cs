namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The command <c>baselines</c>.</summary>
internal static class BaselinesCommand
{
    /// <summary>Runs it and returns the exit code.</summary>
    public static int Run(BaselinesSettings settings)
    {
        var terminal = new Terminal();
        var report = new BaselinesReport(terminal.Ansi, settings);
        report.Intro();
        var proteins = ProteinSet.Load(settings.DataPath);
        report.Split(proteins);
        var job = new BaselinesJob(proteins, settings);
        report.Results(terminal.Run(job.Work, job.Run));
        return ExitCode.Success;
    }
}
