using KernelGen.Examples.Training;
using Spectre.Console;

namespace KernelGen.Examples.Generate;

/// <summary>What the job prints.</summary>
internal sealed class Report(IAnsiConsole console, Settings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(CharacterText text)
    {
        _printer.Line($"[bold]Generate[/]: a model with FAVOR+ attention learns a text and writes on, a character at a time");
        _printer.Path($"Text: {text.Length:N0} characters, {text.Vocabulary} different ones, of ", settings.DataPath);
        _printer.Path($"The trained model: ", settings.Folder);
        _printer.Line(
            $"{settings.Steps:N0} steps of training, unless that has been done; Ctrl-C stops and saves, the same command goes on.");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>What the model scores.</summary>
    public void Trained(Answers answers)
    {
        _printer.Space();
        _printer.Line($"Held-out text: {100 * answers.Accuracy:F1} % of the characters, {answers.Loss:F3} nats each.");
        _printer.Space();
    }

    /// <summary>What it wrote: the first sequence appeared as it came, the others follow.</summary>
    public void Others(IReadOnlyList<string> texts)
    {
        foreach (var text in texts.Skip(1))
        {
            _printer.Space();
            _printer.Line($"[bold]{"From another prompt, written at the same time:"}[/]");
            console.Profile.Out.Writer.WriteLine(text);
        }
    }

    /// <summary>The times.</summary>
    public void Times(IReadOnlyList<StepTime> favor, IReadOnlyList<StepTime> exact)
    {
        _printer.Space();
        _printer.Table(
            ["\ncharacters before", "FAVOR+\nµs a character", "\nremembers", "exact\nµs a character", "\nremembers"],
            favor.Select(time =>
            {
                var other = exact.FirstOrDefault(of => of.Position == time.Position);
                return (string[])
                [
                    Printer.Text($"{time.Position:N0}"), Printer.Text($"{time.Microseconds:N0}"), Bytes(time.StateBytes),
                    other is null ? "skipped" : Printer.Text($"{other.Microseconds:N0}"), other is null ? "" : Bytes(other.StateBytes),
                ];
            }));
        _printer.Note("Times", $"of a whole step of the model, most of which is libtorch's: medians of {Settings.TimedSteps} steps.");
    }

    /// <summary>Says where the plot is.</summary>
    public void End()
    {
        _printer.Space();
        _printer.Plots("--svg", settings.SvgPath);
    }

    private static string Bytes(long bytes) =>
        bytes < 1_000_000 ? Printer.Text($"{bytes / 1e3:N0} kB") : Printer.Text($"{bytes / 1e6:N1} MB");
}
