using System.Diagnostics;
using KernelGen.Bench.Roofline;
using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Bench.Torch.Training;

/// <summary>The measuring process of one width.</summary>
internal static class TrainingWorker
{
    private const int Seed = 1, WarmUpSteps = 2, LossSteps = 150, LossLength = 256, LossRows = 8;

    /// <summary>No round starts after this, once there are <see cref="MinimumRounds"/>.</summary>
    private const double BudgetSeconds = 12;

    private const int MinimumRounds = 3, MostRounds = 15;

    public static int Run(bool quick, IReadOnlyList<int> threads)
    {
        Say(new TrainingMessage { Width = VectorWidth.InForce });
        TorchThreads.Use(threads[0]);
        var text = CharacterText.ReadFile(Path.Combine(AppContext.BaseDirectory, "data", "shakespeare.txt"));
        foreach (var what in StepCase.All(quick, threads))
        {
            Say(new TrainingMessage { Progress = $"{Threads.Text(what.Threads)}, {what.Rows} × {what.Length:N0} tokens a step" });
            TorchThreads.Use(what.Threads);
            foreach (var row in Measure(what, text))
            {
                Say(new TrainingMessage { Row = row });
            }
        }

        Say(new TrainingMessage { Progress = $"losses of {LossSteps} steps" });
        Say(new TrainingMessage { Loss = Losses(text) });
        return 0;
    }

    private static List<StepRow> Measure(StepCase what, CharacterText text)
    {
        var variants = Enum.GetValues<StepVariant>();
        var trainers = variants.Select(variant => StepCase.Create(variant, text.Vocabulary, Seed)).ToList();
        try
        {
            for (var step = 0; step < WarmUpSteps; step++)
            {
                trainers.ForEach(trainer => trainer.Step(text.Batch(what.Rows, what.Length, Seed, step)));
            }

            var rounds = new List<double[]>();
            var clock = Stopwatch.StartNew();
            while (rounds.Count < MostRounds && (rounds.Count < MinimumRounds || clock.Elapsed.TotalSeconds < BudgetSeconds))
            {
                var round = new double[variants.Length];
                var batch = text.Batch(what.Rows, what.Length, Seed, WarmUpSteps + rounds.Count);
                for (var i = 0; i < variants.Length; i++)
                {
                    // Who goes first changes from round to round.
                    var variant = (i + rounds.Count) % variants.Length;
                    var start = Stopwatch.GetTimestamp();
                    _ = trainers[variant].Step(batch);
                    round[variant] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }

                rounds.Add(round);
            }

            return [.. variants.Select(variant => new StepRow(
                what, VectorWidth.InForce, variant,
                Statistics.Median(rounds.Select(round => round[(int)variant])) * 1e3,
                Statistics.Median(rounds.Select(round => round[(int)variant] / round[(int)StepVariant.Exact])),
                Statistics.Median(rounds.Select(round => 1 - (round[(int)StepVariant.None] / round[(int)variant])))))];
        }
        finally
        {
            trainers.ForEach(trainer => trainer.Dispose());
        }
    }

    private static LossRow Losses(CharacterText text)
    {
        using var ours = StepCase.Create(StepVariant.Exact, text.Vocabulary, Seed);
        using var torch = StepCase.Create(StepVariant.Torch, text.Vocabulary, Seed);
        var losses = Enumerable.Range(0, LossSteps).Select(step =>
        {
            var batch = text.Batch(LossRows, LossLength, Seed, step);
            return (Ours: ours.Step(batch), Torch: torch.Step(batch));
        }).ToList();
        return new LossRow(
            VectorWidth.InForce, LossSteps, losses[0].Ours, losses[^1].Ours, losses[^1].Torch,
            losses.Max(loss => Math.Abs(loss.Ours - loss.Torch)));
    }

    private static void Say(TrainingMessage message) => Console.WriteLine(message.ToLine());
}
