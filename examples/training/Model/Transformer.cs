using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>Tokens to scores of the answers at each position: embedding, a convolution, blocks, a norm, a projection.</summary>
internal sealed class Transformer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly global::TorchSharp.Modules.Embedding _embedding;
    private readonly Conv1d? _convolution;
    private readonly ModuleList<TransformerBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _answers;

    /// <param name="settings">The sizes.</param>
    /// <param name="attention">The attention of each layer, from 0.</param>
    public Transformer(TransformerSettings settings, Func<int, SelfAttention> attention)
        : base(nameof(Transformer))
    {
        Settings = settings;
        _embedding = nn.Embedding(settings.Vocabulary, settings.Dim);
        _convolution = settings.Window > 1 ? nn.Conv1d(settings.Dim, settings.Dim, settings.Window) : null;
        _blocks = nn.ModuleList(
            [.. Enumerable.Range(0, settings.Layers).Select(layer => new TransformerBlock(settings, attention(layer)))]);
        _norm = nn.LayerNorm(settings.Dim);
        _answers = nn.Linear(settings.Dim, settings.Answers);
        RegisterComponents();
    }

    /// <summary>The sizes.</summary>
    public TransformerSettings Settings { get; }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<TransformerBlock> Blocks => [.. _blocks];

    /// <param name="tokens">int64, [batch, length].</param>
    /// <param name="lengths">int64, [batch]: the tokens of each sequence that are not padding at its end; null: all.</param>
    /// <returns>[batch, length, answers].</returns>
    public override Tensor forward(Tensor tokens, Tensor? lengths)
    {
        var x = Embed(tokens);
        foreach (var block in _blocks)
        {
            x = block.call(x, lengths);
        }

        return _answers.call(_norm.call(x));
    }

    /// <summary>What the first block reads, [batch, length, dim].</summary>
    public Tensor Embed(Tensor tokens)
    {
        var x = _embedding.call(tokens);
        if (_convolution is null)
        {
            return x;
        }

        var reach = Settings.Window - 1;
        var after = Settings.Causal ? 0 : reach / 2;
        var padded = nn.functional.pad(x.transpose(1, 2), [reach - after, after]);
        return _convolution.call(padded).transpose(1, 2);
    }

    /// <summary>Scores of the answers from what the last block gave.</summary>
    public Tensor Answer(Tensor x) => _answers.call(_norm.call(x));
}
