using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// How a call is cut for a GPU: spans of tokens that have a state each, spans whose outputs are computed, and the memory that they take.
/// Emitted launchers ask for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuPlan
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Groups that keep a multiprocessor busy.</summary>
    private const int GroupsPerProcessor = 4;

    /// <summary>The longest sequence: kernels count in int, and round up.</summary>
    public const int MostTokens = 1 << 30;

    /// <summary>States of spans take at most so many floats: 256 MiB.</summary>
    private const long MostStateFloats = 1L << 26;

    private GpuPlan(int heads, int rounds, int stateSpans, int stateSpanTokens, int outputSpans, int outputSpanTokens)
    {
        Heads = heads;
        Rounds = rounds;
        StateSpans = stateSpans;
        StateSpanTokens = stateSpanTokens;
        OutputSpans = outputSpans;
        OutputSpanTokens = outputSpanTokens;
    }

    /// <summary>Heads of all sequences.</summary>
    public int Heads { get; }

    /// <summary>How often spans are summed into states: each round goes on where the one before it ended.</summary>
    public int Rounds { get; }

    /// <summary>Spans of a head that have a state each, in one round.</summary>
    public int StateSpans { get; }

    /// <summary>Tokens of such a span.</summary>
    public int StateSpanTokens { get; }

    /// <summary>Spans of a head whose outputs are computed; in a scan in one round.</summary>
    public int OutputSpans { get; }

    /// <summary>Tokens of such a span.</summary>
    public int OutputSpanTokens { get; }

    /// <summary>Cuts a call.</summary>
    /// <param name="heads">Heads of all sequences.</param>
    /// <param name="stateLength">Tokens of a head that are summed into states: keys, or queries of a backward pass.</param>
    /// <param name="outputLength">Tokens of a head that there are outputs for: queries, or keys of a backward pass.</param>
    /// <param name="processors">Multiprocessors of the device.</param>
    /// <param name="stateTokens">Tokens of a tile that is summed.</param>
    /// <param name="outputTokens">Tokens of a tile of outputs.</param>
    /// <param name="stateFloats">Floats of a state; 0 where there is none.</param>
    /// <param name="scratchFloats">Floats of scratch memory that each group needs; 0 where shared memory is enough.</param>
    /// <param name="isScan">Whether a span of outputs starts from the state of the spans before it, and so both are cut alike.</param>
    /// <param name="mostTiles">
    /// The most tiles of a span that has a state: where every tile is rounded, more would let sums of equal tokens drift.
    /// </param>
    public static GpuPlan Create(
        int heads, int stateLength, int outputLength, int processors, int stateTokens, int outputTokens, int stateFloats, int scratchFloats,
        bool isScan, int mostTiles = int.MaxValue)
    {
        var groups = Math.Max(1, processors * GroupsPerProcessor / Math.Max(1, heads));
        var most = stateFloats == 0 ? groups : (int)Math.Clamp(MostStateFloats / stateFloats / Math.Max(1, heads), 1, groups);
        var tile = isScan ? Math.Max(stateTokens, outputTokens) : stateTokens;
        var (rounds, stateSpans, stateSpanTokens) = Cut(stateLength, tile, most, mostTiles);
        var (outputSpans, outputSpanTokens) = (stateSpans, stateSpanTokens);
        if (!isScan)
        {
            (_, outputSpans, outputSpanTokens) = Cut(
                outputLength, outputTokens, stateFloats + scratchFloats == 0 ? int.MaxValue / Math.Max(1, heads) : groups, int.MaxValue);
        }

        return new GpuPlan(heads, rounds, stateSpans, stateSpanTokens, outputSpans, outputSpanTokens);
    }

    /// <summary>Rounds of at most so many spans of whole tiles; at least one span, which may be empty.</summary>
    private static (int Rounds, int Spans, int Tokens) Cut(int length, int tile, int most, int mostTiles)
    {
        var tiles = Math.Max(1, Ceiling(length, tile));
        var rounds = Ceiling(tiles, (long)Math.Min(tiles, most) * mostTiles);
        var perRound = Ceiling(tiles, rounds);
        var perSpan = Ceiling(perRound, Math.Min(perRound, most));
        var spans = Ceiling(perRound, perSpan);
        return (Ceiling(tiles, (long)spans * perSpan), spans, perSpan * tile);

        static int Ceiling(int size, long step) => (int)((size + step - 1) / step);
    }
}
