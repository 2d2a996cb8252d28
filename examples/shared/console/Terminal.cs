using Spectre.Console;

namespace KernelGen.Examples;

/// <summary>The console of an example: colours and a moving bar for people, plain lines for logs and pipes.</summary>
internal sealed class Terminal
{
    private readonly bool _interactive;

    /// <summary>Finds out what standard output is.</summary>
    public Terminal()
    {
        // A log gets plain text, and lines longer than the 80 columns that would be assumed.
        var log = Console.IsOutputRedirected;
        Ansi = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = log ? AnsiSupport.No : AnsiSupport.Detect });
        _interactive = Ansi.Profile.Capabilities.Interactive && Ansi.Profile.Capabilities.Ansi && !log;
        if (log)
        {
            Ansi.Profile.Width = 120;
        }
    }

    /// <summary>Where to write.</summary>
    public IAnsiConsole Ansi { get; }

    /// <summary>Runs <paramref name="job"/> and shows how far it is, of <paramref name="work"/> units.</summary>
    public T Run<T>(double work, Func<IJobProgress, T> job) =>
        _interactive ? BarProgress.Run(Ansi, work, job) : job(new LineProgress(Console.Out, work));
}
