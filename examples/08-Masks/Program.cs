using KernelGen.Examples;
using KernelGen.Examples.Masks;

return CommandLine.Invoke(args, folder =>
{
    // What would fail at the end fails before the work.
    PlotFile.CheckFolder(folder, "--svg-folder");

    foreach (var line in Table.Head)
    {
        Console.WriteLine(line);
    }

    foreach (var pattern in Pattern.All)
    {
        var heads = Sight.Of(pattern);
        Console.WriteLine(Table.Row(pattern, heads));
        Write(pattern.FileName, MaskPicture.Draw(pattern, heads));
    }

    Write(ScorePicture.FileName, ScorePicture.Draw());
    return ExitCode.Success;

    void Write(string name, string svg) => PlotFile.Write(PlotFile.In(folder, name), svg, "Give another folder with --svg-folder.");
});
