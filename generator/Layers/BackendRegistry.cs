namespace KernelGen.Generator.Layers;

/// <summary>The backends of a generator.</summary>
/// <param name="first">The one whose files hold the layer itself, so that there are none where it refuses.</param>
/// <param name="others">Those that add to the layer.</param>
internal sealed class BackendRegistry(Backend first, params Backend[] others)
{
    public Backend First { get; } = first;

    public IReadOnlyList<Backend> All { get; } = [first, .. others];

    /// <summary>The names in emitted files that must mean the same wherever the user's type stands.</summary>
    public IEnumerable<string> Aliases => All.SelectMany(static backend => backend.Aliases).Distinct();
}
