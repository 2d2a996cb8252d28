using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// The sizes of one launch, and where its operands are, as GPU kernels take them: plain integers, so that they can be copied to the device.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuShape
{
    /// <summary>The most operands of a kernel.</summary>
    public const int MostPlaces = 12;

    /// <summary>Query heads of each sequence.</summary>
    public readonly int Heads;

    /// <summary>Queries of each head.</summary>
    public readonly int QueryLength;

    /// <summary>Keys of each head.</summary>
    public readonly int KeyLength;

    /// <summary>1 where each sequence has a query length of its own.</summary>
    public readonly int HasQueryLengths;

    /// <summary>1 where each sequence has a key length of its own.</summary>
    public readonly int HasKeyLengths;

    /// <summary>The sequence of the call that is the first of the launch.</summary>
    public readonly int FirstSequence;

    /// <summary>The query head that is the first of the launch.</summary>
    public readonly int FirstHead;

    /// <summary>Query heads from one of the launch to the next.</summary>
    public readonly int HeadStep;

    /// <summary>1 where gradients are added to what is there, 0 where they overwrite it.</summary>
    public readonly int AddsGradients;

    /// <summary>Tokens of a span, a multiple of those of a tile.</summary>
    public readonly int SpanTokens;

    /// <summary>Spans of each head in this launch.</summary>
    public readonly int Spans;

    /// <summary>The first token of the first span.</summary>
    public readonly int From;

    /// <summary>Where the operands of the kernel are, in its order.</summary>
    public readonly GpuPlace Place0, Place1, Place2, Place3, Place4, Place5, Place6, Place7, Place8, Place9, Place10, Place11;

    /// <summary>Which query head of its sequence one of the heads of the launch is.</summary>
    public int QueryHead(int head) => FirstHead + (head % Heads * HeadStep);

    /// <summary>The position of the first query among the keys: queries are the last of them.</summary>
    /// <param name="queries">The queries that count.</param>
    /// <param name="keys">The keys that count.</param>
    public int FirstPosition(int queries, int keys) =>
        HasQueryLengths == 0 || HasKeyLengths == 0 || KeyLength == QueryLength ? KeyLength - QueryLength
        : keys > queries ? keys - queries
        : 0;

    /// <param name="part">The heads.</param>
    /// <param name="hasQueryLengths">Whether each sequence has a query length of its own.</param>
    /// <param name="hasKeyLengths">Likewise a key length.</param>
    /// <param name="addsGradients">Whether gradients are added to what is there.</param>
    /// <param name="spanTokens">Tokens of a span.</param>
    /// <param name="spans">Spans of each head.</param>
    /// <param name="from">The first token of the first span.</param>
    /// <param name="places">Of the operands of the kernel in the whole call, at most <see cref="MostPlaces"/>.</param>
    public GpuShape(
        in GpuPart part, bool hasQueryLengths, bool hasKeyLengths, bool addsGradients, int spanTokens, int spans, int from,
        params ReadOnlySpan<GpuPlace> places)
    {
        Heads = part.Shape.Heads;
        QueryLength = part.Shape.QueryLength;
        KeyLength = part.Shape.KeyLength;
        HasQueryLengths = hasQueryLengths ? 1 : 0;
        HasKeyLengths = hasKeyLengths ? 1 : 0;
        FirstSequence = part.FirstSequence;
        FirstHead = part.FirstHead;
        HeadStep = part.HeadStep;
        AddsGradients = addsGradients ? 1 : 0;
        SpanTokens = spanTokens;
        Spans = spans;
        From = from;
        Span<GpuPlace> all = stackalloc GpuPlace[MostPlaces];
        for (var i = 0; i < places.Length; i++)
        {
            all[i] = places[i].In(part);
        }

        Place0 = all[0];
        Place1 = all[1];
        Place2 = all[2];
        Place3 = all[3];
        Place4 = all[4];
        Place5 = all[5];
        Place6 = all[6];
        Place7 = all[7];
        Place8 = all[8];
        Place9 = all[9];
        Place10 = all[10];
        Place11 = all[11];
    }
}
