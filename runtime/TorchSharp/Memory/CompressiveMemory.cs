using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// What a layer of a Compressive Transformer remembers of a text that it reads in segments: the last tokens as they were, and before them
/// what older ones have become. All of it is without gradient.
/// </summary>
/// <remarks>
/// <para>
/// A segment enters the memory, and the oldest tokens beyond its length leave it: each <see cref="MemoryCompression.Rate"/> of them become
/// one, which enters the compressed memory. What leaves that is lost. A rest of fewer than so many tokens stays in the memory until it is
/// whole; nothing is padded. So a layer sees memory length + rate · compressed length tokens back.
/// </para>
/// <para>
/// Keys and values of <see cref="Tokens"/> and the segment, one after the other, are those of exact attention whose queries are the last of
/// the keys; with <c>Positions.Relative</c> each compressed token is one position.
/// </para>
/// <para>Source: Rae et al., "Compressive Transformers", arXiv:1911.05507, section 3.</para>
/// </remarks>
public sealed class CompressiveMemory : IDisposable
{
    private readonly MemoryCompression _compression;
    private Tensor? _compressed, _memory;

    /// <param name="compression">Makes fewer tokens of those that leave the memory. It stays the caller's.</param>
    /// <param name="memoryLength">n_m, the tokens of the memory; at least 0.</param>
    /// <param name="compressedLength">n_cm, those of the compressed memory; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public CompressiveMemory(MemoryCompression compression, int memoryLength, int compressedLength)
    {
        ArgumentNullException.ThrowIfNull(compression);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryLength);
        ArgumentOutOfRangeException.ThrowIfNegative(compressedLength);
        (_compression, MemoryLength, CompressedLength) = (compression, memoryLength, compressedLength);
    }

    /// <summary>n_m.</summary>
    public int MemoryLength { get; }

    /// <summary>n_cm.</summary>
    public int CompressedLength { get; }

    /// <summary>The tokens that are remembered as they were, at most <see cref="MemoryLength"/> + rate − 1.</summary>
    public long MemoryCount => _memory?.shape[1] ?? 0;

    /// <summary>The tokens that others have become, at most <see cref="CompressedLength"/>.</summary>
    public long CompressedCount => _compressed?.shape[1] ?? 0;

    /// <summary>Compressed tokens, then the memory, [batch, count, embedding]; null before the first segment. The caller's own.</summary>
    public Tensor? Tokens => (_compressed, _memory) switch
    {
        ({ } compressed, { } memory) => cat([compressed, memory], 1),
        (null, { } memory) => memory.clone(),
        _ => null,
    };

    /// <summary>Takes a segment in.</summary>
    /// <param name="segment">[batch, tokens, embedding], the inputs of the layer.</param>
    /// <param name="usage">
    /// [batch, <see cref="MemoryCount"/> + tokens]: how much each token of the memory and the segment was attended to, for
    /// <see cref="CompressionKind.MostUsed"/>. Null elsewhere.
    /// </param>
    /// <returns>
    /// The tokens that have left the memory and what became of them, with the graph that a loss of the compression needs; null where none
    /// left.
    /// </returns>
    /// <exception cref="ArgumentException">The segment has another shape than those before.</exception>
    public (Tensor Old, Tensor Compressed)? Append(Tensor segment, Tensor? usage = null)
    {
        ArgumentNullException.ThrowIfNull(segment);
        if (segment.dim() != 3 || segment.shape[2] != _compression.EmbeddingDim
            || (_memory is not null && _memory.shape[0] != segment.shape[0]))
        {
            throw new ArgumentException(
                $"The segment is [{string.Join(", ", segment.shape)}], but must be [{_memory?.shape[0].ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "batch"}, tokens, {_compression.EmbeddingDim}].",
                nameof(segment));
        }

        using var scope = NewDisposeScope();
        var all = _memory is null ? segment.detach().clone() : cat([_memory, segment.detach()], 1);
        var leaving = Math.Max(0, all.shape[1] - MemoryLength) / _compression.Rate * _compression.Rate;
        if (leaving == 0)
        {
            Remember(ref _memory, all);
            return null;
        }

        var old = all.narrow(1, 0, leaving).clone();
        var compressed = _compression.forward(old, usage?.narrow(1, 0, leaving));
        var longer = _compressed is null ? compressed.detach().clone() : cat([_compressed, compressed.detach()], 1);
        var kept = Math.Min(CompressedLength, longer.shape[1]);
        Remember(ref _compressed, longer.narrow(1, longer.shape[1] - kept, kept).clone());
        Remember(ref _memory, all.narrow(1, leaving, all.shape[1] - leaving).clone());
        return (old.MoveToOuterDisposeScope(), compressed.MoveToOuterDisposeScope());
    }

    /// <summary>Forgets everything, as before a new text.</summary>
    public void Reset()
    {
        _compressed?.Dispose();
        _memory?.Dispose();
        (_compressed, _memory) = (null, null);
    }

    /// <summary>Frees what is remembered.</summary>
    public void Dispose() => Reset();

    private static void Remember(ref Tensor? place, Tensor tokens)
    {
        var before = place;
        place = tokens.DetachFromDisposeScope();
        before?.Dispose();
    }
}
