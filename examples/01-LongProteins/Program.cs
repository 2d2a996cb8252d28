using KernelGen.Examples;
using KernelGen.Examples.LongProteins;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();

    // What would fail at the end fails before the work.
    PlotFile.Check(settings.SvgPath, "--svg", Plot.FileName);

    var report = new Report(terminal.Ansi, settings);
    var proteins = Fasta.ReadFile(settings.DataPath);
    report.Intro(proteins);

    var experiment = new Experiment(settings, TokenStream.Concatenate(proteins, settings.Length));
    var results = terminal.Run(experiment.Work, experiment.Run);

    report.Results(results, experiment.Inputs);
    report.Features(experiment.RunFeatures());
    PlotFile.Write(settings.SvgPath, Plot.Draw(settings, results), "Give another file with --svg.");
    report.End();
    return ExitCode.Success;
});
