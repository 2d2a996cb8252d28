namespace KernelGen.Examples.LongRange;

/// <summary>The command <c>questions</c>.</summary>
internal static class QuestionsCommand
{
    /// <summary>Runs it and returns the exit code.</summary>
    /// <param name="settings">What all commands are told.</param>
    /// <param name="names">Of <see cref="AllQuestions"/>.</param>
    public static int Run(JobSettings settings, IReadOnlyList<string> names)
    {
        var terminal = new Terminal();
        PlotFile.CheckFolder(settings.SvgFolder, "--svg-folder");
        using var stop = new StopKey();
        List<Question> questions = [.. names.Select(name => AllQuestions.Create(name, settings, stop.Token))];
        var printer = new Printer(terminal.Ansi);
        printer.Line($"[bold]Long range, questions[/]");
        RunIntro.Print(printer, settings, questions.Sum(question => question.Left));
        var isComplete = terminal.Run(
            questions.Sum(question => question.Left), progress => questions.All(question => question.Answer(progress)));
        List<string?> plots = [];
        foreach (var (name, question) in names.Zip(questions).Where(pair => pair.Second.HasResults))
        {
            printer.Space();
            printer.Line($"[bold]{question.Text}[/]");
            question.Print(printer);
            plots.Add(PlotFile.In(settings.SvgFolder, $"{name}.svg"));
            PlotFile.Write(plots[^1], question.Plot(), "Give another folder with --svg-folder.");
        }

        RunIntro.End(printer, isComplete, plots);
        return isComplete ? ExitCode.Success : ExitCode.Stopped;
    }
}
