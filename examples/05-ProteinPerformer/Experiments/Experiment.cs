using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Trains the models one after the other, each from its last checkpoint, and scores them.</summary>
internal sealed class Experiment
{
    private readonly ExperimentSettings _settings;
    private readonly ProteinSet _proteins;
    private readonly CancellationToken _stop;
    private readonly IReadOnlyList<Batch> _validation;
    private readonly Dictionary<string, IReadOnlyList<Batch>> _heldOut;

    public Experiment(ProteinSet proteins, ExperimentSettings settings, CancellationToken stop)
    {
        (_proteins, _settings, _stop) = (proteins, settings, stop);
        _validation = Held(proteins.Split.Validation, ExperimentSettings.ValidationTargets, batch: settings.Rows);
        _heldOut = proteins.Split.HeldOut.Skip(1)
            .ToDictionary(list => list.Name, list => Held(list.Proteins, settings.Targets, batch: settings.Rows));
    }

    /// <summary>Steps, for the progress bar.</summary>
    public double Work => (double)_settings.Models.Count() * _settings.Steps;

    /// <summary>Runs it all, or until it is stopped.</summary>
    public ExperimentResult Run(IJobProgress progress)
    {
        TorchThreads.Use(_settings.Threads);
        progress.Begin("baselines", "counting residues");
        IReadOnlyList<BaselineResult> baselines = [.. Baselines().Select(baseline => new BaselineResult(
            baseline,
            _heldOut.ToDictionary(
                list => list.Key, list => BaselineEvaluation.Run(baseline, _settings.Task, list.Value, _settings.Threads))))];
        IReadOnlyList<ReferenceLine> levels =
        [
            .. from baseline in baselines.Select(result => result.Baseline)
               where baseline.IsDistribution
               let counted = Counted(BaselineEvaluation.Run(baseline, _settings.Task, _validation, _settings.Threads))
               select new ReferenceLine(baseline.Name, counted.LogLoss / counted.Count),
        ];
        var models = new List<ModelResult>();
        foreach (var model in _settings.Models)
        {
            if (_stop.IsCancellationRequested || Train(model, progress) is not { } result)
            {
                return new ExperimentResult(baselines, levels, models, WasStopped: true);
            }

            models.Add(result);
        }

        return new ExperimentResult(baselines, levels, models, WasStopped: false);
    }

    /// <summary>Null where it was stopped.</summary>
    private ModelResult? Train(ModelSettings model, IJobProgress progress)
    {
        using var trainer = new Trainer(
            ProteinModel.Create(model, ExperimentSettings.RedrawEvery),
            new OptimizerSettings(_settings.Steps, _settings.Rate, _settings.WarmUp));
        TrainingBatches batches = _settings.Relatives
            ? new ContextBatches(_proteins, _settings.Task, _settings.Length, _settings.Rows, model.Seed)
            : new SingleProteinBatches(_proteins, _settings.Task, _settings.Length, _settings.Rows, model.Seed);
        var places = new BatchPlaces(batches);
        var run = new TrainingRun(
            trainer, _settings.Steps, new RunSettings(_settings.EvaluateEvery), step => ForTorch.Of(batches.Get(places.Of(step))), Evaluate,
            new CheckpointStore(_settings.Folder, _settings.NameOf(model)));
        progress.Done(run.Resume());
        if (!run.Run(progress, FormattableString.Invariant($"{model.Attention}, seed {model.Seed}"), _stop))
        {
            return null;
        }

        trainer.Model.eval();
        return new ModelResult(
            model, run.Curve, _heldOut.ToDictionary(list => list.Key, list => ModelEvaluation.Run(trainer.Model, list.Value)),
            model.Attention == ModelAttention.Exact
                ? Sharpness.Of(trainer.Model, Rows(_proteins.Split.Validation, ExperimentSettings.ValidationTargets))
                : []);
    }

    private Dictionary<string, double> Evaluate(Transformer model)
    {
        var counted = Counted(ModelEvaluation.Run(model, _validation));
        return new Dictionary<string, double>
        {
            [CurveNames.Loss] = counted.LogLoss / counted.Count,
            [CurveNames.Accuracy] = counted.Accuracy,
        };
    }

    private Score Counted(RelativeScores scores) => _settings.Relatives ? scores.WithRelatives : scores.All;

    private IReadOnlyList<Batch> Held(IReadOnlyList<int> list, int targets, int batch) =>
        EvaluationBatches.Of(_settings.Task, Rows(list, targets), batch);

    private IReadOnlyList<Row> Rows(IReadOnlyList<int> list, int targets)
    {
        var sample = EvaluationContexts.Sample(list, targets, seed: 1);
        return _settings.Relatives
            ? EvaluationContexts.Of(_proteins, sample, _settings.Length, ExperimentSettings.MostRelatives)
            : SingleProteins.Of(_proteins, sample, _settings.Length);
    }

    private Baseline[] Baselines()
    {
        IReadOnlyList<byte[]> training = [.. _proteins.Split.Training.Select(protein => _proteins.Residues[protein])];
        var frequencies = new ResidueFrequencies(training);
        var isMasked = _settings.Task.Offset == 0;
        var bayes = new NaiveBayes(training, reach: 32, weight: 0.5, bothSides: isMasked);
        Matcher matcher = isMasked ? new MatchAround() : new MatchBefore();
        return _settings.Relatives ? [frequencies, bayes, new LongestMatch(matcher, frequencies)] : [frequencies, bayes];
    }
}
