using System.Text;
using KernelGen.Examples;
using KernelGen.Examples.Generate;
using KernelGen.Examples.Training;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();

    // What would fail at the end fails before the work.
    PlotFile.Check(settings.SvgPath, "--svg", Plot.FileName);
    var text = CharacterText.ReadFile(settings.DataPath);
    foreach (var prompt in settings.Prompts)
    {
        _ = text.Encode(prompt);
    }

    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        // The step that is being computed is finished; a second Ctrl-C ends the process.
        pressed.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };

    var report = new Report(terminal.Ansi, settings);
    report.Intro(text);
    using var job = new Job(text, settings, stop.Token);
    if (terminal.Run(settings.Steps, job.Train) is not { } answers)
    {
        return ExitCode.Stopped;
    }

    report.Trained(answers);
    StringBuilder[] written = [.. settings.Prompts.Select(prompt => new StringBuilder(prompt))];
    Console.Write(settings.Prompts[0]);
    new Writer(job.Model, text, settings.Sampling, settings.Seed).Write(settings.Prompts, settings.Tokens, (sequence, letter) =>
    {
        _ = written[sequence].Append(letter);
        if (sequence == 0)
        {
            Console.Write(letter);
        }
    });
    Console.WriteLine();
    report.Others([.. written.Select(of => of.ToString())]);
    var (favor, exact) = terminal.Run(job.TimingWork, job.Time);
    report.Times(favor, exact);
    PlotFile.Write(settings.SvgPath, Plot.Draw(favor, exact, settings.Threads), "Give another file with --svg.");
    report.End();
    return ExitCode.Success;
});
