using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// Associative recall: pairs of a key and its value, strewn over noise; then keys alone, again and again, and at each the model is asked for
/// its value. Whatever is between a pair and its question has to be looked past.
/// </summary>
internal sealed class RecallTask : LongRangeTask
{
    /// <summary>Different values, which are the first tokens.</summary>
    public const int Values = 16;

    /// <summary>Different keys, the tokens after the values.</summary>
    public const int Keys = 16;

    /// <summary>Different tokens of noise, which come last.</summary>
    public const int Noise = 16;

    private const int CommonSeed = 0, TokensOfPair = 64, MostPairs = 16;

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
    public override int Length => 512;

    /// <inheritdoc/>
    public override ScoreKind Score => ScoreKind.Accuracy;

    /// <summary>The pairs of a sequence of so many tokens.</summary>
    public static int PairsOf(int length) => Math.Clamp(length / TokensOfPair, 1, MostPairs);

    /// <summary>Where the questions begin, each token from there on: pairs stand before.</summary>
    public static int QuestionsFrom(int length) => 3 * length / 4 / 2 * 2;

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
        int pairs = PairsOf(length), from = QuestionsFrom(length);
        var (inputs, targets) = (new long[length], new long[length]);
        Array.Fill(targets, TrainingBatch.Ignored);
        for (var i = 0; i < from; i++)
        {
            inputs[i] = Values + Keys + random.Next(Noise);
        }

        int[] keys = [.. Shuffled(random, Keys).Take(pairs)];
        int[] slots = [.. Shuffled(random, from / 2).Take(pairs)];
        var values = new int[pairs];
        for (var pair = 0; pair < pairs; pair++)
        {
            values[pair] = random.Next(Values);
            inputs[2 * slots[pair]] = Values + keys[pair];
            inputs[(2 * slots[pair]) + 1] = values[pair];
        }

        for (var question = from; question < length; question++)
        {
            var pair = random.Next(pairs);
            (inputs[question], targets[question]) = (Values + keys[pair], values[pair]);
        }

        return new Example(inputs, targets);
    }

    private static int[] Shuffled(Random random, int count)
    {
        int[] numbers = [.. Enumerable.Range(0, count)];
        random.Shuffle(numbers);
        return numbers;
    }
}
