using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// Associative recall: pairs of a key and its value, each some times; then noise; then keys alone, and at each the model is asked for its
/// value. The noise is as long as two layers with windows of 128 tokens can look back, so that these have to guess.
/// </summary>
internal sealed class RecallTask : LongRangeTask
{
    /// <summary>Different values, which are the first tokens.</summary>
    public const int Values = 16;

    /// <summary>Different keys, the tokens after the values.</summary>
    public const int Keys = 16;

    /// <summary>Different tokens of noise, which come last.</summary>
    public const int Noise = 16;

    private const int CommonSeed = 0;

    /// <inheritdoc/>
    public override string Name => "recall";

    /// <inheritdoc/>
    public override string Title => "associative recall, the value of a key far before";

    /// <inheritdoc/>
    public override bool Causal => true;

    /// <inheritdoc/>
    public override int Vocabulary => Values + Keys + Noise;

    /// <inheritdoc/>
    public override int Answers => Values;

    /// <inheritdoc/>
    public override int Length => 1_024;

    /// <inheritdoc/>
    public override ScoreKind Score => ScoreKind.Accuracy;

    /// <summary>Where the pairs end, of which the first stands at the beginning.</summary>
    public static int PairsTo(int length) => length / 4 * 2;

    /// <summary>Where the questions begin, each token from there on.</summary>
    public static int QuestionsFrom(int length) => 3 * length / 4;

    /// <inheritdoc/>
    public override Example Learned(long number, int length, int seed) =>
        Drawn(Seeds.Random("recall to learn from", seed, length, (int)number), length);

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Held(int count, int length) =>
    [
        .. Enumerable.Range(0, count)
            .Select(number => Drawn(Seeds.Random("recall to be tested on", CommonSeed, length, number), length)),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Baseline> Baselines(IReadOnlyList<Example> held)
    {
        var (inSequence, questions) = (0, 0);
        foreach (var example in held)
        {
            var values = example.Inputs.Where(token => token < Values).CountBy(token => token).MaxBy(count => count.Value).Key;
            var asked = example.Targets.Where(target => target != TrainingBatch.Ignored).ToList();
            inSequence += asked.Count(target => target == values);
            questions += asked.Count;
        }

        return
        [
            new("any value", 1.0 / Values),
            new("most frequent in the sequence", (double)inSequence / questions),
        ];
    }

    private static Example Drawn(Random random, int length)
    {
        var (inputs, targets) = (new long[length], new long[length]);
        Array.Fill(targets, TrainingBatch.Ignored);
        int[] values = [.. Enumerable.Range(0, Keys).Select(_ => random.Next(Values))];
        var shown = new List<int>();
        for (var at = 0; at < PairsTo(length); at += 2)
        {
            var key = random.Next(Keys);
            shown.Add(key);
            (inputs[at], inputs[at + 1]) = (Values + key, values[key]);
        }

        for (var at = PairsTo(length); at < QuestionsFrom(length); at++)
        {
            inputs[at] = Values + Keys + random.Next(Noise);
        }

        for (var at = QuestionsFrom(length); at < length; at++)
        {
            // Of the keys that were shown, as often as each was.
            var key = shown[random.Next(shown.Count)];
            (inputs[at], targets[at]) = (Values + key, values[key]);
        }

        return new Example(inputs, targets);
    }
}
