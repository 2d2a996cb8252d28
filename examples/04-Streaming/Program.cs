using KernelGen.Examples;
using KernelGen.Examples.Streaming;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();

    // What would fail at the end fails before the work.
    PlotFile.Check(settings.SvgPath, "--svg", Plot.FileName);
    PlotFile.Check(settings.StatePath, "--state", Settings.StateName);

    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        // The token that is being computed is finished; a second Ctrl-C ends the process.
        pressed.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };

    var report = new Report(terminal.Ansi, settings);
    var proteins = Fasta.ReadFile(settings.DataPath);
    report.Intro(proteins);

    var experiment = new Experiment(settings, TokenStream.Concatenate(proteins, settings.Length), stop.Token);
    if (terminal.Run(experiment.Work, experiment.Run) is not { } result)
    {
        report.Stopped();
        return ExitCode.Stopped;
    }

    report.Results(result);
    PlotFile.Write(settings.SvgPath, Plot.Draw(settings, result), "Give another file with --svg.");
    report.End();
    return ExitCode.Success;
});
