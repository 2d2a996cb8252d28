using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>The next character of a text, at each of its characters.</summary>
internal sealed class CharacterTask(CharacterText text) : LongRangeTask
{
    /// <inheritdoc/>
    public override string Name => "characters";

    /// <inheritdoc/>
    public override string Title => "the next character of a text";

    /// <inheritdoc/>
    public override bool Causal => true;

    /// <inheritdoc/>
    public override int Vocabulary => text.Vocabulary;

    /// <inheritdoc/>
    public override int Answers => text.Vocabulary;

    /// <inheritdoc/>
    public override int Length => 2_048;

    /// <inheritdoc/>
    public override ScoreKind Score => ScoreKind.Bits;

    /// <inheritdoc/>
    public override Example Learned(long number, int length, int seed)
    {
        var piece = text.Batch(rows: 1, length, seed, number);
        return new Example(piece.Inputs, piece.Targets);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Held(int count, int length)
    {
        var pieces = text.HeldBatch(count, length);
        return
        [
            .. Enumerable.Range(0, count).Select(row => new Example(
                pieces.Inputs[(row * length)..((row + 1) * length)], pieces.Targets[(row * length)..((row + 1) * length)])),
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Baseline> Baselines(IReadOnlyList<Example> held) =>
    [
        new("frequencies", Bits(held, sees: false)),
        new("frequencies of pairs", Bits(held, sees: true)),
    ];

    /// <summary>Bits of a character by frequencies in the text that is learned from; each is counted once more than it is there.</summary>
    /// <param name="held">Where the bits are spent.</param>
    /// <param name="sees">Whether each character before has frequencies of its own.</param>
    private double Bits(IReadOnlyList<Example> held, bool sees)
    {
        var (counts, sums) = (new double[Vocabulary, Vocabulary], new double[Vocabulary]);
        var learned = text.Learned;
        for (var i = 1; i < learned.Length; i++)
        {
            var before = sees ? learned[i - 1] : 0;
            counts[before, learned[i]]++;
            sums[before]++;
        }

        return held.Average(example => example.Inputs.Zip(example.Targets).Average(pair =>
        {
            var before = sees ? pair.First : 0;
            return -Math.Log2((counts[before, pair.Second] + 1) / (sums[before] + Vocabulary));
        }));
    }
}
