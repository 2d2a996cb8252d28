using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>
/// Trains a model with exact attention, gives its weights to models with linear attention, and trains those on; each run from its last
/// checkpoint.
/// </summary>
internal sealed class TransferJob(CharacterText text, TransferSettings settings, CancellationToken stop)
{
    private readonly TrainingBatch _held = text.HeldBatch(TransferSettings.HeldRows, TransferSettings.Length);

    /// <summary>Steps, for the progress bar.</summary>
    public double Work =>
        settings.Seeds.Count * (settings.Steps + ((double)Enum.GetValues<ModelAttention>().Length * settings.TuningSteps));

    /// <summary>The results of the seeds that are complete, and whether those are all.</summary>
    public (IReadOnlyList<TransferResult> Results, bool IsComplete) Run(IJobProgress progress)
    {
        TorchThreads.Use(settings.Threads);
        var results = new List<TransferResult>();
        foreach (var seed in settings.Seeds)
        {
            if (Transfer(seed, progress) is not { } result)
            {
                return (results, false);
            }

            results.Add(result);
        }

        return (results, true);
    }

    /// <summary>Null where it was stopped.</summary>
    private TransferResult? Transfer(int seed, IJobProgress progress)
    {
        using var pretrained = new Trainer(
            TextModel.Create(ModelAttention.Exact, text.Vocabulary, seed),
            new OptimizerSettings(settings.Steps, settings.Rate, WarmUp: Math.Clamp(settings.Steps / 10, 1, 100)));
        var name = FormattableString.Invariant($"pretrained-{settings.Steps}-{seed}");
        if (Train(
            pretrained, settings.Steps, Math.Max(1, settings.Steps / 20), seed, offset: 0, name, $"exact, seed {seed}",
            progress) is not { } pretraining)
        {
            return null;
        }

        pretrained.Model.eval();
        var lambdas = Calibration.Lambdas(pretrained.Model, text.Batch(TransferSettings.Rows, TransferSettings.Length, seed, step: 0));
        var tuning = new Dictionary<ModelAttention, IReadOnlyList<CurvePoint>>();
        foreach (var attention in Enum.GetValues<ModelAttention>())
        {
            var model = TextModel.Create(attention, text.Vocabulary, seed, TransferSettings.RedrawEvery, lambdas);
            TextModel.CopyWeights(pretrained.Model, model);
            using var trainer = new Trainer(
                model, new OptimizerSettings(settings.TuningSteps, settings.TuningRate, WarmUp: 1, LastShare: 0.5));
            var tuned = FormattableString.Invariant(
                $"tuned-{settings.Steps}-{settings.TuningSteps}-{attention.ToString().ToLowerInvariant()}-{seed}");
            if (Train(
                trainer, settings.TuningSteps, settings.TuningEvery, seed, settings.Steps, tuned, $"{attention}, seed {seed}",
                progress) is not { } curve)
            {
                return null;
            }

            tuning.Add(attention, curve);
        }

        return new TransferResult(seed, pretraining, lambdas, tuning);
    }

    /// <summary>The curve of a run; null where it was stopped.</summary>
    /// <param name="offset">The steps before the first: models that go on read what the first one has not read.</param>
    private IReadOnlyList<CurvePoint>? Train(
        Trainer trainer, int steps, int evaluateEvery, int seed, int offset, string name, string place, IJobProgress progress)
    {
        var run = new TrainingRun(
            trainer, steps, new RunSettings(evaluateEvery),
            step => text.Batch(TransferSettings.Rows, TransferSettings.Length, seed, offset + step),
            Evaluate, new CheckpointStore(settings.Folder, name));
        progress.Done(run.Resume());
        return run.Run(progress, place, stop) ? run.Curve : null;
    }

    private Dictionary<string, double> Evaluate(Transformer model)
    {
        var answers = Answers.Of(model, _held);
        return new Dictionary<string, double> { [CurveNames.Loss] = answers.Loss, [CurveNames.Accuracy] = answers.Accuracy };
    }
}
