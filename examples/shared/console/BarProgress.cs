using Spectre.Console;

namespace KernelGen.Examples;

/// <summary>Progress as a bar that moves, for terminals.</summary>
internal sealed class BarProgress : IJobProgress
{
    private readonly ProgressTask _bar;

    private BarProgress(ProgressTask bar) => _bar = bar;

    /// <summary>Runs <paramref name="job"/> below a bar of <paramref name="work"/> units.</summary>
    public static T Run<T>(IAnsiConsole console, double work, Func<IJobProgress, T> job)
    {
        // Ctrl+C ends the process in the middle of a bar, which hides the cursor.
        Console.CancelKeyPress += (_, _) => console.Cursor.Show();
        var progress = console.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn { Width = 24 },
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left });

        // Drawing takes a little of a core from the kernels that are timed: draw seldom.
        progress.RefreshRate = TimeSpan.FromMilliseconds(250);
        return progress.Start(context => job(new BarProgress(context.AddTask("starting", maxValue: work))));
    }

    /// <inheritdoc/>
    public void Begin(string place, string stage) => _bar.Description = Markup.Escape($"{place}: {stage}");

    /// <inheritdoc/>
    public void Done(double work) => _bar.Increment(work);

    /// <inheritdoc/>
    public void Drop(double work) => _bar.MaxValue -= work;
}
