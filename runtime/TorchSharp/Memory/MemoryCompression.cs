using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Makes fewer tokens of those that leave the memory of a model: the f_c of Compressive Transformers.</summary>
/// <remarks>
/// <para>
/// Convolutions have parameters, named as those of PyTorch's Conv1d: <c>convolution.weight</c>, [embedding, embedding, width], and
/// <c>convolution.bias</c>. They learn from <see cref="AttentionReconstruction"/>, or from how well the tokens can be restored.
/// </para>
/// <para>Source: Rae et al., "Compressive Transformers", arXiv:1911.05507, section 3.1.</para>
/// </remarks>
public sealed class MemoryCompression : nn.Module<Tensor, Tensor>
{
    // TorchSharp finds the parts of a module by the names of its fields.
#pragma warning disable IDE1006, SA1309
    private readonly nn.Module<Tensor, Tensor>? convolution;
#pragma warning restore IDE1006, SA1309

    /// <param name="kind">How.</param>
    /// <param name="rate">c, the tokens that become one; at least 2.</param>
    /// <param name="embeddingDim">The numbers of a token; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range, or there is no such kind.</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    public MemoryCompression(CompressionKind kind, int rate, int embeddingDim)
        : base(TorchLibrary.LoadedFor(nameof(MemoryCompression)))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingDim, 1);
        (Kind, Rate, EmbeddingDim) = (kind, rate, embeddingDim);
        convolution = kind switch
        {
            CompressionKind.Convolution => nn.Conv1d(embeddingDim, embeddingDim, rate, stride: rate),
            CompressionKind.DilatedConvolution => nn.Conv1d(embeddingDim, embeddingDim, 2, stride: rate, dilation: rate - 1),
            CompressionKind.Mean or CompressionKind.Max or CompressionKind.MostUsed => null,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"There is no compression {kind}."),
        };
        RegisterComponents();
    }

    /// <summary>How.</summary>
    public CompressionKind Kind { get; }

    /// <summary>c, the tokens that become one.</summary>
    public int Rate { get; }

    /// <summary>The numbers of a token.</summary>
    public int EmbeddingDim { get; }

    /// <summary>Makes one token of each <see cref="Rate"/>.</summary>
    /// <param name="old">[batch, tokens, embedding], a multiple of <see cref="Rate"/> tokens.</param>
    /// <returns>[batch, tokens / rate, embedding].</returns>
    /// <exception cref="ArgumentException">
    /// The tokens have another shape, or <see cref="CompressionKind.MostUsed"/> does not know what was used.
    /// </exception>
    public override Tensor forward(Tensor old) => forward(old, null);

    /// <inheritdoc cref="forward(Tensor)"/>
    /// <param name="old">[batch, tokens, embedding], a multiple of <see cref="Rate"/> tokens.</param>
    /// <param name="usage">
    /// [batch, tokens]: how much each was attended to, for <see cref="CompressionKind.MostUsed"/>; others do not read it.
    /// </param>
    public Tensor forward(Tensor old, Tensor? usage)
    {
        ArgumentNullException.ThrowIfNull(old);
        if (old.dim() != 3 || old.shape[2] != EmbeddingDim || old.shape[1] % Rate != 0)
        {
            throw new ArgumentException(
                $"The tokens are [{string.Join(", ", old.shape)}], but must be [batch, a multiple of {Rate}, {EmbeddingDim}].",
                nameof(old));
        }

        if (Kind == CompressionKind.MostUsed && (usage is null || !usage.shape.SequenceEqual(old.shape[..2])))
        {
            var given = usage is null ? "missing" : $"[{string.Join(", ", usage.shape)}]";
            throw new ArgumentException(
                $"The usage is {given}, but the most used of tokens [{string.Join(", ", old.shape)}] are known by a number of each.",
                nameof(usage));
        }

        using var scope = NewDisposeScope();
        if (old.shape[1] == 0)
        {
            return old.clone().MoveToOuterDisposeScope();
        }

        // The functions of torch have tokens last.
        var compressed = Kind switch
        {
            CompressionKind.Mean => nn.functional.avg_pool1d(old.transpose(1, 2), Rate, Rate).transpose(1, 2),
            CompressionKind.Max => nn.functional.max_pool1d(old.transpose(1, 2), Rate, Rate).transpose(1, 2),
            CompressionKind.Convolution or CompressionKind.DilatedConvolution =>
                convolution!.call(old.transpose(1, 2)).transpose(1, 2),
            CompressionKind.MostUsed => MostUsed(old, usage!),
            _ => throw new InvalidOperationException($"There is no compression {Kind}."),
        };
        return compressed.MoveToOuterDisposeScope();
    }

    private Tensor MostUsed(Tensor old, Tensor usage)
    {
        // Stable: of tokens that were used alike the earlier comes first.
        var (_, byUsage) = sort(usage, dim: 1, descending: true, stable: true);
        var (inOrder, _) = byUsage.narrow(1, 0, old.shape[1] / Rate).sort(1);
        return old.gather(1, inOrder.unsqueeze(2).expand(-1, -1, EmbeddingDim));
    }

    /// <summary>
    /// How differently a layer attends to the compressed tokens, by their content alone and without a mask: the mean of (attention to old −
    /// attention to compressed)². Only the compressed tokens get a gradient, and what made them.
    /// </summary>
    /// <param name="query">[batch, heads, queries, head dim].</param>
    /// <param name="old">[batch, tokens, embedding].</param>
    /// <param name="compressed">What became of them, [batch, fewer tokens, embedding].</param>
    /// <param name="keyWeight">The layer's projection of keys, [heads · head dim, embedding], as that of a linear layer.</param>
    /// <param name="valueWeight">Likewise of values.</param>
    /// <returns>A scalar. The paper sums where this takes the mean; a factor of the loss makes one of the other.</returns>
    /// <remarks>Source: Rae et al., "Compressive Transformers", arXiv:1911.05507, section 3.2, algorithm 2.</remarks>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor AttentionReconstruction(
        Tensor query, Tensor old, Tensor compressed, Tensor keyWeight, Tensor valueWeight)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(compressed);
        ArgumentNullException.ThrowIfNull(keyWeight);
        ArgumentNullException.ThrowIfNull(valueWeight);
        if (query.dim() != 4 || keyWeight.dim() != 2 || keyWeight.shape[0] != query.shape[1] * query.shape[3])
        {
            throw new ArgumentException(
                $"The queries are [{string.Join(", ", query.shape)}] and the weight of keys [{string.Join(", ", keyWeight.shape)}], but they must be [batch, heads, queries, head dim] and [heads · head dim, embedding].",
                nameof(query));
        }

        using var scope = NewDisposeScope();
        var heads = query.shape[1];
        using (no_grad())
        {
            query = query.detach();
        }

        var wanted = AttendTo(old.detach());
        var given = AttendTo(compressed);
        return nn.functional.mse_loss(given, wanted).MoveToOuterDisposeScope();

        Tensor AttendTo(Tensor tokens) => nn.functional.scaled_dot_product_attention(
            query, Heads(tokens, keyWeight.detach()), Heads(tokens, valueWeight.detach()));

        Tensor Heads(Tensor tokens, Tensor weight) =>
            tokens.matmul(weight.t()).reshape(tokens.shape[0], tokens.shape[1], heads, -1).transpose(1, 2);
    }
}
