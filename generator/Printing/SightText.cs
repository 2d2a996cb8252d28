using System.Globalization;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Printing;

/// <summary>
/// Spells in C# what two axes of tokens see of each other. The positions of the first and the last token of the current tile of axis i are
/// the variables iFirst and iLast.
/// </summary>
/// <param name="FirstPosition">The variable that holds the position of the first query.</param>
/// <param name="Head">The variable that holds the query head.</param>
/// <param name="Positions">The variable that holds the number of positions.</param>
/// <param name="KeyLength">The variable that holds how many of these are keys.</param>
internal sealed record SightText(string FirstPosition, string Head, string Positions, string KeyLength)
{
    /// <summary>The sights of a program between the tiles of two loops.</summary>
    public static IReadOnlyList<Sight> Between(TileProgram program) =>
        [.. Dataflow.Sights(program).Where(sight => !sight.IsWithinTile)];

    /// <summary>What shapes a program can compute, as an argument of the runtime's; null: any.</summary>
    public static string? Limits(TileProgram program)
    {
        var numbers = Dataflow.Flatten(program.Body).SelectMany(Dataflow.Expressions).SelectMany(Dataflow.TokenNumbers).ToList();
        var relations = Between(program).Concat(Dataflow.Looks(program)).SelectMany(sight => sight.Visibility.Sees.Numbers());
        var limits = NumberLimits.Of(
            numbers.Select(number => number.Number).Concat(relations), program.Heads,
            numbers.OfType<TableEntry>().Select(entry => (entry.Number, entry.Table.Columns.Size)));
        var heads = Math.Min(limits.Heads, program.Heads ?? int.MaxValue);
        var counted = (heads, limits.Positions) is (int.MaxValue, int.MaxValue)
            ? null
            : string.Format(
                CultureInfo.InvariantCulture, "new(leastHeads: {0}, mostHeads: {1}, mostPositions: {2})", program.Heads ?? 0, heads,
                limits.Positions);
        return program.Operands.Where(operand => !IsInWindow(program, operand)).Min(operand => operand.Positions) is { } declared
            ? string.Format(CultureInfo.InvariantCulture, "{0} {{ DeclaredPositions = {1} }}", counted ?? "new()", declared)
            : counted;
    }

    /// <summary>Whether an operand that is read by distance has a row for each one that a query sees, wherever it is.</summary>
    private static bool IsInWindow(TileProgram program, Operand operand) =>
        Dataflow.Flatten(program.Body).OfType<LoadBand>().Any(load => load.Source == operand)
        && Dataflow.Looks(program).All(
            look => look.Visibility is { Window: { } window, Sinks: 0 } && window <= (operand.Positions ?? 0));

    /// <summary>The variables of the positions of a tile.</summary>
    /// <param name="tokens">The axis.</param>
    /// <param name="sights">All sights of the program, which tell whether the axis is of queries.</param>
    public string Declare(Dim tokens, IReadOnlyList<Sight> sights) =>
        $"long {First(tokens)} = {Position(tokens, sights)}, {Last(tokens)} = {First(tokens)} + {IndexText.Count(tokens)} - 1;";

    /// <summary>The position of the first token of the current tile of an axis.</summary>
    /// <inheritdoc cref="Declare"/>
    public string Position(Dim tokens, IReadOnlyList<Sight> sights) => sights.Any(sight => sight.Queries == tokens)
        ? $"{FirstPosition} + {IndexText.Start(tokens)}"
        : IndexText.Start(tokens);

    /// <summary>A bool: the relation of two tiles, of one of which only a strip may be meant.</summary>
    /// <param name="relation">Of the first and last tokens of both.</param>
    /// <param name="sight">Which axes.</param>
    /// <param name="strip">The axis of the strip, whose positions are sFirst and sLast; null: whole tiles are meant.</param>
    /// <param name="seen">The axis of the columns that the strip goes through, whose positions are seenFirst and seenLast.</param>
    public string Print(Relation relation, Sight sight, Dim? strip = null, Dim? seen = null) =>
        RelationText.Print(relation, place => Variable(place, sight, strip, seen), NotOfTiles);

    /// <summary>A bool: whether a query sees a key.</summary>
    /// <param name="sight">Their axes.</param>
    /// <param name="query">The row or column of the query in its tile.</param>
    /// <param name="key">That of the key.</param>
    /// <param name="whole">An int: the element of a tile of whole numbers, which is a column or a row of it.</param>
    public string Element(Sight sight, string query, string key, Func<Tile, string> whole) =>
        $"({RelationText.Print(sight.Visibility.Sees, place => OfElement(place, sight, query, key), own => whole(sight.TileOf(own)!))})";

    /// <summary>A whole number: the one that a query and a key make.</summary>
    /// <inheritdoc cref="Element(Sight, string, string, Func{Tile, string})"/>
    public string Whole(TokenNumber number, string query, string key, Func<Tile, string> whole) => RelationText.Print(
        number.Number, place => OfElement(place, number.Sight, query, key), own => whole(number.Sight.TileOf(own)!));

    /// <summary>A float: the number that a query and a key make.</summary>
    /// <inheritdoc cref="Element(Sight, string, string, Func{Tile, string})"/>
    public string Element(TokenNumber number, string query, string key, Func<Tile, string> whole) =>
        $"(float)({Whole(number, query, key, whole)})";

    private string OfElement(Place place, Sight sight, string query, string key) => place switch
    {
        Place.Query => RelationText.Operand(sight.IsWithinTile ? query : $"{Position(sight.Queries, [sight])} + {query}"),
        Place.Key => RelationText.Operand(sight.IsWithinTile ? key : $"{IndexText.Start(sight.Keys)} + {key}"),
        _ => OfHead(place),
    };

    /// <summary>The variable of what is the same for all tokens of a head.</summary>
    public string OfHead(Place place) => place switch
    {
        Place.Head => Head,
        Place.Keys => Positions,
        Place.PresentKeys => KeyLength,
        _ => throw new InvalidOperationException($"{place} is a place of tokens."),
    };

    /// <summary>
    /// The range of a loop whose
    /// tiles the current tile of another axis sees, or is seen by: it lies in ranges of tokens, of which each tile
    /// is visited once, however many ranges it is in.
    /// </summary>
    /// <param name="writer">Takes the lines before the loop.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="tile">Tokens of a tile.</param>
    /// <param name="length">All tokens of the axis.</param>
    public LoopRange Range(SourceWriter writer, TokenLoop loop, int tile, string length)
    {
        var (sight, tokens) = (loop.Sight!, loop.Tokens);
        var isOfKeys = tokens == sight.Keys;
        var ranges = isOfKeys ? sight.Visibility.KeyRanges : sight.Visibility.QueryRanges;
        var offset = isOfKeys ? "" : $" - {FirstPosition}";
        var possibly = sight.Visibility.Possibly;
        var unseen = ranges.All(range => range.IsExact) || possibly == Relation.Always ? null : $"!({Print(possibly, sight)})";
        writer.Line();
        writer.Line(
            $"// Positions of {(isOfKeys ? $"keys that queries {First(sight.Queries)} to {Last(sight.Queries)} see" : $"queries that see keys {First(sight.Keys)} to {Last(sight.Keys)}")}: {(ranges.Count == 0 ? "none" : string.Join(", and ", ranges.Select(range => Describe(range, sight))))}.");
        if (ranges is [{ } only])
        {
            writer.Line($"var {tokens}From = {From(only)};");
            writer.Line($"var {tokens}To = {To(only)};");
            return new($"{tokens}From", $"{tokens}To", Next: null, unseen);
        }

        for (var i = 0; i < ranges.Count; i++)
        {
            writer.Line($"var {tokens}From{i} = {From(ranges[i])};");
            writer.Line($"var {tokens}To{i} = {To(ranges[i])};");
        }

        string Next(string from) => Enumerable.Range(0, ranges.Count).Aggregate(
            length, (next, i) => $"_Positions.NextTile({from}, {tokens}From{i}, {tokens}To{i}, {next})");
        return new(Next("0"), length, Next($"{IndexText.Start(tokens)} + {tile}"), unseen);

        string From(TokenRange range) => isOfKeys && range.From == 0
            ? "0"
            : $"_Positions.TileOf({Number(range.From, sight)}{offset}, {length}, {tile})";

        string To(TokenRange range)
        {
            var to = range.To is null ? length : $"_Positions.Within({Number(range.To, sight)}{offset}, {length})";
            return range.Condition == Relation.Always ? to : $"{Print(range.Condition, sight)} ? {to} : 0";
        }
    }

    /// <summary>
    /// The columns of a tile that some row of a strip may see, or be seen by, all within [seenFrom, seenTo): variables of both, the first
    /// in whole vectors.
    /// </summary>
    /// <param name="sight">The axes.</param>
    /// <param name="strip">The axis of the strip, whose positions are sFirst and sLast.</param>
    public IEnumerable<string> Columns(Sight sight, Dim strip)
    {
        var columns = strip == sight.Queries ? sight.Keys : sight.Queries;
        var ranges = strip == sight.Queries ? sight.Visibility.KeyRanges : sight.Visibility.QueryRanges;
        var (first, count) = (First(columns), IndexText.Count(columns));
        string From(TokenRange range) => $"_Positions.Within({Number(range.From, sight, strip)} - {first}, {count})";
        string To(TokenRange range)
        {
            var to = range.To is null ? count : $"_Positions.Within({Number(range.To, sight, strip)} - {first}, {count})";
            return range.Condition == Relation.Always ? to : $"({Print(range.Condition, sight, strip)} ? {to} : 0)";
        }

        if (ranges is [{ } only])
        {
            yield return $"var seenFrom = {From(only)} & -{VectorFloats};";
            yield return $"var seenTo = {To(only)};";
        }
        else
        {
            yield return $"var (seenFrom, seenTo) = ({count}, 0);";
            foreach (var range in ranges)
            {
                yield return $"_Positions.Join(ref seenFrom, ref seenTo, {From(range)} & -{VectorFloats}, {To(range)});";
            }
        }

        yield return $"long seenFirst = {first} + seenFrom, seenLast = {first} + seenTo - 1;";
    }

    /// <summary>Tiles are left out by positions alone.</summary>
    private static string NotOfTiles(Term.OfToken number) =>
        throw new InvalidOperationException($"A pair of tiles has no {number}.");

    /// <summary>Floats of the widest vector.</summary>
    private const string VectorFloats = "16";

    private static string First(Dim tokens) => tokens.Name + "First";

    private static string Last(Dim tokens) => tokens.Name + "Last";

    private string Number(WholeNumber number, Sight sight, Dim? strip = null) =>
        RelationText.Print(number, place => Variable(place, sight, strip), NotOfTiles);

    /// <summary>A range for those who read.</summary>
    private string Describe(TokenRange range, Sight sight)
    {
        string Name(Place place) => sight.AxisOf(place) is null ? place.ToString().ToLowerInvariant() : Variable(place, sight, strip: null);
        var (from, to) = (RelationText.Describe(range.From, Name), range.To is null ? "the end" : RelationText.Describe(range.To, Name));
        var condition = range.Condition == Relation.Always ? "" : $" if {RelationText.Describe(range.Condition, Name)}";
        return $"[{from}, {to}){condition}{(range.IsExact ? "" : ", not all of it")}";
    }

    private string Variable(Place place, Sight sight, Dim? strip, Dim? seen = null)
    {
        var isFirst = place is Place.FirstQuery or Place.FirstKey;
        return sight.AxisOf(place) is not { } axis ? OfHead(place)
            : axis == strip ? (isFirst ? "sFirst" : "sLast")
            : axis == seen ? (isFirst ? "seenFirst" : "seenLast")
            : isFirst ? First(axis)
            : Last(axis);
    }
}
