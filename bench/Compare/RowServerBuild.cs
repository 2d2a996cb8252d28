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

    /// <summary>
    /// Builds it in another tree, without the files that use what is not there: a file is a kind of rows, or the declarations of a kernel.
    /// </summary>
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

            var ofFiles = CompilerError.Parse(result.Output).Select(error => (Error: error, Source: SourceFile(error, bench)))
                .Where(item => item.Source is not null).DistinctBy(item => item.Source).ToList();
            if (ofFiles.Count == 0)
            {
                throw new InvalidOperationException(leftOut.Count == 0
                    ? $"{commit.Title} does not build:\n{Said(result)}"
                    : $"{commit.Title} has not what every row needs:\n{string.Join('\n', leftOut)}\n{Said(result)}");
            }

            foreach (var (error, source) in ofFiles)
            {
                // Not that it uses a file that is left out.
                if (!deleted.Any(name => error.Text.Contains($"'{name}'", StringComparison.Ordinal)))
                {
                    leftOut.Add(error);
                }

                deleted.Add(Path.GetFileNameWithoutExtension(source!));
                File.Delete(source!);
            }
        }
    }

    private static ToolResult Build(string root, CancellationToken stop) => Tool.Run(
        Tool.Dotnet,
        // Warnings of the other compiler settings are not what is asked; no build server stays behind with a hand on the folder.
        [
            "build", Path.Combine(root, Project), "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false",
            "-p:UseSharedCompilation=false", "-p:TreatWarningsAsErrors=false",
        ],
        root, stop);

    /// <summary>
    /// The file of measuring code that an error is in, or that declares the kernel in whose emitted text it is; null where it is in none.
    /// </summary>
    private static string? SourceFile(CompilerError error, string bench)
    {
        const string Emitted = ".g.cs";
        if (error.File is not { } file || Path.GetExtension(file) != ".cs")
        {
            return null;
        }

        if (file.EndsWith(Emitted, StringComparison.Ordinal))
        {
            // Namespace.Type.Cpu.g.cs
            var names = Path.GetFileName(file).Split('.');
            return Directory.EnumerateFiles(Path.Combine(bench, "Kernels", "Declarations"))
                .FirstOrDefault(declarations =>
                    names.Any(name => File.ReadAllText(declarations).Contains($" class {name};", StringComparison.Ordinal)));
        }

        return file.StartsWith(bench, StringComparison.Ordinal) && File.Exists(file) ? file : null;
    }

    private static string ProgramPath(string root) => Path.Combine(root, "bench/RowServer/bin/Release/net10.0/KernelGen.RowServer.dll");

    private static string Said(ToolResult result) => CompilerError.Parse(result.Output) is { Count: > 0 } errors
        ? string.Join('\n', errors.Take(5))
        : result.LastLines;
}
