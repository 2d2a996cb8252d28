using System.CommandLine;

namespace KernelGen.Examples.Masks;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Parses and runs; <paramref name="run"/> is given the folder of the pictures, or null for none, and returns the exit code.
    /// </summary>
    public static int Invoke(string[] args, Func<string?, int> run)
    {
        var folder = new Option<string?>("--svg-folder")
        {
            HelpName = "folder",
            Description = "Where the pictures go. [default: no pictures]",
            Arity = ArgumentArity.ExactlyOne,
        };
        var root = new RootCommand("Which keys a query sees, and what is computed for it: a picture and a row of a table for each mask.")
        {
            folder,
        };
        root.SetAction(result => run(result.GetValue(folder)));
        return JobCommand.Invoke(root, args);
    }
}
