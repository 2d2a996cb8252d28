using System.Text;
using System.Text.Json;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// What is done, a line of JSON each. A line is added when its run has ended; one that a kill left half-written counts for nothing. One
/// process at a time may write.
/// </summary>
/// <typeparam name="T">What a line holds.</typeparam>
internal sealed class RunFile<T>
    where T : class
{
    private readonly string _path;
    private readonly List<T> _lines = [];

    /// <summary>Opens a file, or begins it.</summary>
    /// <param name="folder">Created where it is missing.</param>
    /// <param name="name">Of the file.</param>
    /// <exception cref="JobException">The file cannot be read, or a line of it makes no sense.</exception>
    public RunFile(string folder, string name)
    {
        _path = Path.Combine(folder, name);
        Guarded("read", () =>
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(_path))
            {
                Read(File.ReadAllText(_path));
            }
        });
    }

    /// <summary>What is done, first to last.</summary>
    public IReadOnlyList<T> Lines => _lines;

    /// <summary>Adds what has just been done.</summary>
    /// <exception cref="JobException">The file cannot be written.</exception>
    public void Add(T line)
    {
        Guarded("written", () => File.AppendAllText(_path, JsonSerializer.Serialize(line) + "\n", new UTF8Encoding(false)));
        _lines.Add(line);
    }

    private void Read(string text)
    {
        // What has no line end is half of a line.
        var end = text.LastIndexOf('\n') + 1;
        var lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                _lines.Add(JsonSerializer.Deserialize<T>(lines[i]) ?? throw new JsonException("It is null."));
            }
            catch (JsonException e)
            {
                throw new JobException(FormattableString.Invariant(
                    $"Line {i + 1} of '{_path}' is none of this program's: {e.Message} Delete the line, and its run is done again."));
            }
        }

        if (end < text.Length)
        {
            File.WriteAllText(_path, text[..end], new UTF8Encoding(false));
        }
    }

    private void Guarded(string verb, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The file '{_path}' cannot be {verb}: {e.Message}");
        }
    }
}
