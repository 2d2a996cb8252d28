using System.Diagnostics;

namespace KernelGen.Bench;

/// <summary>
/// This program, to be started again: what a process can have but once, such as a vector width or a peak of memory, is measured in one of
/// its own.
/// </summary>
internal static class OwnProcess
{
    /// <summary>A start with a command, whose output is read; the caller adds what follows it.</summary>
    /// <exception cref="InvalidOperationException">The path of this program is unknown.</exception>
    public static ProcessStartInfo Start(string command)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, UseShellExecute = false };
        start.FileName = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of this program is unknown, so it cannot be started again.");
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        }

        start.ArgumentList.Add(command);
        return start;
    }
}
