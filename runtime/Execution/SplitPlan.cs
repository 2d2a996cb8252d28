namespace KernelGen.CompilerServices;

/// <summary>
/// How a call is cut into units: which heads are computed whole and into how many spans the others are cut. It depends on sizes and the
/// degree alone, never on threads or data, so the output of a call is reproducible.
/// </summary>
/// <remarks>
/// Heads are independent, so as many as fill whole rounds of the degree are computed whole. The rest would leave workers idle; they are cut
/// over their length, unless there are so many rounds (4) that the loss is small against the cost of a cut (merging states, and for causal
/// kernels reading the keys twice). Spans are counted in tiles. Packed sequences have lengths of their own: the longest are cut, as many as
/// it takes to even out the work, and the others are computed whole, the longest first.
/// </remarks>
internal readonly struct SplitPlan
{
    private const int RoundsWithoutSplit = 4;
    private const double WantedBalance = 0.9;

    // A causal span but the first waits for the states of all spans before it. Cutting these finer balances that work, at n² states.
    private const int MostSpansWithPieces = 8;

    // Spans of queries that need nothing of each other: so many for each worker that unequal ones even out, but each of enough tokens to
    // share what it loads. A tile may be as large already.
    private const int FreeUnitsPerWorker = 8;
    private const int FreeTokens = 192;
    private const int MostFreeTiles = 4;

    // Packed sequences are not planned for more workers, so that their units can be counted.
    private const int MostPlannedWorkers = 1024;

    private SplitPlan(int heads, int wholeHeads, int keySpans, int querySpans, int piecesPerSpan)
    {
        Heads = heads;
        WholeHeads = wholeHeads;
        KeySpans = keySpans;
        QuerySpans = querySpans;
        PiecesPerSpan = piecesPerSpan;
    }

    /// <summary>Batch × heads.</summary>
    public int Heads { get; }

    /// <summary>The heads [0, WholeHeads) are one unit each.</summary>
    public int WholeHeads { get; }

    /// <summary>The heads [WholeHeads, Heads) are cut.</summary>
    public int CutHeads => Heads - WholeHeads;

    /// <summary>Spans of keys whose states are computed first, of a cut head; 0 for stateless kernels.</summary>
    public int KeySpans { get; }

    /// <summary>Spans of queries of a cut head.</summary>
    public int QuerySpans { get; }

    /// <summary>Units of a key span; 1 but for causal kernels.</summary>
    public int PiecesPerSpan { get; }

    /// <summary>States that a cut head needs at once.</summary>
    public int StatesPerCutHead(bool causal) => causal ? QuerySpans + KeySpans * PiecesPerSpan : KeySpans;

    /// <summary>The most units that can run at the same time.</summary>
    public long Width => WholeHeads + (long)CutHeads * Math.Max((long)KeySpans * PiecesPerSpan, QuerySpans);

    /// <summary>Plans a call.</summary>
    /// <param name="shape">A checked shape.</param>
    /// <param name="degree">The workers to occupy, at least 1.</param>
    /// <param name="tileRows">Tokens of a tile.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="stateless">Whether queries can be computed without a state of the keys.</param>
    public static SplitPlan Create(in AttentionShape shape, int degree, int tileRows, bool causal, bool stateless)
    {
        var heads = shape.Batch * shape.Heads;
        var queryTiles = Tiles(shape.QueryLength, tileRows);
        if (stateless)
        {
            return new SplitPlan(heads, wholeHeads: 0, keySpans: 0, FreeSpans(queryTiles, tileRows, heads, degree), piecesPerSpan: 1);
        }

        var left = heads % degree;
        if (left != 0 && heads < (long)RoundsWithoutSplit * degree)
        {
            return Cut(
                heads, left, BalancedSpans(left, degree), queryTiles, Tiles(shape.KeyLength, tileRows), degree, tileRows, causal);
        }

        return Whole(heads);
    }

    /// <summary>Plans a call of packed sequences, by the work of each.</summary>
    /// <param name="sequences">As many as the batch of the shape.</param>
    /// <param name="longestFirst">
    /// Their indices, those of most work first; null where they are as good as equal: on one thread, or where there is one.
    /// </param>
    /// <param name="shape">A checked shape.</param>
    /// <param name="degree">The workers to occupy, at least 1.</param>
    /// <param name="tileRows">Tokens of a tile.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="stateless">Whether queries can be computed without a state of the keys.</param>
    /// <param name="outputsKeys">Whether outputs are of keys and states of queries.</param>
    /// <remarks>The heads that it cuts are the first ones in that order.</remarks>
    public static unsafe SplitPlan CreatePacked(
        PackedSequence* sequences, int* longestFirst, in AttentionShape shape, int degree, int tileRows, bool causal, bool stateless,
        bool outputsKeys)
    {
        degree = Math.Min(degree, MostPlannedWorkers);
        var (heads, headsEach) = (shape.Batch * shape.Heads, shape.Heads);
        if (degree == 1)
        {
            return Whole(heads);
        }

        var share = 0.0; // of a worker
        for (var sequence = 0; sequence < shape.Batch; sequence++)
        {
            share += sequences[sequence].Work(stateless) * headsEach / degree;
        }

        // A head of no more work than that leaves no worker idle for long, wherever it runs. There are few of more.
        var small = share / (stateless ? FreeUnitsPerWorker : RoundsWithoutSplit);
        var large = 0;
        while (large < heads && Work(large) > small)
        {
            large++;
        }

        // Dealt out in rounds, the longest first, the first worker gets the most. So many are cut that this is no more than its share.
        var (cut, work) = (stateless ? large : 0, 0.0);
        while (cut < large && OfFirstWorker(cut) > share / WantedBalance)
        {
            work += Work(cut);
            cut++;
        }

        if (cut == 0)
        {
            return Whole(heads);
        }

        var (queryTiles, keyTiles) = (0, 0);
        for (var head = 0; head < cut; head += headsEach)
        {
            queryTiles = Math.Max(queryTiles, Tiles(Of(head).Queries, tileRows));
            keyTiles = Math.Max(keyTiles, Tiles(Of(head).Keys, tileRows));
        }

        if (outputsKeys)
        {
            (queryTiles, keyTiles) = (keyTiles, queryTiles);
        }

        if (stateless)
        {
            var free = (int)Math.Clamp(Math.Ceiling(Work(0) / small), 1, FreeSpans(queryTiles, tileRows));
            return new SplitPlan(heads, heads - cut, keySpans: 0, free, piecesPerSpan: 1);
        }

        // As many spans each as equal heads would have, and more as the longest is longer than their mean.
        var spans = (int)Math.Clamp(Math.Ceiling(Work(0) * cut * BalancedSpans(cut, degree) / work), 2, degree);
        return Cut(heads, cut, spans, queryTiles, keyTiles, degree, tileRows, causal);

        ref PackedSequence Of(int head) => ref sequences[longestFirst is null ? head / headsEach : longestFirst[head / headsEach]];

        double Work(int head) => Of(head).Work(stateless);

        double OfFirstWorker(int first)
        {
            var sum = 0.0;
            for (long head = first; head < large; head += degree)
            {
                sum += Work((int)head);
            }

            return sum;
        }
    }

    /// <summary>The first token of a part, when the tiles of [0, length) are dealt out in `parts` runs as equal as can be.</summary>
    public static int Boundary(int length, int part, int parts, int tileRows) =>
        (int)Math.Min(length, (long)Tiles(length, tileRows) * part / parts * tileRows);

    /// <summary>Every head is one unit.</summary>
    public static SplitPlan Whole(int heads) => new(heads, heads, keySpans: 0, querySpans: 0, piecesPerSpan: 1);

    /// <summary>Cuts so many of the heads into so many spans, as far as they have tiles.</summary>
    private static SplitPlan Cut(
        int heads, int cutHeads, int spans, int queryTiles, int keyTiles, int degree, int tileRows, bool causal)
    {
        var querySpans = Math.Clamp(queryTiles, 1, spans);
        var keySpans = causal ? querySpans - 1 : Math.Clamp(keyTiles, 1, spans);
        if (!causal && spans > 1)
        {
            querySpans = Math.Max(querySpans, FreeSpans(queryTiles, tileRows, cutHeads, degree));
        }

        if (querySpans == 1 && keySpans <= 1)
        {
            return Whole(heads);
        }

        var pieces = causal && querySpans <= MostSpansWithPieces ? Math.Min(querySpans, Tiles(queryTiles, querySpans)) : 1;
        return new SplitPlan(heads, heads - cutHeads, keySpans, querySpans, pieces);
    }

    /// <summary>The smallest number of spans of each of so many heads that keeps the degree occupied for nine tenths of the time.</summary>
    private static int BalancedSpans(int heads, int degree)
    {
        // Fewer units than that leave workers idle in the first round already, and so cannot be enough.
        var spans = Math.Max(1, (int)(WantedBalance * degree / heads));
        while (true)
        {
            var units = (long)heads * spans;
            var rounds = (units + degree - 1) / degree;
            if (units >= WantedBalance * rounds * degree)
            {
                return spans; // reached at the latest when spans = degree
            }

            spans++;
        }
    }

    private static int FreeSpans(int queryTiles, int tileRows, int heads, int degree)
    {
        var wanted = degree == 1 || heads == 0 ? 1 : ((long)FreeUnitsPerWorker * degree + heads - 1) / heads;
        return (int)Math.Clamp(FreeSpans(queryTiles, tileRows), 1, wanted);
    }

    /// <summary>The most spans of queries that each have enough tokens.</summary>
    private static int FreeSpans(int queryTiles, int tileRows) =>
        Math.Max(1, Tiles(queryTiles, Math.Clamp(FreeTokens / tileRows, 1, MostFreeTiles)));

    private static int Tiles(int length, int tileRows) => (int)(((long)length + tileRows - 1) / tileRows);
}
