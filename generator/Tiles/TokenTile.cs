using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Tiles;

/// <summary>Where a program has a number of tokens that a relation or a number of positions asks for.</summary>
/// <param name="Number">The number of a query or a key.</param>
/// <param name="Tile">A vector of whole numbers along the axis of these.</param>
internal sealed record TokenTile(Term.OfToken Number, Tile Tile);
