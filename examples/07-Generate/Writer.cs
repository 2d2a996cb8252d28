using KernelGen.Examples.Training;

namespace KernelGen.Examples.Generate;

/// <summary>Lets a model write on from several prompts at once.</summary>
internal sealed class Writer(Transformer model, CharacterText text, Sampling sampling, int seed)
{
    /// <summary>Writes.</summary>
    /// <param name="prompts">One for each sequence; they may differ in length.</param>
    /// <param name="count">Characters after each.</param>
    /// <param name="written">Told of each character, and of the sequence that it belongs to, as it comes.</param>
    public void Write(IReadOnlyList<string> prompts, int count, Action<int, char> written)
    {
        using var decoder = new TransformerDecoder(model, prompts.Count);

        // What is written after a prompt does not depend on what stands beside it.
        Random[] random = [.. prompts.Select((_, i) => Seeds.Random("writing", seed, i))];
        var scores = decoder.Prefill([.. prompts.Select(text.Encode)]);
        for (var done = 0; done < count; done++)
        {
            var next = new long[prompts.Count];
            for (var i = 0; i < next.Length; i++)
            {
                next[i] = sampling.Choose(Row(scores, i), random[i]);
                written(i, text.Decode(next[i]));
            }

            scores = decoder.Step(next);
        }
    }

    private static ReadOnlySpan<float> Row(float[,] scores, int row) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref scores[row, 0], scores.GetLength(1));
}
