using KernelGen.Examples;
using KernelGen.Examples.Training;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Runs of the examples: what is stopped, or killed, goes on to the same bits.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private const int Steps = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void Stopped_run_goes_on_to_the_same_bits(int stopAfter)
    {
        var (losses, weights) = Straight();

        using (var first = Trainer())
        using (var stop = new CancellationTokenSource())
        {
            var run = Run(first, "stopped", step =>
            {
                if (step == stopAfter - 1)
                {
                    stop.Cancel();
                }
            });
            Assert.Equal(0, run.Resume());
            Assert.False(run.Run(new NoProgress(), "", stop.Token));
        }

        using var second = Trainer();
        var resumed = Run(second, "stopped");
        Assert.Equal(stopAfter, resumed.Resume());
        Assert.True(resumed.Run(new NoProgress(), "", default));
        Assert.Equal(losses, Losses(resumed));
        Assert.Equal(weights, Weights(second.Model));
    }

    [Fact]
    public void Killed_half_way_through_a_write_it_goes_on_from_the_checkpoint_before()
    {
        var (losses, weights) = Straight();
        for (var kill = 0; kill < 2; kill++)
        {
            using var trainer = Trainer();
            using var stop = new CancellationTokenSource();
            var run = Run(trainer, "killed", step =>
            {
                if (step == 3 + (4 * kill))
                {
                    stop.Cancel();
                }
            });
            run.Resume();
            run.Run(new NoProgress(), "", stop.Token);
        }

        // The newest is half there, as a disk that is suddenly without power may leave it.
        var newest = Directory.GetFiles(_folder, "killed*").Order().Last();
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..1000]);
        File.WriteAllBytes(newest.Replace(".checkpoint", ".checkpoint.new", StringComparison.Ordinal), [1, 2, 3]);

        using var last = Trainer();
        var resumed = Run(last, "killed");
        Assert.Equal(4, resumed.Resume());
        Assert.True(resumed.Run(new NoProgress(), "", default));
        Assert.Equal(losses, Losses(resumed));
        Assert.Equal(weights, Weights(last.Model));
    }

    [Fact]
    public void Complete_run_does_nothing_more()
    {
        using (var trainer = Trainer())
        {
            Assert.True(Run(trainer, "complete").Run(new NoProgress(), "", default));
        }

        using var again = Trainer();
        var run = Run(again, "complete", step => Assert.Fail($"Step {step} was done again."));
        Assert.Equal(Steps, run.Resume());
        Assert.True(run.IsComplete);
        Assert.True(run.Run(new NoProgress(), "", default));
    }

    [Fact]
    public void Rate_rises_and_falls()
    {
        var settings = new OptimizerSettings(Steps: 100, Rate: 2, WarmUp: 10, LastShare: 0.1);
        Assert.Equal(0.2, settings.RateAt(0), 12);
        Assert.Equal(2, settings.RateAt(9), 12);
        Assert.Equal(2, settings.RateAt(10), 12);
        Assert.Equal(1.1, settings.RateAt(55), 12);
        Assert.Equal(0.2, settings.RateAt(100), 12);
        Assert.Equal(0.2, settings.RateAt(1000), 12);
    }

    private (double[] Losses, float[] Weights) Straight()
    {
        using var trainer = Trainer();
        var run = Run(trainer, "straight");
        Assert.True(run.Run(new NoProgress(), "", default));
        var losses = Losses(run);
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.NotEqual(losses[0], losses[^1]);
        return (losses, Weights(trainer.Model));
    }

    private TrainingRun Run(Trainer trainer, string name, Action<long>? beforeStep = null) => new(
        trainer, Steps, new RunSettings(EvaluateEvery: 1, SaveEverySeconds: 1e9),
        step =>
        {
            beforeStep?.Invoke(step);
            return SmallModels.Batch(step);
        },
        model => new Dictionary<string, double> { ["norm"] = Weights(model).Sum(x => (double)x * x) },
        new CheckpointStore(_folder, name));

    // Projections are drawn anew on the way, and gradients are clipped: all that a checkpoint has to hold.
    private static Trainer Trainer() => new(
        SmallModels.Create(causal: true, layer =>
            new KernelSelfAttention(new CausalFavor(seed: 3), SmallModels.Settings(true), new RedrawSchedule(5, (ulong)layer))),
        new OptimizerSettings(Steps, Rate: 1e-2, WarmUp: 3, ClipNorm: 0.5));

    private static double[] Losses(TrainingRun run) => [.. run.Curve.Skip(1).Select(point => point.TrainingLoss)];

    private static float[] Weights(Transformer model) => [.. model.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];

    private sealed class NoProgress : IJobProgress
    {
        public void Begin(string place, string stage)
        {
        }

        public void Done(double work)
        {
        }

        public void Drop(double work)
        {
        }
    }
}
