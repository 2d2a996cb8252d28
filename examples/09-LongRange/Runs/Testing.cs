using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>Scores of a model on examples, a batch of a few at a time, so that a test takes no more memory than a step.</summary>
internal static class Testing
{
    /// <summary>The answers to all questions of some examples.</summary>
    /// <param name="model">Put into evaluation mode.</param>
    /// <param name="examples">At least one.</param>
    /// <param name="rows">Examples of a batch.</param>
    public static Answers Of(Transformer model, IReadOnlyList<Example> examples, int rows)
    {
        var (loss, correct, asked) = (0.0, 0.0, 0L);
        foreach (var chunk in examples.Chunk(rows))
        {
            var batch = LongRangeTask.BatchOf(chunk);
            var questions = batch.Targets.LongCount(target => target != TrainingBatch.Ignored);
            var answers = Answers.Of(model, batch);
            (loss, correct, asked) = (loss + (questions * answers.Loss), correct + (questions * answers.Accuracy), asked + questions);
        }

        return new Answers(loss / asked, correct / asked);
    }
}
