using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>The programs of a layer.</summary>
/// <param name="Forward">The forward pass.</param>
/// <param name="Gradients">
/// The backward pass, to be run one after the other; none where the derivative of the kernel function is too large to compute with.
/// </param>
internal sealed record LayerPrograms(TileProgram Forward, IReadOnlyList<TileProgram> Gradients)
{
    public IEnumerable<TileProgram> All => Gradients.Prepend(Forward);

    /// <summary>The names of the kernels of the backward pass, without the width.</summary>
    public IReadOnlyList<string> GradientNames => Gradients.Count switch
    {
        0 => [],
        1 => ["All"],
        2 => ["Queries", "Keys"],
        _ => ["Queries", "Keys", "Tables"],
    };
}
