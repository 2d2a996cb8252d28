using System.Diagnostics;
using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.LongRange;

/// <summary>Trains and tests a model by a plan.</summary>
internal sealed class ModelRun(RunPlan plan, LongRangeTask task)
{
    private const int TimedSteps = 3, Tests = 5;
    private const double Rate = 2e-3;

    private readonly IReadOnlyList<Example> _held = HeldOf(plan, task);

    /// <summary>The held-out examples of a plan.</summary>
    public static IReadOnlyList<Example> HeldOf(RunPlan plan, LongRangeTask task) =>
        task.Held(Math.Max(4, plan.HeldTokens / plan.Length), plan.Length);

    /// <summary>The whole run.</summary>
    public RunResult Run()
    {
        using var trainer = Train(out var result);
        return result;
    }

    /// <summary>As <see cref="Run"/>, and the model with its optimiser.</summary>
    public Trainer Train(out RunResult result)
    {
        TorchThreads.Use(plan.Threads);
        List<(int Length, int Steps)> stages =
            [.. plan.Stages.Select(stage => (stage.Length, plan.Budget.StepsOf(stage.Share, () => SecondsOfStep(stage.Length))))];
        var trainer = Create(stages.Sum(stage => stage.Steps));
        result = Train(trainer, stages);
        return trainer;
    }

    private RunResult Train(Trainer trainer, IReadOnlyList<(int Length, int Steps)> stages)
    {
        var (steps, seconds, tokens) = (stages.Sum(stage => stage.Steps), 0.0, 0L);
        var curve = new List<RunPoint>();
        foreach (var (length, count) in stages)
        {
            for (var i = 0; i < count; i++)
            {
                var batch = Batch(length, trainer.Steps);
                var start = Stopwatch.GetTimestamp();
                var loss = trainer.Step(batch);
                seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                tokens += batch.Lengths?.Sum() ?? (batch.Rows * batch.Length);
                if (!double.IsFinite(loss))
                {
                    return Result(score: null);
                }

                // A test after each fifth of the steps.
                var done = (int)trainer.Steps;
                if (done < steps && done * Tests / steps > (done - 1) * Tests / steps)
                {
                    curve.Add(new RunPoint(done, seconds, Score(trainer.Model, [.. _held.Where((_, at) => at % 4 == 0)])));
                }
            }
        }

        var last = Score(trainer.Model, _held);
        curve.Add(new RunPoint(steps, seconds, last));
        return Result(double.IsFinite(last) ? last : null);

        RunResult Result(double? score) => new(
            score, (int)trainer.Steps, seconds, tokens / seconds, Process.GetCurrentProcess().PeakWorkingSet64,
            [.. curve.Where(point => double.IsFinite(point.Score))]);
    }

    private double Score(Transformer model, IReadOnlyList<Example> examples) =>
        task.Score.Of(Testing.Of(model, examples, plan.RowsOf(plan.Length)));

    private TrainingBatch Batch(int length, long step) => task.Batch(plan.RowsOf(length), length, plan.Seed, step, plan.Examples);

    private Trainer Create(int steps) => new(
        LongRangeModel.Create(task, AllAttentions.Named(plan.Attention), plan.Layers, plan.Seed),
        new OptimizerSettings(steps, Rate, WarmUp: Math.Clamp(steps / 10, 1, 100)));

    /// <summary>
    /// The median time of a step, of a model that is thrown away: so the run itself knows its steps, and its rates, from the start.
    /// </summary>
    private double SecondsOfStep(int length)
    {
        using var trainer = Create(steps: 100);
        var times = new List<double>();
        for (var step = 0; step <= TimedSteps; step++)
        {
            var batch = Batch(length, step);
            var start = Stopwatch.GetTimestamp();
            _ = trainer.Step(batch);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        // The first one is slower: code is compiled, memory is taken.
        return times.Skip(1).Order().ElementAt(TimedSteps / 2);
    }
}
