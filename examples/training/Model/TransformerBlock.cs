using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>
/// x + attention(norm(x)), then x + feedforward(norm(x)): a block with the norms first, which trains without a long warm-up.
/// </summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly LayerNorm _attentionNorm, _feedForwardNorm;
    private readonly SelfAttention _attention;
    private readonly Sequential _feedForward;

    public TransformerBlock(TransformerSettings settings, SelfAttention attention)
        : base(nameof(TransformerBlock))
    {
        _attentionNorm = nn.LayerNorm(settings.Dim);
        _attention = attention;
        _feedForwardNorm = nn.LayerNorm(settings.Dim);
        _feedForward = nn.Sequential(nn.Linear(settings.Dim, settings.Hidden), nn.GELU(), nn.Linear(settings.Hidden, settings.Dim));
        RegisterComponents();
    }

    /// <summary>What is between the tokens.</summary>
    public SelfAttention Attention => _attention;

    /// <param name="input">[batch, length, dim].</param>
    /// <param name="lengths">[batch], or null.</param>
    public override Tensor forward(Tensor input, Tensor? lengths) => Apply(input, normed => _attention.call(normed, lengths));

    /// <summary>The block with its attention computed otherwise, as token by token.</summary>
    /// <param name="input">[…, dim].</param>
    /// <param name="attend">Attention, from and to what the input's shape is.</param>
    public Tensor Apply(Tensor input, Func<Tensor, Tensor> attend)
    {
        var attended = input + attend(_attentionNorm.call(input));
        return attended + _feedForward.call(_feedForwardNorm.call(attended));
    }
}
