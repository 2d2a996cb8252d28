using System.Diagnostics.CodeAnalysis;

namespace KernelGen.CompilerServices;

/// <summary>One of the sequences of a call that lie one after the other, in tokens from the first of all.</summary>
internal readonly struct PackedSequence
{
    /// <summary>Its queries are [FirstQuery, QueryEnd), of which <see cref="Queries"/> count.</summary>
    public int FirstQuery { get; init; }

    /// <summary>The queries that count.</summary>
    public int Queries { get; init; }

    /// <summary>The first query of the next sequence.</summary>
    public int QueryEnd { get; init; }

    /// <summary>Its keys are [FirstKey, KeyEnd), of which <see cref="Keys"/> count.</summary>
    public int FirstKey { get; init; }

    /// <summary>The keys that count.</summary>
    public int Keys { get; init; }

    /// <summary>The first key of the next sequence.</summary>
    public int KeyEnd { get; init; }

    /// <summary>The position of its first query among its keys: queries are the last of them.</summary>
    public int FirstPosition { get; init; }

    /// <summary>The work of one of its heads, in tokens or in pairs of tokens.</summary>
    /// <param name="ofPairs">Whether every query meets every key.</param>
    public double Work(bool ofPairs) => ofPairs ? (double)Queries * Keys : (double)Queries + Keys;
}

/// <summary>What the callers of a method know what it is told of packed sequences as.</summary>
internal sealed record PackedNames(string Offsets, string KeyOffsets, string QueryLengths, string KeyLengths)
{
    /// <summary>Of <see cref="IAttention.Forward"/>.</summary>
    public static PackedNames OfForward { get; } = new(
        nameof(ForwardOptions.Offsets), nameof(ForwardOptions.KeyOffsets), nameof(ForwardOptions.QueryLengths),
        nameof(ForwardOptions.KeyLengths));

    /// <summary>Of <see cref="DecodingState.Prefill"/>, where keys and queries are the same tokens.</summary>
    public static PackedNames OfPrefill { get; } = new("offsets", "offsets", "lengths", "lengths");
}

/// <summary>Where the sequences of a call are that lie one after the other. Reused by later calls.</summary>
internal sealed class PackedSequences
{
    private PackedSequence[] _all = [];
    private int[] _longestFirst = [];
    private double[] _work = [];
    private int _count;
    private bool _isOrdered;

    /// <summary>In their own order.</summary>
    public ReadOnlySpan<PackedSequence> All => _all.AsSpan(0, _count);

    /// <summary>Their indices, those of most work first; empty where nobody asks, since one thread takes them as they come.</summary>
    public ReadOnlySpan<int> LongestFirst => _longestFirst.AsSpan(0, _isOrdered ? _count : 0);

    /// <summary>Reads and checks what a call is told of its sequences, each number once: another thread may be changing them.</summary>
    /// <param name="shape">A checked shape.</param>
    /// <param name="causal">Whether there must be as many keys as queries.</param>
    /// <param name="comparesPositions">Whether there must be at least as many.</param>
    /// <param name="offsets">As <see cref="ForwardOptions.Offsets"/>.</param>
    /// <param name="keyOffsets">As <see cref="ForwardOptions.KeyOffsets"/>.</param>
    /// <param name="queryLengths">As <see cref="ForwardOptions.QueryLengths"/>.</param>
    /// <param name="keyLengths">As <see cref="ForwardOptions.KeyLengths"/>.</param>
    /// <param name="names">What the caller knows them as.</param>
    /// <exception cref="ArgumentException">They do not fit each other or the shape.</exception>
    public void Read(
        in AttentionShape shape, bool causal, bool comparesPositions, ReadOnlySpan<int> offsets, ReadOnlySpan<int> keyOffsets,
        ReadOnlySpan<int> queryLengths, ReadOnlySpan<int> keyLengths, PackedNames names)
    {
        if (!shape.PacksSequences)
        {
            var name = offsets.IsEmpty ? names.KeyOffsets : names.Offsets;
            Throw(name, $"{name} holds {Math.Max(offsets.Length, keyOffsets.Length)} numbers, but the shape packs no sequences: {nameof(AttentionShape)}.{nameof(AttentionShape.Packed)} makes one that does.");
        }

        var hasKeyOffsets = !keyOffsets.IsEmpty;
        CheckCount(offsets.Length, shape.Batch, names.Offsets);
        CheckCount(hasKeyOffsets ? keyOffsets.Length : offsets.Length, shape.Batch, names.KeyOffsets);
        CheckLengthCount(queryLengths, shape.Batch, names.QueryLengths);
        CheckLengthCount(keyLengths, shape.Batch, names.KeyLengths);
        Reserve(shape.Batch);
        var query = CheckedFirst(offsets[0], names.Offsets);
        var key = hasKeyOffsets ? CheckedFirst(keyOffsets[0], names.KeyOffsets) : query;
        for (var sequence = 0; sequence < _count; sequence++)
        {
            var queryEnd = CheckedEnd(offsets[sequence + 1], query, sequence, names.Offsets);
            var keyEnd = hasKeyOffsets ? CheckedEnd(keyOffsets[sequence + 1], key, sequence, names.KeyOffsets) : queryEnd;
            if (causal && queryEnd - query != keyEnd - key)
            {
                Throw(names.KeyOffsets, $"Causal attention needs as many keys as queries, but sequence {sequence} has {keyEnd - key} keys and {queryEnd - query} queries.");
            }

            var queries = Counting(queryLengths, sequence, queryEnd - query, names.QueryLengths, "queries");
            var keys = Counting(keyLengths, sequence, keyEnd - key, names.KeyLengths, "keys");
            var first = keyEnd - key - (queryEnd - query);
            if (first != 0 && !queryLengths.IsEmpty && !keyLengths.IsEmpty)
            {
                first = keys - queries;
            }

            if (comparesPositions && first < 0)
            {
                Throw(names.KeyOffsets, $"Queries are the last of the keys, so there must be at least as many keys, but sequence {sequence} has {keys} keys and {queries} queries.");
            }

            _all[sequence] = new PackedSequence
            {
                FirstQuery = query,
                Queries = queries,
                QueryEnd = queryEnd,
                FirstKey = key,
                Keys = keys,
                KeyEnd = keyEnd,
                FirstPosition = first,
            };
            (query, key) = (queryEnd, keyEnd);
        }

        CheckLast(query, shape.QueryLength, nameof(AttentionShape.QueryLength), names.Offsets);
        CheckLast(key, shape.KeyLength, nameof(AttentionShape.KeyLength), hasKeyOffsets ? names.KeyOffsets : names.Offsets);
    }

    /// <summary>Finds the order of their work, for calls on several threads.</summary>
    /// <param name="ofPairs">Whether every query meets every key.</param>
    public void Order(bool ofPairs)
    {
        if (_longestFirst.Length < _count)
        {
            (_longestFirst, _work) = (new int[_all.Length], new double[_all.Length]);
        }

        for (var sequence = 0; sequence < _count; sequence++)
        {
            (_longestFirst[sequence], _work[sequence]) = (sequence, -_all[sequence].Work(ofPairs));
        }

        _work.AsSpan(0, _count).Sort(_longestFirst.AsSpan(0, _count));
        _isOrdered = true;
    }

    private void Reserve(int count)
    {
        if (_all.Length < count)
        {
            _all = new PackedSequence[count];
        }

        (_count, _isOrdered) = (count, false);
    }

    private static void CheckCount(int count, int sequences, string name)
    {
        if (count != sequences + 1L)
        {
            Throw(name, $"{name} holds {count} numbers, but a batch of {sequences} packed sequences needs {sequences + 1L}: where each begins, and where the last ends.");
        }
    }

    private static int CheckedFirst(int first, string name)
    {
        if (first != 0)
        {
            Throw(name, $"{name}[0] is {first}, but must be 0, where the first sequence begins.");
        }

        return first;
    }

    private static int CheckedEnd(int end, int start, int sequence, string name)
    {
        if (end < start)
        {
            Throw(name, $"{name}[{sequence + 1}] is {end}, but must be at least {name}[{sequence}] = {start}.");
        }

        return end;
    }

    private static void CheckLast(int last, int tokens, string tokensName, string name)
    {
        if (last != tokens)
        {
            Throw(name, $"{name} ends with {last}, but must end with {tokensName} = {tokens}, the tokens of all sequences.");
        }
    }

    private static int Counting(ReadOnlySpan<int> lengths, int sequence, int most, string name, string what)
    {
        if (lengths.IsEmpty)
        {
            return most;
        }

        var length = lengths[sequence];
        if ((uint)length > (uint)most)
        {
            Throw(name, $"{name}[{sequence}] is {length}, but must be 0 to {most}, the {what} of that sequence.");
        }

        return length;
    }

    private static void CheckLengthCount(ReadOnlySpan<int> lengths, int sequences, string name) =>
        ShapeChecks.CheckLengthCount(lengths, sequences, name, ArgumentOf(name));

    // What is named as a property is one of the options.
    private static string ArgumentOf(string name) => char.IsUpper(name[0]) ? "options" : name;

    [DoesNotReturn]
    private static void Throw(string name, string message) => throw new ArgumentException(message, ArgumentOf(name));
}
