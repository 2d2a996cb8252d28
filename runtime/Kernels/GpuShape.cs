using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>The sizes of one launch, as GPU kernels take them: plain integers, so that they can be copied to the device.</summary>
/// <param name="heads">Heads of each sequence.</param>
/// <param name="queryLength">Queries of each head.</param>
/// <param name="keyLength">Keys of each head.</param>
/// <param name="isTokensOuter">Whether the tensors are [batch, length, heads, dim].</param>
/// <param name="hasKeyLengths">Whether each sequence has a key length of its own.</param>
/// <param name="wantsLogSumExp">Whether log-sum-exps are stored.</param>
/// <param name="addsGradients">Whether gradients are added to what is there.</param>
/// <param name="spanTokens">Tokens of a span.</param>
/// <param name="spans">Spans of each head.</param>
/// <param name="from">The first token of the first span.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuShape(
    int heads, int queryLength, int keyLength, bool isTokensOuter, bool hasKeyLengths, bool wantsLogSumExp, bool addsGradients,
    int spanTokens, int spans, int from)
{
    /// <summary>Heads of each sequence.</summary>
    public readonly int Heads = heads;

    /// <summary>Queries of each head.</summary>
    public readonly int QueryLength = queryLength;

    /// <summary>Keys of each head.</summary>
    public readonly int KeyLength = keyLength;

    /// <summary>1 where the tensors are [batch, length, heads, dim], 0 where they are [batch, heads, length, dim].</summary>
    public readonly int IsTokensOuter = isTokensOuter ? 1 : 0;

    /// <summary>1 where each sequence has a key length of its own.</summary>
    public readonly int HasKeyLengths = hasKeyLengths ? 1 : 0;

    /// <summary>1 where log-sum-exps are stored.</summary>
    public readonly int WantsLogSumExp = wantsLogSumExp ? 1 : 0;

    /// <summary>1 where gradients are added to what is there, 0 where they overwrite it.</summary>
    public readonly int AddsGradients = addsGradients ? 1 : 0;

    /// <summary>Tokens of a span, a multiple of those of a tile.</summary>
    public readonly int SpanTokens = spanTokens;

    /// <summary>Spans of each head in this launch.</summary>
    public readonly int Spans = spans;

    /// <summary>The first token of the first span.</summary>
    public readonly int From = from;

    /// <summary>The position of the first query among the keys: queries are the last of them.</summary>
    public int FirstPosition => KeyLength - QueryLength;

    /// <summary>The positions that there are.</summary>
    public int Positions => KeyLength;

    /// <summary>The first float of a head in a tensor of <paramref name="dim"/> numbers a token.</summary>
    public long Base(int head, int length, int dim) =>
        IsTokensOuter == 0
            ? (long)head * length * dim
            : (((long)(head / Heads) * length * Heads) + (head % Heads)) * dim;

    /// <summary>Floats from one token of a head to the next.</summary>
    public int Stride(int dim) => IsTokensOuter == 0 ? dim : Heads * dim;
}
