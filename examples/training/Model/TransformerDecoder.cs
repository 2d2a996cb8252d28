using KernelGen.TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>Sequences on their way through a causal <see cref="Transformer"/>, a token at a time.</summary>
internal sealed class TransformerDecoder : IDisposable
{
    private readonly Transformer _model;
    private readonly AttentionDecoder[] _layers;

    /// <exception cref="ArgumentException">The model has a convolution, whose last tokens nobody keeps here.</exception>
    public TransformerDecoder(Transformer model, int sequences)
    {
        if (model.Settings.Window > 1)
        {
            throw new ArgumentException(
                $"The model's convolution looks at {model.Settings.Window} tokens; a decoder takes one at a time.", nameof(model));
        }

        _model = model;
        _layers = [.. model.Blocks.Select(block => ((KernelSelfAttention)block.Attention).Attention.CreateDecoder(sequences))];
    }

    /// <summary>The bytes that all layers remember.</summary>
    public long StateBytes => _layers.Sum(layer => layer.StateBytes);

    /// <summary>Takes prompts, which may differ in length.</summary>
    /// <param name="prompts">One for each sequence, none empty.</param>
    /// <returns>The scores of the next token of each sequence, [sequences, answers].</returns>
    public float[,] Prefill(IReadOnlyList<long[]> prompts)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var longest = prompts.Max(prompt => prompt.Length);
        var padded = new long[prompts.Count * longest];
        for (var i = 0; i < prompts.Count; i++)
        {
            prompts[i].CopyTo(padded, i * longest);
        }

        var lengths = tensor(prompts.Select(prompt => (long)prompt.Length).ToArray());
        var x = _model.Embed(tensor(padded, [prompts.Count, longest]));
        foreach (var (block, layer) in _model.Blocks.Zip(_layers))
        {
            x = block.Apply(x, normed => layer.Prefill(normed, lengths));
        }

        var last = stack([.. prompts.Select((prompt, i) => x[i][prompt.Length - 1])]);
        return Scores(_model.Answer(last));
    }

    /// <summary>Takes the next token of each sequence.</summary>
    /// <returns>The scores of the token after it, [sequences, answers].</returns>
    public float[,] Step(IReadOnlyList<long> tokens)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var x = _model.Embed(tensor(tokens.ToArray()));
        foreach (var (block, layer) in _model.Blocks.Zip(_layers))
        {
            x = block.Apply(x, layer.Step);
        }

        return Scores(_model.Answer(x));
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }

    private static float[,] Scores(Tensor scores)
    {
        var numbers = new float[scores.size(0), scores.size(1)];
        System.Buffer.BlockCopy(scores.contiguous().data<float>().ToArray(), 0, numbers, 0, numbers.Length * sizeof(float));
        return numbers;
    }
}
