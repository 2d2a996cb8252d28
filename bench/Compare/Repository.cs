namespace KernelGen.Bench.Compare;

/// <summary>The git repository that this program was built in.</summary>
/// <param name="Root">The folder of the project; that of the repository or one below it.</param>
/// <param name="Prefix">Its path in the repository, with a slash at the end; empty where both are one.</param>
internal sealed record Repository(string Root, string Prefix)
{
    private const string BenchProject = "bench/KernelGen.Bench.csproj";

    /// <exception cref="InvalidOperationException">There is no repository, or no git.</exception>
    public static Repository Find()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, BenchProject)))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException(
                $"{AppContext.BaseDirectory} is not below the folder of the project, so there is nothing to build. "
                + "Run: dotnet run -c Release --project bench -- compare COMMIT");
        }

        var prefix = Git(root, "rev-parse", "--show-prefix");
        return prefix.Succeeded
            ? new Repository(root, prefix.Output.Trim())
            : throw new InvalidOperationException(
                $"{root} is no git repository, so no other commit can be taken from it: {prefix.Errors.Trim()}");
    }

    /// <summary>The commit that a name stands for.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Commit Resolve(string name)
    {
        // A name that begins with a dash would be an option.
        var found = Git(Root, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}");
        if (!found.Succeeded)
        {
            throw new InvalidOperationException($"'{name}' is no commit of this repository. A hash, a tag, a branch or HEAD~3 would be.");
        }

        var hash = found.Output.Trim();
        var title = Git(Root, "log", "-1", "--format=%h %s", hash);
        return new Commit(hash, title.Output.Trim());
    }

    /// <summary>What the working tree is: the commit it is at, and whether files differ from that.</summary>
    public string PresentTitle()
    {
        var changed = Git(Root, "status", "--porcelain", "--", ".").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        return Resolve("HEAD").Title + (changed == 0 ? "" : $", and {changed} changed or new file{(changed == 1 ? "" : "s")}");
    }

    /// <summary>Puts the files of a commit into a new folder.</summary>
    /// <exception cref="InvalidOperationException">Git could not.</exception>
    public void AddWorktree(string folder, Commit commit)
    {
        // No hook of the user's runs.
        var added = Git(
            Root, "-c", $"core.hooksPath={Path.Combine(folder, "no-hooks")}", "worktree", "add", "--quiet",
            "--detach", folder, commit.Hash);
        if (!added.Succeeded)
        {
            throw new InvalidOperationException($"git could not check out {commit.Title}: {added.LastLines}");
        }
    }

    /// <summary>Takes such a folder away again, whatever is in it.</summary>
    public void RemoveWorktree(string folder) => Git(Root, "worktree", "remove", "--force", folder);

    private static ToolResult Git(string folder, params string[] arguments) => Tool.Run("git", arguments, folder);
}
