namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Scores all baselines in both settings and both tasks.</summary>
internal sealed class BaselinesJob(ProteinSet proteins, BaselinesSettings settings)
{
    private static readonly int[] Reaches = [2, 8, 32];
    private static readonly double[] Weights = [0.25, 0.5, 1];

    private static readonly PredictionTask[] Tasks = [new MaskedTask(), new NextResidueTask()];

    private readonly IReadOnlyList<byte[]> _training = [.. proteins.Split.Training.Select(protein => proteins.Residues[protein])];
    private readonly List<NeighbourScore> _neighbours = [];
    private readonly List<BaselineTable> _tables = [];
    private readonly List<RelativesTable> _relatives = [];

    /// <summary>Tables, for the progress bar.</summary>
    public double Work => Tasks.Length * (1 + 1 + settings.ContextLengths.Count + 1);

    /// <summary>Runs it all.</summary>
    public BaselinesResult Run(IJobProgress progress)
    {
        foreach (var task in Tasks)
        {
            Stage($"{task.Name}: counting neighbours", () => _neighbours.AddRange(
                Reaches.SelectMany(reach => Weights.Select(weight => Neighbours(task, reach, weight)))));
            var bayes = _neighbours.Where(score => score.Task == task.Name).MinBy(score => score.Score.Perplexity)!.Model;
            Stage($"{task.Name}: single proteins", () => _tables.Add(OfSingle(task, bayes)));
            foreach (var length in settings.ContextLengths)
            {
                Stage(FormattableString.Invariant($"{task.Name}: contexts of {length:N0}"), () =>
                    _tables.Add(OfContexts(task, bayes, length)));
            }

            Stage($"{task.Name}: fewer and more relatives", () => _relatives.Add(OfRelatives(task, bayes)));
        }

        IReadOnlyList<EpochSummary> epochs =
            [.. settings.ContextLengths.Select(length => EpochSummary.Of(proteins, length, settings.Seed))];
        return new BaselinesResult(epochs, _neighbours, _tables, _relatives);

        void Stage(string name, Action work)
        {
            progress.Begin(name, "counting residues");
            work();
            progress.Done(1);
        }
    }

    private NeighbourScore Neighbours(PredictionTask task, int reach, double weight)
    {
        var model = new NaiveBayes(_training, reach, weight, bothSides: task.Offset == 0);
        return new NeighbourScore(task.Name, model, Score(model, task, SingleRows(proteins.Split.Validation)).All);
    }

    private BaselineTable OfSingle(PredictionTask task, NaiveBayes bayes)
    {
        var training = new SingleProteinBatches(proteins, task, BaselinesSettings.SingleLength, rows: 1, settings.Seed);
        return Table(
            $"{task.Name}, single proteins of up to {BaselinesSettings.SingleLength} tokens", false, task,
            All(task, bayes, training), SingleRows);
    }

    private BaselineTable OfContexts(PredictionTask task, NaiveBayes bayes, int length)
    {
        var training = new ContextBatches(proteins, task, length, rows: 1, settings.Seed);
        return Table(
            FormattableString.Invariant($"{task.Name}, contexts of {length:N0} tokens"),
            true,
            task,
            All(task, bayes, training),
            list => EvaluationContexts.Of(proteins, Sample(list), length, BaselinesSettings.MostRelatives));
    }

    private BaselineTable Table(
        string title, bool byRelatives, PredictionTask task, Baseline[] baselines,
        Func<IReadOnlyList<int>, IReadOnlyList<Row>> rows) => new(
            title,
            byRelatives,
            [
                .. from list in proteins.Split.HeldOut
                   let its = rows(list.Proteins)
                   from baseline in baselines
                   select new BaselineScores(list.Name, baseline, Score(baseline, task, its)),
            ]);

    private RelativesTable OfRelatives(PredictionTask task, NaiveBayes bayes)
    {
        var length = settings.ContextLengths[^1];
        var caps = BaselinesSettings.RelativeCaps;
        var baselines = All(task, bayes, new ContextBatches(proteins, task, length, rows: 1, settings.Seed));
        var rows = new List<RelativesRow>();
        foreach (var (name, list) in proteins.Split.HeldOut)
        {
            var targets = Sample(EvaluationContexts.WithRelatives(proteins, list, length, caps[^1]));
            IReadOnlyList<Row>[] contexts = [.. caps.Select(most => EvaluationContexts.OfEach(proteins, targets, length, most))];
            rows.AddRange(baselines.Select(baseline => new RelativesRow(
                name, baseline, targets.Count, [.. contexts.Select(its => Score(baseline, task, its).All)])));
        }

        return new RelativesTable($"{task.Name}, the same proteins after 0 to {caps[^1]} of their relatives", caps, rows);
    }

    private Baseline[] All(PredictionTask task, NaiveBayes bayes, TrainingBatches training)
    {
        Matcher matcher = task.Offset == 0 ? new MatchAround() : new MatchBefore();
        var frequencies = new ResidueFrequencies(_training);
        return [frequencies, bayes, new LongestMatch(matcher, frequencies), new WeighedMatch(matcher, bayes, Some(training), task)];
    }

    private RelativeScores Score(Baseline baseline, PredictionTask task, IReadOnlyList<Row> rows) =>
        BaselineEvaluation.Run(baseline, task, EvaluationBatches.Of(task, rows, size: 1), settings.Threads);

    private IReadOnlyList<Row> SingleRows(IReadOnlyList<int> list) =>
        SingleProteins.Of(proteins, Sample(list), BaselinesSettings.SingleLength);

    private IReadOnlyList<int> Sample(IReadOnlyList<int> list) => EvaluationContexts.Sample(list, settings.Targets, settings.Seed);

    /// <summary>The first batches of a run, until they hold enough tokens.</summary>
    private IEnumerable<Batch> Some(TrainingBatches batches)
    {
        var tokens = 0;
        for (var position = 0; position < batches.Count(0) && tokens < settings.WeighedTokens; position++)
        {
            var batch = batches.Get(new BatchPlace(0, position));
            tokens += batch.Lengths.Sum();
            yield return batch;
        }
    }
}
