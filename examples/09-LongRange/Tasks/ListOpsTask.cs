using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// What a long expression comes to: one answer of ten about a whole sequence. Attention sees both sides, and the answer is asked for at a
/// token before the first.
/// </summary>
internal sealed class ListOpsTask : LongRangeTask
{
    private const int CommonSeed = 0;

    /// <inheritdoc/>
    public override string Name => "listops";

    /// <inheritdoc/>
    public override string Title => "ListOps, the value of an expression";

    /// <inheritdoc/>
    public override bool Causal => false;

    /// <inheritdoc/>
    public override int Vocabulary => ListOpsToken.Count;

    /// <inheritdoc/>
    public override int Answers => ListOpsToken.Digits;

    /// <inheritdoc/>
    public override int Length => 2_000;

    /// <inheritdoc/>
    public override ScoreKind Score => ScoreKind.Accuracy;

    /// <summary>The fewest tokens where there are at most so many: 512 of 2,000, and that share of other lengths.</summary>
    public static int LeastOf(int length) => length * 512 / 2_000;

    /// <inheritdoc/>
    public override Example Learned(long number, int length, int seed) => Drawn("ListOps to learn from", (int)number, length, seed);

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Held(int count, int length) =>
        [.. Enumerable.Range(0, count).Select(number => Drawn("ListOps to be tested on", number, length, CommonSeed))];

    /// <inheritdoc/>
    public override IReadOnlyList<Baseline> Baselines(IReadOnlyList<Example> held)
    {
        // Counted on the examples themselves, so that no guess of these kinds does better.
        var answers = held.Select(example => (Root: example.Inputs[1], Answer: example.Targets[0])).ToList();
        return
        [
            new("the most frequent value", Best(answers.GroupBy(_ => 0L))),
            new("by the first operator", Best(answers.GroupBy(pair => pair.Root))),
        ];

        double Best(IEnumerable<IGrouping<long, (long Root, long Answer)>> groups) =>
            groups.Sum(group => group.CountBy(pair => pair.Answer).Max(count => count.Value)) / (double)held.Count;
    }

    private static Example Drawn(string purpose, int number, int length, int seed)
    {
        // One token of the length is the question.
        var expression = new ListOpsGenerator(LeastOf(length), length - 1).Draw(Seeds.Random(purpose, seed, length, number));
        long[] inputs = [ListOpsToken.Question, .. expression.Tokens];
        var targets = new long[inputs.Length];
        Array.Fill(targets, TrainingBatch.Ignored);
        targets[0] = expression.Value;
        return new Example(inputs, targets);
    }
}
