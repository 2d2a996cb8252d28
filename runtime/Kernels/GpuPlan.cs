namespace KernelGen.CompilerServices;

/// <summary>How a call is cut for a GPU: spans of keys and of queries, and the memory that they take. Emitted launchers ask for it.</summary>
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

    private GpuPlan(int heads, int keySpans, int keySpanTokens, int querySpans, int querySpanTokens)
    {
        Heads = heads;
        KeySpans = keySpans;
        KeySpanTokens = keySpanTokens;
        QuerySpans = querySpans;
        QuerySpanTokens = querySpanTokens;
    }

    /// <summary>Heads of all sequences.</summary>
    public int Heads { get; }

    /// <summary>Spans of keys of a head that have a state each.</summary>
    public int KeySpans { get; }

    /// <summary>Tokens of such a span.</summary>
    public int KeySpanTokens { get; }

    /// <summary>Spans of queries of a head.</summary>
    public int QuerySpans { get; }

    /// <summary>Tokens of such a span.</summary>
    public int QuerySpanTokens { get; }

    /// <summary>Cuts a call.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="processors">Multiprocessors of the device.</param>
    /// <param name="keyTokens">Tokens of a tile of keys.</param>
    /// <param name="queryTokens">Tokens of a tile of queries.</param>
    /// <param name="stateFloats">Floats of a state; 0 where there is none.</param>
    /// <param name="scratchFloats">Floats of scratch memory that each group needs; 0 where shared memory is enough.</param>
    /// <param name="isScan">Whether a span of queries starts from the state of the spans before it, and so both are cut alike.</param>
    public static GpuPlan Create(in AttentionShape shape, int processors, int keyTokens, int queryTokens, int stateFloats, int scratchFloats, bool isScan)
    {
        int heads = shape.Batch * shape.Heads;
        int groups = Math.Max(1, processors * GroupsPerProcessor / Math.Max(1, heads));
        int most = stateFloats == 0 ? groups : (int)Math.Clamp(MostStateFloats / stateFloats / Math.Max(1, heads), 1, groups);
        int tile = isScan ? Math.Max(keyTokens, queryTokens) : keyTokens;
        (int keySpans, int keySpanTokens) = Cut(shape.KeyLength, tile, most);
        (int querySpans, int querySpanTokens) = isScan
            ? (keySpans, keySpanTokens)
            : Cut(shape.QueryLength, queryTokens, stateFloats + scratchFloats == 0 ? int.MaxValue / Math.Max(1, heads) : groups);
        return new GpuPlan(heads, keySpans, keySpanTokens, querySpans, querySpanTokens);
    }

    /// <summary>At most so many spans of whole tiles; at least one, which may be empty.</summary>
    private static (int Spans, int Tokens) Cut(int length, int tile, int most)
    {
        int tiles = Math.Max(1, (int)(((long)length + tile - 1) / tile));
        int perSpan = (tiles + Math.Min(tiles, most) - 1) / Math.Min(tiles, most);
        return ((tiles + perSpan - 1) / perSpan, perSpan * tile);
    }
}
