namespace KernelGen.Examples.Streaming;

/// <summary>The file of a stopped run.</summary>
internal static class RunFile
{
    /// <summary>Writes it beside the old one and then in its place, so that none is ever half written.</summary>
    /// <exception cref="JobException">It cannot be written.</exception>
    public static void Write(string path, StreamRun run)
    {
        var temporary = path + ".new";
        try
        {
            using (var stream = File.Create(temporary))
            {
                run.Save(stream);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The run cannot be saved: {e.Message} Give another file with --state.");
        }
    }

    /// <summary>Takes up the run in it.</summary>
    /// <exception cref="JobException">There is none, or it does not fit.</exception>
    public static StreamRun Read(string path, ICausalAttention layer, int seed, byte[] tokens)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return StreamRun.Load(stream, layer, seed, tokens);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException(
                $"There is no run to go on with: {e.Message} Start one without --resume, or name its file with --state.");
        }
    }
}
