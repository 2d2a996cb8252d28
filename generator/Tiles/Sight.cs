using KernelGen.Generator.Positions;
using KernelGen.Generator.Values;

namespace KernelGen.Generator.Tiles;

/// <summary>Which tokens of one axis, which are queries, see which of another, which are keys.</summary>
/// <param name="Visibility">By their positions.</param>
/// <param name="Queries">The axis of the queries.</param>
/// <param name="Keys">The axis of the keys; the same one where tokens of a tile see each other.</param>
internal sealed record Sight(Visibility Visibility, Dim Queries, Dim Keys)
{
    /// <summary>
    /// Where the numbers of tokens are that are asked for. Of a loop none: which tiles it leaves out depends on positions alone.
    /// </summary>
    public EquatableArray<TokenTile> Tiles { get; init; } = [];

    /// <summary>Whether it is asked of the tokens of one tile, which have the same positions as queries and as keys.</summary>
    public bool IsWithinTile => Queries == Keys;

    /// <summary>What loops know of it.</summary>
    public Sight OfLoop => this with { Tiles = [] };

    /// <summary>What a reader knows a place by: its axis, or its own name.</summary>
    public string NameOf(Place place) => AxisOf(place) is not { } axis ? place.ToString().ToLowerInvariant()
        : !IsWithinTile ? axis.Name
        : place == Place.Query ? "row" : "column";

    /// <summary>What a reader knows a number of a token by.</summary>
    public string NameOf(Term.OfToken number) => $"{number.Name}[{NameOf(number.Place)}]";

    /// <summary>The axis of which a place tells the position; null: it is none of a token.</summary>
    public Dim? AxisOf(Place place) => place is Place.Query or Place.FirstQuery or Place.LastQuery ? Queries
        : place is Place.Key or Place.FirstKey or Place.LastKey ? Keys
        : null;

    /// <summary>The sight where numbers of tokens are known.</summary>
    public Sight With(IEnumerable<TokenTile> tiles) => this with { Tiles = [.. tiles] };

    /// <summary>Where a number of tokens is; null: nowhere.</summary>
    public Tile? TileOf(Term.OfToken number) => Tiles.FirstOrDefault(tile => tile.Number == number)?.Tile;
}
