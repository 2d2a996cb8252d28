using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// What models are asked. An example is a function of its number and the seed, so that nothing is downloaded or kept: whoever asks twice
/// gets the same.
/// </summary>
internal abstract class LongRangeTask
{
    /// <summary>What commands and files call it.</summary>
    public abstract string Name { get; }

    /// <summary>What it asks, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>Whether a token may see only those before it.</summary>
    public abstract bool Causal { get; }

    /// <summary>The different tokens.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>The different answers, which are the first tokens of the vocabulary.</summary>
    public abstract int Answers { get; }

    /// <summary>The most tokens of an example, where nothing else is asked for.</summary>
    public abstract int Length { get; }

    /// <summary>How answers are scored.</summary>
    public abstract ScoreKind Score { get; }

    /// <summary>An example to learn from.</summary>
    /// <param name="number">Which one, from 0.</param>
    /// <param name="length">The most tokens.</param>
    /// <param name="seed">Another one gives other examples.</param>
    public abstract Example Learned(long number, int length, int seed);

    /// <summary>Examples to be tested on, the same for every model; none of them is learned from.</summary>
    /// <param name="count">How many.</param>
    /// <param name="length">The most tokens.</param>
    public abstract IReadOnlyList<Example> Held(int count, int length);

    /// <summary>What guesses score on these examples.</summary>
    public abstract IReadOnlyList<Baseline> Baselines(IReadOnlyList<Example> held);

    /// <summary>The batch of a step.</summary>
    /// <param name="rows">Its examples.</param>
    /// <param name="length">The most tokens of each.</param>
    /// <param name="seed">Of the examples and of their order.</param>
    /// <param name="step">From 0.</param>
    /// <param name="examples">All that there is to learn from; null: each step has new ones.</param>
    public TrainingBatch Batch(int rows, int length, int seed, long step, int? examples)
    {
        var random = Seeds.Random("order of examples", seed, (int)step);
        return BatchOf(
        [
            .. Enumerable.Range(0, rows)
                .Select(row => Learned(examples is { } all ? random.Next(all) : (step * rows) + row, length, seed)),
        ]);
    }

    /// <summary>A batch of examples, of which the shorter ones are padded at their ends.</summary>
    public static TrainingBatch BatchOf(IReadOnlyList<Example> examples)
    {
        var length = examples.Max(example => example.Inputs.Length);
        var (inputs, targets) = (new long[examples.Count * length], new long[examples.Count * length]);
        Array.Fill(targets, TrainingBatch.Ignored);
        for (var row = 0; row < examples.Count; row++)
        {
            examples[row].Inputs.CopyTo(inputs, row * length);
            examples[row].Targets.CopyTo(targets, row * length);
        }

        return new TrainingBatch(
            examples.Count, length, inputs, targets,
            examples.All(example => example.Inputs.Length == length) ? null : [.. examples.Select(example => example.Inputs.Length)]);
    }
}
