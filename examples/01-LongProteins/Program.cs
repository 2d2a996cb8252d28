using System.Text;
using KernelGen.Examples.LongProteins;
using Spectre.Console;

Console.OutputEncoding = Encoding.UTF8;
try
{
    return new CommandLine(Run).Invoke(args);
}
catch (JobException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return ExitCode.Failure;
}

static int Run(Settings settings)
{
    // A log gets plain text, and lines longer than the 80 columns that would be assumed.
    bool log = Console.IsOutputRedirected;
    IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = log ? AnsiSupport.No : AnsiSupport.Detect });
    bool terminal = console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi && !log;
    if (log)
    {
        console.Profile.Width = 120;
    }

    // What would fail at the end fails before the work.
    Plot.CheckFolder(settings.SvgPath);

    var report = new Report(console, settings);
    IReadOnlyList<Protein> proteins = Fasta.ReadFile(settings.DataPath);
    report.Intro(proteins);

    var experiment = new Experiment(settings, TokenStream.Concatenate(proteins, settings.Length));
    IReadOnlyList<Measurement> results = terminal
        ? BarProgress.Run(console, experiment.Work, experiment.Run)
        : experiment.Run(new LineProgress(Console.Out, experiment.Work));

    report.Results(results, experiment.Inputs);
    report.Features(experiment.RunFeatures());
    Plot.Write(settings, results);
    report.End();
    return ExitCode.Success;
}
