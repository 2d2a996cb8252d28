using KernelGen.Examples;
using KernelGen.Examples.PretrainedTransfer;
using KernelGen.Examples.Training;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();

    // What would fail at the end fails before the work.
    PlotFile.Check(settings.SvgPath, "--svg", Plot.FileName);
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        // The step that is being computed is finished; a second Ctrl-C ends the process.
        pressed.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };

    var report = new Report(terminal.Ansi, settings);
    var text = CharacterText.ReadFile(settings.DataPath);
    report.Intro(text);
    var job = new TransferJob(text, settings, stop.Token);
    var (results, isComplete) = terminal.Run(job.Work, job.Run);
    report.Results(results);
    report.Baseline(text);
    if (results.Count > 0)
    {
        PlotFile.Write(settings.SvgPath, Plot.Draw(settings, results[0]), "Give another file with --svg.");
    }

    report.End(isComplete, results.Count > 0);
    return isComplete ? ExitCode.Success : ExitCode.Stopped;
});
