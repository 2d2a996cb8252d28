using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>How a program runs: tokens of a tile, rows of a strip, and the memory layout of every tile.</summary>
internal sealed class CpuSchedule
{
    /// <summary>
    /// Tokens of a tile: 8 register blocks of 6 rows, 3 vectors of 16 keys. More do not fit the first-level cache beside W.
    /// </summary>
    private const int TokensPerTile = 48;

    /// <summary>
    /// Tokens of a tile of an outer loop whose body walks all keys again: packing the keys is paid once for so many queries.
    /// </summary>
    private const int TokensPerOuterTile = 192;

    /// <summary>
    /// Tokens of an inner tile between which and those of an outer one lies a band: of both together there are rows to pack, so the larger
    /// the inner tile is the fewer for each pair.
    /// </summary>
    private const int TokensPerBandTile = 96;

    /// <summary>Columns of the widest register block.</summary>
    private const int PanelColumns = 64;

    /// <summary>floats in a cache line.</summary>
    public const int LineFloats = 16;

    private readonly HashSet<Dim> _outerTokens;
    private readonly HashSet<Tile> _transposedParameters;

    public CpuSchedule(TileProgram program)
    {
        _outerTokens = new HashSet<Dim>(
            Dataflow.Flatten(program.Body).OfType<Parallel>().Where(p => p.Body.OfType<Fold>().Any()).Select(p => p.Loop.Tokens));
        if (Dataflow.Flatten(program.Body).OfType<LoadBand>().Any())
        {
            TileTokens = TokensPerBandTile;
        }

        _transposedParameters = new HashSet<Tile>(
            Dataflow.Flatten(program.Body).OfType<MatMul>()
                .Where(product => product.TransposeB && product.B is Parameter).Select(product => product.B));
    }

    /// <summary>
    /// Rows that go through a chain of products and element-wise steps together, so that what is between two steps stays in the first-level
    /// cache; a panel of the right-hand operand is used for all of them once it is loaded.
    /// </summary>
    public int StripRows => 12;

    /// <summary>Tokens of a short call: its keys and queries are one strip.</summary>
    public int ShortTokens => StripRows / 2;

    /// <summary>
    /// Rows that an element-wise step works on at once: a vector shared by the rows (references, normaliser) is loaded once for them.
    /// </summary>
    public int SweepRows { get; init; } = 3;

    /// <summary>Tokens of a tile of a loop that holds no other.</summary>
    public int TileTokens { get; init; } = TokensPerTile;

    public int TileRows(Dim tokens) =>
        tokens.Between is { } between ? TileRows(between.Rows) - StripRows + Padded(tokens)
        : _outerTokens.Contains(tokens) ? TokensPerOuterTile
        : TileTokens;

    /// <summary>
    /// Elements along an axis in memory: each segment padded to whole vectors. Of a band those that a strip of its rows needs: strip by
    /// strip they move along the rows of what the band is multiplied with.
    /// </summary>
    public int Padded(Dim dim) =>
        dim == Dim.One ? 1
        : dim.Between is { } between ? RoundUp(StripRows - 1 + TileRows(between.Columns))
        : dim.IsTokens ? RoundUp(TileRows(dim))
        : dim.Segments * PaddedSegment(dim);

    public int PaddedSegment(Dim dim) => dim.IsTokens ? Padded(dim) : RoundUp(dim.Size / dim.Segments);

    /// <summary>Whole vectors of the widest kind, so that one layout serves every width.</summary>
    private static int RoundUp(int count) => (count + VectorText.MostLanes - 1) / VectorText.MostLanes * VectorText.MostLanes;

    /// <summary>
    /// Floats from one row of a matrix to the next. Where a product walks down a panel that is narrower than the row, rows are an odd
    /// number of cache lines apart: at a power of two they would fall into the same few cache sets and push each other out.
    /// </summary>
    public int Stride(int paddedColumns) =>
        paddedColumns <= PanelColumns ? paddedColumns : (((paddedColumns + LineFloats - 1) / LineFloats) | 1) * LineFloats;

    public int Stride(Tile tile) => tile.IsColumnVector ? 1 : Stride(Padded(tile.Columns));

    /// <summary>The first row, of what a band is multiplied with, that the last strip of a tile needs: it needs the first ones.</summary>
    public int LastStrip(Dim band) => TileRows(band) - Padded(band);

    /// <summary>Rows of a tile side by side, in whole vectors.</summary>
    public int PaddedRows(Tile tile) => tile.Rows.IsTokens ? RoundUp(TileRows(tile.Rows)) : Padded(tile.Rows);

    /// <summary>Rows of a tile in memory.</summary>
    public int Rows(Tile tile) => tile.Rows.IsTokens ? TileRows(tile.Rows) : Padded(tile.Rows);

    /// <summary>
    /// Floats of a state, with its members one after the other, then the rests of its sums, each at a multiple of a cache line.
    /// </summary>
    public int StateFloats(State? state) => state is null ? 0 : state.Members.Sum(Floats) + SumGroups.Of(state).Sum(Floats);

    public int StateOffset(StateMember member) => member.State.Members.TakeWhile(other => other != member).Sum(Floats);

    /// <summary>Where the rest of a sum is in the state.</summary>
    public int RestOffset(StateMember sum) =>
        sum.State.Members.Sum(Floats) + SumGroups.Of(sum.State).TakeWhile(other => other != sum).Sum(Floats);

    /// <summary>Floats of a tile, rounded to whole cache lines.</summary>
    public int Floats(Tile tile) => RoundToLine(Rows(tile) * Stride(tile));

    /// <summary>Floats of all packed parameters, one after the other, each at a multiple of a cache line.</summary>
    public int ParameterFloats(TileProgram program) => program.Parameters.Sum(ParameterFloats);

    public int ParameterOffset(TileProgram program, Parameter parameter) =>
        program.Parameters.TakeWhile(other => other != parameter).Sum(ParameterFloats);

    /// <summary>Whether projections are packed transposed, so that in a product x·Wᵀ the outputs lie in the lanes.</summary>
    public bool IsTransposed(Parameter parameter) => _transposedParameters.Contains(parameter);

    /// <summary>Floats from one row of packed projections to the next.</summary>
    public int Stride(Parameter parameter) => Stride(Padded(IsTransposed(parameter) ? parameter.Rows : parameter.Columns));

    /// <summary>Projections of a transform are packed as <see cref="HadamardLayout"/> says.</summary>
    private int ParameterFloats(Parameter parameter) => RoundToLine(parameter.Form switch
    {
        ParameterForm.Transform => new HadamardLayout(parameter).Floats,
        ParameterForm.Vector => Padded(parameter.Columns),
        ParameterForm.Rotation => ((Rotation)parameter).Floats,
        _ => (IsTransposed(parameter) ? parameter.Columns : parameter.Rows).Size * Stride(parameter),
    });

    /// <summary>Floats, rounded up to whole cache lines.</summary>
    public static int RoundToLine(int floats) => (floats + LineFloats - 1) / LineFloats * LineFloats;
}
