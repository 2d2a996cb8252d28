using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>Which shapes a kernel can compute whose heads differ, or which computes whole numbers of positions.</summary>
/// <remarks>The default is any shape.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ShapeLimits
{
    private readonly bool _isSet;
    private readonly int _mostHeads, _mostPositions;

    /// <summary>Makes limits.</summary>
    /// <param name="leastHeads">The fewest query heads; as many as the most for a layer that has something of each head.</param>
    /// <param name="mostHeads">The most query heads.</param>
    /// <param name="mostPositions">The most keys of a sequence.</param>
    public ShapeLimits(int leastHeads, int mostHeads, int mostPositions) =>
        (_isSet, LeastHeads, _mostHeads, _mostPositions) = (true, leastHeads, mostHeads, mostPositions);

    /// <summary>The fewest query heads.</summary>
    public int LeastHeads { get; }

    /// <summary>The most query heads.</summary>
    public int MostHeads => _isSet ? _mostHeads : int.MaxValue;

    /// <summary>The most keys of a sequence.</summary>
    public int MostPositions => _isSet ? _mostPositions : int.MaxValue;

    /// <summary>The most keys of a sequence that the layer is declared for; 0: any number.</summary>
    public int DeclaredPositions { get; init; }

    /// <summary>The only number of query heads; null: there are several.</summary>
    internal int? OnlyHeads => LeastHeads == MostHeads ? MostHeads : null;
}
