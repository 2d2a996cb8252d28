using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Examples.Training;

/// <summary>
/// All steps of a model, with evaluations between them, and checkpoints from which a run that was stopped or killed goes on: the batch of a
/// step and what is drawn in it depend on the step alone, so that it computes what it would have.
/// </summary>
/// <param name="trainer">The model and its optimiser.</param>
/// <param name="steps">The steps of the run.</param>
/// <param name="settings">When to evaluate and save.</param>
/// <param name="batch">The batch of a step, the first being 0.</param>
/// <param name="evaluate">Scores of the model as it is, by name.</param>
/// <param name="store">Where checkpoints go.</param>
internal sealed class TrainingRun(
    Trainer trainer, int steps, RunSettings settings, Func<long, TrainingBatch> batch,
    Func<Transformer, IReadOnlyDictionary<string, double>> evaluate, CheckpointStore store)
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private List<CurvePoint> _curve = [];
    private double _seconds;
    private (double Sum, int Count) _losses;

    /// <summary>What was measured so far, first to last.</summary>
    public IReadOnlyList<CurvePoint> Curve => _curve;

    /// <summary>Whether all steps are done and evaluated.</summary>
    public bool IsComplete => trainer.Steps >= steps && _curve.Count > 0 && _curve[^1].Step == steps;

    /// <summary>Takes up where the last checkpoint left off; does nothing where there is none.</summary>
    /// <returns>The steps that are done.</returns>
    /// <exception cref="JobException">The checkpoints are damaged, or of another program.</exception>
    public long Resume()
    {
        if (store.Load() is { } checkpoint)
        {
            trainer.Load(checkpoint);
            var state = JsonSerializer.Deserialize<State>(checkpoint["run"], Json)
                ?? throw new JobException("The checkpoint holds no state of a run. Delete it to start a new one.");
            (_curve, _seconds, _losses) = ([.. state.Curve], state.Seconds, (state.LossSum, state.LossCount));
        }

        return trainer.Steps;
    }

    /// <summary>Goes on to the last step.</summary>
    /// <param name="progress">A unit of work for each step.</param>
    /// <param name="place">What the run is called beside its progress.</param>
    /// <param name="stop">Ends it after the step that is running, with a checkpoint.</param>
    /// <returns>Whether the run is complete; otherwise it was stopped.</returns>
    public bool Run(IJobProgress progress, string place, CancellationToken stop)
    {
        if (_curve.Count == 0)
        {
            Evaluate(progress, place);
        }

        var sinceSave = Stopwatch.StartNew();
        while (trainer.Steps < steps && !stop.IsCancellationRequested)
        {
            if (trainer.Steps % 10 == 0)
            {
                // The place changes with each evaluation: so often a log gets a line.
                progress.Begin(
                    FormattableString.Invariant($"{place}, from step {_curve[^1].Step:N0} on"),
                    _losses.Count == 0 ? "training" : FormattableString.Invariant($"loss {_losses.Sum / _losses.Count:F3}"));
            }

            var start = Stopwatch.GetTimestamp();
            var loss = trainer.Step(batch(trainer.Steps));
            _seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!double.IsFinite(loss))
            {
                throw new JobException(
                    FormattableString.Invariant($"The loss of step {trainer.Steps} of {place} is {loss}: lower the learning rate."));
            }

            _losses = (_losses.Sum + loss, _losses.Count + 1);
            progress.Done(1);
            if (trainer.Steps % settings.EvaluateEvery == 0 || trainer.Steps == steps)
            {
                Evaluate(progress, place);
            }

            if (sinceSave.Elapsed.TotalSeconds > settings.SaveEverySeconds)
            {
                Save();
                sinceSave.Restart();
            }
        }

        Save();
        return IsComplete;
    }

    private void Evaluate(IJobProgress progress, string place)
    {
        progress.Begin(place, "evaluating");
        trainer.Model.eval();
        _curve.Add(new CurvePoint(trainer.Steps, _seconds, _losses.Sum / _losses.Count, evaluate(trainer.Model)));
        _losses = default;
    }

    private void Save()
    {
        var blobs = new Dictionary<string, byte[]>();
        trainer.Save(blobs);
        blobs["run"] = JsonSerializer.SerializeToUtf8Bytes(new State(_curve, _seconds, _losses.Sum, _losses.Count), Json);
        _ = store.Save(blobs);
    }

    private sealed record State(IReadOnlyList<CurvePoint> Curve, double Seconds, double LossSum, int LossCount);
}
