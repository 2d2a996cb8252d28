using System.CommandLine;

namespace KernelGen.Bench.Reports;

/// <summary>Files that reports are written to besides the console.</summary>
internal static class OutputFile
{
    /// <summary>An option that names one.</summary>
    public static Option<FileInfo> Option(string name, string description)
    {
        var option = new Option<FileInfo>(name) { Description = description, HelpName = "FILE" };

        // Said before the measuring, not after it.
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1)
            {
                var file = new FileInfo(result.Tokens[0].Value);
                if (Directory.Exists(file.FullName))
                {
                    result.AddError($"{name}: '{file}' is a folder.");
                }
                else if (file.Directory is not { Exists: true })
                {
                    result.AddError($"{name}: the folder of '{file}' does not exist.");
                }
            }
        });
        return option;
    }

    /// <summary>Writes it, if the option was given.</summary>
    public static void Save(FileInfo? file, string text)
    {
        if (file is not null)
        {
            File.WriteAllText(file.FullName, text);
            Console.Error.WriteLine($"Wrote {file}.");
        }
    }
}
