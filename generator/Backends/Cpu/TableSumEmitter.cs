using System.Globalization;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits a method that adds the elements of a tile to sums of a table, in double: there may be a million summands of one number. It takes
/// the elements row by row.
/// </summary>
internal sealed class TableSumEmitter(AddToTable add, int stride)
{
    /// <summary>The tiles of whole numbers that it takes by reference, after the positions.</summary>
    public IReadOnlyList<Tile> Tiles { get; } =
        [.. add.Entry.Number.TokenNumbers.Select(add.Entry.Sight.TileOf).OfType<Tile>().Distinct()];

    /// <summary>The text of the method.</summary>
    public string Emit(string name)
    {
        var writer = new SourceWriter();
        var (entry, source) = (add.Entry, add.Source);
        var isOfKeys = entry.Sight.Keys == source.Columns;
        writer.Line($"// {ProgramText.Describe(add)}.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        var tiles = string.Concat(Tiles.Select(tile => $"ref float {tile.Name}, "));
        using (writer.Block(
            $"private static void {name}(ref float {source.Name}, int rows, int columns, int rowPosition, int columnPosition, int headIndex, int positions, {tiles}ref double sums)"))
        {
            using (writer.Block("for (var r = 0; r < rows; r++)"))
            {
                writer.Line($"ref var row = ref _Unsafe.Add(ref {source.Name}, (nint)r * {Text(stride)});");
                using (writer.Block("for (var c = 0; c < columns; c++)"))
                {
                    writer.Line($"var index = (int)global::System.Math.Clamp({Index()}, 0, {Text(entry.Table.Columns.Size - 1)});");
                    writer.Line("_Unsafe.Add(ref sums, index) += _Unsafe.Add(ref row, c);");
                }
            }
        }

        return writer.ToString();

        string Index() => RelationText.Print(
            entry.Number,
            place => place == Place.Head ? "headIndex"
                : place == Place.Keys ? "positions"
                : (place == Place.Key) == isOfKeys ? "(columnPosition + c)"
                : "(rowPosition + r)",
            own => entry.Sight.TileOf(own)! is var tile
                ? $"global::System.BitConverter.SingleToInt32Bits(_Unsafe.Add(ref {tile.Name}, {(tile.IsRowVector ? "c" : "r")}))"
                : "");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
