using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.LongRange;

/// <summary>
/// A model of text is trained with exact attention; then its weights, unchanged, go into models with FAVOR+: how far are they off, layer by
/// layer, and does training make it worse?
/// </summary>
internal sealed class DepthQuestion : Question
{
    private const int Layers = 4, Rows = 4;

    private static readonly (string Attention, string Label, string Colour)[] Exchanged =
    [
        ("favor-16", "16 features", "#c1440e"),
        ("favor", "64 features", "#0b62a4"),
        ("favor-256", "256 features", "#2e8540"),
    ];

    private readonly RunFile<DepthErrors> _file;
    private readonly LongRangeTask _task;
    private readonly IReadOnlyList<RunPlan> _plans;
    private readonly CancellationToken _stop;

    /// <param name="settings">What all commands are told.</param>
    /// <param name="stop">Ctrl-C; a model that is being trained is finished first.</param>
    public DepthQuestion(JobSettings settings, CancellationToken stop)
    {
        _stop = stop;
        _file = new RunFile<DepthErrors>(settings.Folder, "depth.jsonl");
        _task = AllTasks.Create("characters", settings.Planner.TextPath);
        _plans = settings.Planner.Plans(_task, "exact", Layers);
    }

    /// <inheritdoc/>
    public override string Text => "How does the error of FAVOR+ grow with depth, before and after training?";

    /// <inheritdoc/>
    public override int Left => _plans.Count(plan => !IsDone(plan));

    /// <inheritdoc/>
    public override bool HasResults => Left < _plans.Count;

    /// <inheritdoc/>
    public override bool Answer(IJobProgress progress)
    {
        foreach (var plan in _plans.Where(plan => !IsDone(plan)))
        {
            if (_stop.IsCancellationRequested)
            {
                return false;
            }

            progress.Begin(FormattableString.Invariant($"depth, seed {plan.Seed}"), "training with exact attention");
            Measure(plan);
            progress.Done(1);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Print(Printer printer) => printer.Table(
        ["<\n", "<model\nis", "<error\nof", .. Enumerable.Range(1, Layers).Select(layer => $"layer\n{layer}")],
        from side in Exchanged
        from isTrained in (bool[])[false, true]
        from isHidden in (bool[])[false, true]
        select (string[])
        [
            side.Label, isTrained ? "trained" : "new", isHidden ? "all so far" : "its attention",
            .. Mean(side.Attention, isTrained, isHidden).Select(Printer.Percent),
        ]);

    /// <inheritdoc/>
    public override string Plot()
    {
        var plot = new LogPlot(
            "Exact attention exchanged for FAVOR+: errors against depth",
            "relative errors of what a block gives, all blocks before it exchanged too; full: trained, dashed: before training",
            "block", "relative error (log scale)")
        {
            LinearX = true,
            DecadeText = LogPlot.Percent,
        };
        foreach (var isTrained in (bool[])[true, false])
        {
            foreach (var (attention, label, colour) in Exchanged)
            {
                plot.Add(new PlotSeries(
                    $"{label}, {(isTrained ? "trained" : "new")}", colour, isTrained ? LineStyle.Full : LineStyle.Dashed,
                    [.. Mean(attention, isTrained, isHidden: true).Select((error, layer) => (layer + 1.0, error))]));
            }
        }

        return plot.ToSvg();
    }

    private bool IsDone(RunPlan plan) => _file.Lines.Any(line => line.Plan == plan);

    private void Measure(RunPlan plan)
    {
        // Loads libtorch, before anything else of TorchSharp.
        TorchThreads.Use(plan.Threads);
        var held = LongRangeTask.BatchOf([.. _task.Held(Rows, plan.Length)]);
        var errors = new List<DepthErrors>();
        using (var untrained = LongRangeModel.Create(_task, AllAttentions.Named(plan.Attention), plan.Layers, plan.Seed))
        {
            Compare(untrained, isTrained: false);
        }

        using (var trainer = new ModelRun(plan, _task).Train(out _))
        {
            Compare(trainer.Model, isTrained: true);
        }

        // All or none: a plan with a line is done.
        errors.ForEach(_file.Add);

        void Compare(Transformer exact, bool isTrained)
        {
            foreach (var (attention, _, _) in Exchanged)
            {
                using var other = LongRangeModel.Create(_task, AllAttentions.Named(attention), plan.Layers, plan.Seed);
                LongRangeModel.CopyWeights(exact, other);
                var (ofLayer, ofHidden) = DepthMeasurement.Of(exact, other, held);
                errors.Add(new DepthErrors(plan, isTrained, attention, ofLayer, ofHidden));
            }
        }
    }

    /// <summary>The mean of all seeds, layer by layer.</summary>
    private double[] Mean(string attention, bool isTrained, bool isHidden)
    {
        List<IReadOnlyList<double>> lines =
        [
            .. _file.Lines.Where(line => _plans.Contains(line.Plan) && line.Attention == attention && line.IsTrained == isTrained)
                .Select(line => isHidden ? line.OfHidden : line.OfLayer),
        ];
        return [.. Enumerable.Range(0, Layers).Select(layer => lines.Average(line => line[layer]))];
    }
}
