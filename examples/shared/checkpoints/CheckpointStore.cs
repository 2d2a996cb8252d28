using System.Globalization;

namespace KernelGen.Examples;

/// <summary>
/// The checkpoints of one run in a folder. A file is written beside the others, brought to the disk and then given its name, and the last
/// two that are whole are kept: a process that is killed half-way through a write, or a file that is damaged later, costs at most the steps
/// since the checkpoint before. One process at a time may write.
/// </summary>
internal sealed class CheckpointStore
{
    private const string Ending = ".checkpoint";

    /// <summary>Enough that one may be damaged; each is as large as the model and its optimiser's state.</summary>
    private const int Kept = 2;

    private readonly string _folder;
    private readonly string _name;

    /// <summary>
    /// Opens the checkpoints called <paramref name="name"/> in <paramref name="folder"/>, which is created where it is missing.
    /// </summary>
    /// <exception cref="JobException">The folder cannot be created, or the name cannot be part of a file's name.</exception>
    public CheckpointStore(string folder, string name)
    {
        if (name.Length == 0 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            throw new JobException($"'{name}' cannot name checkpoints: use letters, digits, '-' and '_'.");
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The folder '{folder}' for checkpoints cannot be created: {e.Message}");
        }

        _folder = folder;
        _name = name;
    }

    /// <summary>Writes a checkpoint, then deletes those that are no longer needed.</summary>
    /// <returns>The path of its file.</returns>
    /// <exception cref="JobException">It cannot be written; those that are there stay.</exception>
    public string Save(IReadOnlyDictionary<string, byte[]> blobs)
    {
        var last = Files().Select(file => file.Sequence).FirstOrDefault(-1);
        var path = Path.Combine(_folder, FormattableString.Invariant($"{_name}.{last + 1:D8}{Ending}"));
        var temporary = path + ".new";
        try
        {
            using (var stream = File.Create(temporary))
            {
                CheckpointFormat.Write(stream, blobs);

                // Else the new name could reach the disk before the contents do.
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path);
            DeleteOthers();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The checkpoint '{path}' cannot be written: {e.Message}");
        }

        return path;
    }

    /// <summary>The newest checkpoint that is whole, or null where there is no file.</summary>
    /// <exception cref="JobException">There are files, none of which is whole, or one cannot be read.</exception>
    public Checkpoint? Load()
    {
        var damaged = new List<string>();
        foreach (var (sequence, path) in Files())
        {
            if (Read(path) is { } blobs)
            {
                return new Checkpoint(sequence, blobs, damaged);
            }

            damaged.Add(path);
        }

        return damaged.Count == 0
            ? null
            : throw new JobException($"No checkpoint is whole: {string.Join(", ", damaged)}. Delete them to start a new run.");
    }

    /// <summary>Deletes all, for a run that starts anew.</summary>
    public void Clear()
    {
        foreach (var (_, path) in Files())
        {
            File.Delete(path);
        }
    }

    private void DeleteOthers()
    {
        // A damaged file counts for nothing: two that can be loaded stay.
        var whole = 0;
        foreach (var (_, path) in Files())
        {
            if (whole == Kept || Read(path) is null)
            {
                File.Delete(path);
            }
            else
            {
                whole++;
            }
        }

        // What a killed process left half-written.
        foreach (var left in Directory.EnumerateFiles(_folder, $"{_name}.*{Ending}.new"))
        {
            File.Delete(left);
        }
    }

    private static Dictionary<string, byte[]>? Read(string path)
    {
        try
        {
            return CheckpointFormat.Read(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The checkpoint '{path}' cannot be read: {e.Message}");
        }
    }

    /// <summary>The files of this name, newest first.</summary>
    private List<(long Sequence, string Path)> Files()
    {
        var files = new List<(long Sequence, string Path)>();
        foreach (var path in Directory.EnumerateFiles(_folder, $"{_name}.*{Ending}"))
        {
            var number = Path.GetFileName(path)[(_name.Length + 1)..^Ending.Length];
            if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            {
                files.Add((sequence, path));
            }
        }

        files.Sort((a, b) => b.Sequence.CompareTo(a.Sequence));
        return files;
    }
}
