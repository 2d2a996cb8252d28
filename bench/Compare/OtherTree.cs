namespace KernelGen.Bench.Compare;

/// <summary>
/// The files of another commit in a temporary folder, with the present measuring code in the place of its own; disposing takes them away.
/// </summary>
internal sealed class OtherTree : IDisposable
{
    private static readonly string[] Needed =
        ["attributes/KernelGen.Attributes.csproj", "generator/KernelGen.Generator.csproj", "runtime/KernelGen.Runtime.csproj"];

    private readonly Repository _repository;
    private readonly DirectoryInfo _temporary;
    private readonly string _worktree;

    private OtherTree(Repository repository)
    {
        _repository = repository;
        _temporary = Directory.CreateTempSubdirectory("kernelgen-compare-");
        _worktree = Path.Combine(_temporary.FullName, "tree");
        Root = Path.Combine(_worktree, repository.Prefix);
    }

    /// <summary>The folder of the project.</summary>
    public string Root { get; }

    /// <exception cref="InvalidOperationException">Git could not check it out, or the commit has not what is measured.</exception>
    public static OtherTree Create(Repository repository, Commit commit)
    {
        var tree = new OtherTree(repository);
        try
        {
            repository.AddWorktree(tree._worktree, commit);
            foreach (var project in Needed)
            {
                if (!File.Exists(Path.Combine(tree.Root, project)))
                {
                    throw new InvalidOperationException($"{commit.Title} has no {project}, so it cannot be measured.");
                }
            }

            tree.ReplaceBench();
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _repository.RemoveWorktree(_worktree);
        try
        {
            _temporary.Delete(recursive: true);
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"{_temporary} could not be deleted: {error.Message}");
        }
    }

    /// <summary>Both sides are measured by the same code, and older commits have none that could serve.</summary>
    private void ReplaceBench()
    {
        var (from, to) = (Path.Combine(_repository.Root, "bench"), Path.Combine(Root, "bench"));
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*.cs*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(from, file);
            if (!path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                var copy = Path.Combine(to, path);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
