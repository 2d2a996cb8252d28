namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The commands <c>relatives</c> and <c>single</c>.</summary>
internal static class ExperimentCommand
{
    /// <summary>What the plot is called.</summary>
    public static string PlotName(bool relatives) => relatives ? "relatives.svg" : "single.svg";

    /// <summary>Runs it and returns the exit code.</summary>
    public static int Run(ExperimentSettings settings)
    {
        var terminal = new Terminal();

        // What would fail at the end fails before the work.
        PlotFile.Check(settings.SvgPath, "--svg", PlotName(settings.Relatives));
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The step that is being computed is finished; a second Ctrl-C ends the process.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };

        var report = new ExperimentReport(terminal.Ansi, settings);
        report.Intro();
        var experiment = new Experiment(ProteinSet.Load(settings.DataPath), settings, stop.Token);
        var result = terminal.Run(experiment.Work, experiment.Run);
        report.Results(result);
        if (result.Models.Count > 0)
        {
            PlotFile.Write(settings.SvgPath, ExperimentPlot.Draw(settings, result), "Give another file with --svg.");
            report.End();
        }

        return result.WasStopped ? ExitCode.Stopped : ExitCode.Success;
    }
}
