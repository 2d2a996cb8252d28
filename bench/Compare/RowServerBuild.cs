namespace KernelGen.Bench.Compare;

/// <summary>The program of one side.</summary>
/// <param name="Program">Its path.</param>
/// <param name="LeftOut">What the measuring code uses and the tree lacks: the errors on account of which files were left out.</param>
internal sealed record RowServerBuild(string Program, IReadOnlyList<CompilerError> LeftOut)
{
    private const string Project = "bench/RowServer/KernelGen.RowServer.csproj";

    /// <summary>Builds it in the working tree, all of it.</summary>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public static RowServerBuild Present(string root, CancellationToken stop)
    {
        var result = Build(root, stop);
        return result.Succeeded
            ? new RowServerBuild(ProgramPath(root), [])
            : throw new InvalidOperationException($"The working tree does not build:\n{Said(result)}");
    }

    /// <summary>Builds it in another tree, without the files that use what is not there: a file is a kind of rows, or the declarations of a kernel.</summary>
    /// <exception cref="InvalidOperationException">The commit does not build, or has not what all rows need.</exception>
    public static RowServerBuild Other(OtherTree tree, Commit commit, CancellationToken stop)
    {
        var leftOut = new List<CompilerError>();
        var deleted = new List<string>(); // the types of these files
        var bench = Path.Combine(tree.Root, "bench") + Path.DirectorySeparatorChar;
        while (true)
        {
            var result = Build(tree.Root, stop);
            if (result.Succeeded)
            {
                return new RowServerBuild(ProgramPath(tree.Root), leftOut);
            }

            var errors = CompilerError.Parse(result.Output);
            var ofFiles = errors.Where(error => error.File is { } file && file.StartsWith(bench, StringComparison.Ordinal)
                && Path.GetExtension(file) == ".cs" && File.Exists(file)).DistinctBy(error => error.File).ToList();
            if (ofFiles.Count == 0)
            {
                throw new InvalidOperationException(leftOut.Count == 0
                    ? $"{commit.Title} does not build:\n{Said(result)}"
                    : $"{commit.Title} has not what every row needs:\n{string.Join('\n', leftOut)}");
            }

            foreach (var error in ofFiles)
            {
                // Not that it uses a file that is left out.
                if (!deleted.Any(name => error.Text.Contains($"'{name}'", StringComparison.Ordinal)))
                {
                    leftOut.Add(error);
                }

                deleted.Add(Path.GetFileNameWithoutExtension(error.File!));
                File.Delete(error.File!);
            }
        }
    }

    private static ToolResult Build(string root, CancellationToken stop) => Tool.Run(
        Tool.Dotnet,
        // Warnings of the other compiler settings are not what is asked; no build server stays behind with a hand on the folder.
        [
            "build", Path.Combine(root, Project), "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            "-p:TreatWarningsAsErrors=false",
        ],
        root, stop);

    private static string ProgramPath(string root) => Path.Combine(root, "bench/RowServer/bin/Release/net10.0/KernelGen.RowServer.dll");

    private static string Said(ToolResult result) => CompilerError.Parse(result.Output) is { Count: > 0 } errors
        ? string.Join('\n', errors.Take(5))
        : result.LastLines;
}
