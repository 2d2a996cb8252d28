using System.Text;

namespace KernelGen.Examples;

/// <summary>
/// Files of plots: what would fail after the work fails before it. Nobody has to want a plot: without a path nothing is checked or written.
/// </summary>
internal static class PlotFile
{
    /// <summary>The file of a plot in a folder; null without a folder.</summary>
    public static string? In(string? folder, string name) => folder is null ? null : Path.Combine(folder, name);

    /// <summary>Fails at once where a plot could not be written later.</summary>
    /// <param name="path">The file of the plot; null for none.</param>
    /// <param name="option">The option that names the file.</param>
    /// <param name="usualName">What such a file is called.</param>
    /// <exception cref="JobException">There is no such folder, or a folder has the name of the file.</exception>
    public static void Check(string? path, string option, string usualName)
    {
        if (path is null)
        {
            return;
        }

        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new JobException(
                $"'{path}' is a folder. Give the plot a file name, for example {option} '{Path.Combine(path, usualName)}'.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new JobException(
                $"There is no folder '{Path.GetDirectoryName(full)}' for the plot. Create it, or give another file with {option}.");
        }
    }

    /// <summary>Fails at once where plots could not be written into a folder later.</summary>
    /// <param name="folder">The folder; null for none.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="JobException">There is no such folder, or a plot cannot be created in it.</exception>
    public static void CheckFolder(string? folder, string option)
    {
        if (folder is null)
        {
            return;
        }

        var full = Path.GetFullPath(folder);
        if (File.Exists(full))
        {
            throw new JobException($"'{folder}' is a file. Give a folder for the plots with {option}.");
        }

        if (!Directory.Exists(full))
        {
            throw new JobException($"There is no folder '{full}' for the plots. Create it, or give another one with {option}.");
        }

        try
        {
            // The only sure test of a permission is to use it.
            var trial = Path.Combine(full, $".{Guid.NewGuid():N}");
            using var _ = new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"No plot can be written into '{full}': {e.Message} Give another folder with {option}.");
        }
    }

    /// <summary>Writes a plot, where one is wanted.</summary>
    /// <exception cref="JobException">The file cannot be written; <paramref name="advice"/> ends the message.</exception>
    public static void Write(string? path, string svg, string advice)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.WriteAllText(path, svg, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The plot cannot be written: {e.Message} {advice}");
        }
    }
}
