using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>How well a model answers a batch.</summary>
/// <param name="Loss">The mean cross entropy of the targets, in nats.</param>
/// <param name="Accuracy">The share of targets that got the highest score.</param>
internal sealed record Answers(double Loss, double Accuracy)
{
    /// <summary>Asks the model, which is put into evaluation mode.</summary>
    public static Answers Of(Transformer model, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        model.eval();
        var scores = model.call(tensor(batch.Inputs, [batch.Rows, batch.Length]), Trainer.LengthsOf(batch)).flatten(0, 1);
        var targets = tensor(batch.Targets);
        var loss = nn.functional.cross_entropy(scores, targets, ignore_index: TrainingBatch.Ignored);
        var correct = scores.argmax(-1).eq(targets).sum();
        return new Answers(
            loss.item<float>(), (double)correct.item<long>() / batch.Targets.Count(target => target != TrainingBatch.Ignored));
    }
}
