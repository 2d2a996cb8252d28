namespace KernelGen.Examples;

/// <summary>What one file of a <see cref="CheckpointStore"/> holds.</summary>
/// <param name="Sequence">How many checkpoints of this name were written before it, of which most are gone.</param>
/// <param name="Blobs">The contents by name.</param>
/// <param name="Damaged">Newer files that were not whole and were passed over, newest first.</param>
internal sealed record Checkpoint(long Sequence, IReadOnlyDictionary<string, byte[]> Blobs, IReadOnlyList<string> Damaged)
{
    /// <summary>The content called <paramref name="name"/>.</summary>
    /// <exception cref="JobException">There is none: an older version of the program wrote the file.</exception>
    public byte[] this[string name] => Blobs.TryGetValue(name, out var blob)
        ? blob
        : throw new JobException(
            $"The checkpoint has no '{name}', only {string.Join(", ", Blobs.Keys.Select(key => $"'{key}'"))}: another version of this program wrote it. "
                + "Start a new run.");
}
