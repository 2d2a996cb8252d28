using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.Generate;

/// <summary>Trains the model, or takes the one that was trained before, and times its tokens.</summary>
internal sealed class Job(CharacterText text, Settings settings, CancellationToken stop) : IDisposable
{
    private Trainer? _trainer;

    /// <summary>Positions, for the progress bar.</summary>
    public double TimingWork => settings.Positions.Count + settings.ExactPositions.Count;

    /// <summary>The model; there is one after <see cref="Train"/>.</summary>
    public Transformer Model => _trainer?.Model ?? throw new InvalidOperationException("The model has not been trained.");

    /// <summary>Trains the model: what it scores on held-out text; null where it was stopped.</summary>
    public Answers? Train(IJobProgress progress)
    {
        TorchThreads.Use(settings.Threads);
        _trainer = new Trainer(
            TextModel.Create(exact: false, text.Vocabulary, settings.Seed),
            new OptimizerSettings(settings.Steps, Rate: 2e-3, WarmUp: Math.Clamp(settings.Steps / 10, 1, 100)));
        var held = text.HeldBatch(rows: 32, Settings.Length);
        var run = new TrainingRun(
            _trainer, settings.Steps, new RunSettings(Math.Max(1, settings.Steps / 10)),
            step => text.Batch(Settings.Rows, Settings.Length, settings.Seed, step),
            model => new Dictionary<string, double> { ["loss"] = Answers.Of(model, held).Loss },
            new CheckpointStore(settings.Folder, FormattableString.Invariant($"favor-{Settings.Length}-{settings.Steps}-{settings.Seed}")));
        progress.Done(run.Resume());
        return run.Run(progress, "training", stop) ? Answers.Of(_trainer.Model, held) : null;
    }

    /// <summary>The times of tokens, of the model and of one with exact attention, whose weights do not matter to them.</summary>
    public (IReadOnlyList<StepTime> Favor, IReadOnlyList<StepTime> Exact) Time(IJobProgress progress)
    {
        using var exact = TextModel.Create(exact: true, text.Vocabulary, settings.Seed);
        exact.eval();
        return (Times("FAVOR+", settings.Positions, Model), Times("exact", settings.ExactPositions, exact));

        IReadOnlyList<StepTime> Times(string name, IReadOnlyList<int> positions, Transformer model) =>
        [
            .. positions.Select(position =>
            {
                progress.Begin(name, FormattableString.Invariant($"tokens after {position:N0}"));
                var time = StepTimes.At(position, model, text);
                progress.Done(1);
                return time;
            }),
        ];
    }

    public void Dispose() => _trainer?.Dispose();
}
