namespace KernelGen.Examples.LongRange;

/// <summary>What commands print before and after their work.</summary>
internal static class RunIntro
{
    /// <summary>Says what will be done.</summary>
    public static void Print(Printer printer, JobSettings settings, int left)
    {
        printer.Path($"Runs that are done: ", settings.Folder);
        printer.Line($"Runs that are left: {left}, {settings.Planner.Budget} each, on {Machine.Threads(settings.Planner.Threads)}. Ctrl-C stops; the same command goes on with the run that was stopped.");
        printer.WarnOfDebug();
        printer.Space();
    }

    /// <summary>Says how it ended.</summary>
    public static void End(Printer printer, bool isComplete, IReadOnlyList<string?> plots)
    {
        printer.Note(
            "Peak memory", $"is all that the process of a run ever held, libtorch and the runtime included.",
            $"Tokens are those of training; padding is none.");
        if (!isComplete)
        {
            printer.Line($"Stopped. The same command goes on.");
        }

        printer.Plots("--svg-folder", [.. plots]);
    }
}
