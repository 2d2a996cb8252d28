using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Masks of pairs of tokens: whether one says what <see cref="IAttention.Causal"/> says. What else a layer was declared not to see it tells
/// nobody, so that a mask of its own cannot be compared.
/// </summary>
internal static class AttentionMask
{
    /// <param name="layer">The layer.</param>
    /// <param name="mask">
    /// Null: none; or as torch's multi-head attention takes it: [length, length], bool with true for pairs (query, key) that are hidden, or
    /// float with 0 and −∞.
    /// </param>
    /// <param name="length">The tokens of a sequence.</param>
    /// <exception cref="ArgumentException">
    /// It hides other pairs than a causal or a bidirectional layer does; the message names the first, and what to declare.
    /// </exception>
    public static void Check(IAttention layer, Tensor? mask, long length)
    {
        if (mask is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        if (!mask.shape.AsSpan().SequenceEqual([length, length]))
        {
            throw new ArgumentException(
                $"The attention mask is [{string.Join(", ", mask.shape)}], but must be [{length}, {length}].", nameof(mask));
        }

        var hidden = mask.dtype == ScalarType.Bool ? mask.cpu() : OfFloats(mask.cpu());
        var expected = layer.Causal ? ones(length, length, ScalarType.Bool).triu(1) : zeros(length, length, ScalarType.Bool);
        var differing = hidden.logical_xor(expected).nonzero();
        if (differing.shape[0] > 0)
        {
            var (query, key) = (differing[0, 0].item<long>(), differing[0, 1].item<long>());
            var isHidden = hidden[query, key].item<bool>();
            throw new ArgumentException(
                $"The attention mask {(isHidden ? "hides key" : "shows key")} {key} {(isHidden ? "from" : "to")} query {query}, but the layer {layer.GetType()} is "
                + $"{(layer.Causal ? "causal" : "bidirectional")} and {(isHidden ? "does not hide" : "hides")} it by that. Calls take no masks: declare what the layer sees, "
                + "by Causal or, of [SoftmaxAttention], by Window, Side, Sinks, Prefix or Mask, and give none here. Give padding on the right as padding.",
                nameof(mask));
        }
    }

    private static Tensor OfFloats(Tensor mask)
    {
        var hidden = mask.isneginf();
        var others = mask.ne(0).logical_and(hidden.logical_not()).nonzero();
        if (others.shape[0] > 0)
        {
            var (query, key) = (others[0, 0].item<long>(), others[0, 1].item<long>());
            throw new ArgumentException(
                $"The attention mask adds {mask[query, key].to(ScalarType.Float64).item<double>()} to the score of query {query} and key {key}, but kernels take no "
                + "bias: only 0 and −∞ are possible.",
                nameof(mask));
        }

        return hidden;
    }
}
