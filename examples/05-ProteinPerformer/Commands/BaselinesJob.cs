namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Scores all baselines in both settings and both tasks.</summary>
internal sealed class BaselinesJob(ProteinSet proteins, BaselinesSettings settings)
{
    // The nearest neighbours say most.
    private static readonly int[] Reaches = [1, 2, 4, 6, 8, 12, 16, 24];

    private static readonly PredictionTask[] Tasks = [new MaskedTask(), new NextResidueTask()];

    private readonly IReadOnlyList<byte[]> _training = [.. proteins.Split.Training.Select(protein => proteins.Residues[protein])];

    /// <summary>Tables, for the progress bar.</summary>
    public double Work => Tasks.Length * (Reaches.Length + 1.0 + settings.ContextLengths.Count);

    /// <summary>Runs it all.</summary>
    public IReadOnlyList<BaselineTable> Run(IJobProgress progress)
    {
        var tables = new List<BaselineTable>();
        foreach (PredictionTask task in Tasks)
        {
            NaiveBayes bayes = BestReach(task, progress);
            tables.Add(Table(task, BaselineTable.Single, bayes, progress));
            foreach (int length in settings.ContextLengths)
            {
                tables.Add(Table(task, length, bayes, progress));
            }
        }

        return tables;
    }

    /// <summary>The counting model with the reach that is best on single proteins for validation.</summary>
    private NaiveBayes BestReach(PredictionTask task, IJobProgress progress)
    {
        IReadOnlyList<Batch> validation = Batches(task, BaselineTable.Single, proteins.Split.Validation);
        (NaiveBayes Model, double Accuracy)[] models = new (NaiveBayes, double)[Reaches.Length];
        for (int i = 0; i < Reaches.Length; i++)
        {
            progress.Begin($"{task.Name}: counting", FormattableString.Invariant($"{Reaches[i]} neighbours"));
            var model = new NaiveBayes(_training, Reaches[i], bothSides: task.Offset == 0);
            models[i] = (model, BaselineEvaluation.Run(model, task, validation, settings.Threads).All.Accuracy);
            progress.Done(1);
        }

        return models.MaxBy(model => model.Accuracy).Model;
    }

    private BaselineTable Table(PredictionTask task, int contextLength, NaiveBayes bayes, IJobProgress progress)
    {
        string rows = contextLength == BaselineTable.Single ? "single proteins" : FormattableString.Invariant($"contexts of {contextLength:N0}");
        progress.Begin($"{task.Name}: {rows}", "weighing matches");
        Matcher matcher = task.Offset == 0 ? new MatchAround() : new MatchBefore();
        var frequencies = new ResidueFrequencies(_training);
        Baseline[] baselines =
        [
            frequencies, bayes, new LongestMatch(matcher, frequencies), new WeighedMatch(matcher, bayes, Learned(task, contextLength), task),
        ];

        var scores = new List<BaselineScores>();
        foreach ((string list, IReadOnlyList<int> targets) in proteins.Split.HeldOut)
        {
            progress.Begin($"{task.Name}: {rows}", list);
            IReadOnlyList<Batch> batches = Batches(task, contextLength, targets);
            scores.AddRange(baselines.Select(baseline =>
                new BaselineScores(list, baseline, BaselineEvaluation.Run(baseline, task, batches, settings.Threads))));
        }

        progress.Done(1);
        return new BaselineTable(task.Name, contextLength, scores);
    }

    private IReadOnlyList<Batch> Batches(PredictionTask task, int contextLength, IReadOnlyList<int> list)
    {
        IReadOnlyList<int> targets = EvaluationContexts.Sample(list, settings.Targets, settings.Seed);
        return EvaluationBatches.Of(
            task,
            contextLength == BaselineTable.Single
                ? SingleProteins.Of(proteins, targets, BaselinesSettings.SingleLength)
                : EvaluationContexts.Of(proteins, targets, contextLength, settings.MostRelatives),
            size: 1);
    }

    /// <summary>Some batches of training proteins.</summary>
    private IEnumerable<Batch> Learned(PredictionTask task, int contextLength)
    {
        TrainingBatches batches = contextLength == BaselineTable.Single
            ? new SingleProteinBatches(proteins, task, BaselinesSettings.SingleLength, rows: 1, settings.Seed)
            : new ContextBatches(proteins, task, contextLength, rows: 1, settings.Seed);
        int tokens = 0;
        for (int position = 0; position < batches.Count(0) && tokens < settings.WeighedTokens; position++)
        {
            Batch batch = batches.Get(new BatchPlace(0, position));
            tokens += batch.Lengths.Sum();
            yield return batch;
        }
    }
}
