using KernelGen.Examples;
using KernelGen.Examples.LongRange;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>What is done is kept, and not done again.</summary>
public sealed class RunFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-long-range-").FullName;

    private string FilePath => Path.Combine(_folder, "runs.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Stopped_job_goes_on_with_the_run_that_was_stopped()
    {
        RunPlan[] plans = [Plan("exact"), Plan("window"), Plan("favor") with { Examples = 4 }, Plan("favor") with { FirstLength = 128 }];
        var started = new List<RunPlan>();
        using var stop = new CancellationTokenSource();
        var first = Job(plan =>
        {
            started.Add(plan);
            return started.Count == 3 ? null : Result(started.Count);
        });
        Assert.False(first.Run(new NoProgress(), stop.Token));
        Assert.Equal(2, first.Done.Count);

        var second = Job(plan =>
        {
            started.Add(plan);
            return Result(started.Count);
        });
        Assert.Equal(plans[2..], second.Left);
        Assert.True(second.Run(new NoProgress(), stop.Token));
        Assert.Equal([.. plans[..3], .. plans[2..]], started);
        Assert.Equal([1, 2, 4, 5], second.Done.Select(run => run.Result.Score!.Value));

        var third = Job(plan => throw new InvalidOperationException($"{plan} is done again."));
        Assert.Empty(third.Left);
        Assert.True(third.Run(new NoProgress(), stop.Token));

        RunJob Job(Func<RunPlan, RunResult?> start) => new(plans, new RunFile<FinishedRun>(_folder, "runs.jsonl"), start);
    }

    [Fact]
    public void Whatever_a_plan_says_makes_another_run()
    {
        var plan = Plan("exact");
        RunPlan[] others =
        [
            plan with { Task = "recall" }, plan with { Attention = "window" }, plan with { Seed = 2 }, plan with { Layers = 3 },
            plan with { Length = 9 }, plan with { TokensOfStep = 9 }, plan with { HeldTokens = 9 }, plan with { Threads = 9 },
            plan with { Budget = Budget.OfSteps(9) }, plan with { Budget = Budget.OfSeconds(9) }, plan with { Text = "other.txt" },
            plan with { FirstLength = 9 }, plan with { Examples = 9 },
        ];
        var file = new RunFile<FinishedRun>(_folder, "runs.jsonl");
        file.Add(new FinishedRun(plan, Result(1)));
        var job = new RunJob([plan, .. others], new RunFile<FinishedRun>(_folder, "runs.jsonl"), _ => null);
        Assert.Equal(others, job.Left);
    }

    [Fact]
    public void Half_a_line_counts_for_nothing()
    {
        var file = new RunFile<FinishedRun>(_folder, "runs.jsonl");
        file.Add(new FinishedRun(Plan("exact"), Result(1)));
        var whole = File.ReadAllText(FilePath);
        File.AppendAllText(FilePath, whole[..(whole.Length / 2)]);
        var again = new RunFile<FinishedRun>(_folder, "runs.jsonl");
        _ = Assert.Single(again.Lines);
        again.Add(new FinishedRun(Plan("window"), Result(2)));
        Assert.Equal(2, new RunFile<FinishedRun>(_folder, "runs.jsonl").Lines.Count);
    }

    [Fact]
    public void Damaged_line_is_named()
    {
        var file = new RunFile<FinishedRun>(_folder, "runs.jsonl");
        file.Add(new FinishedRun(Plan("exact"), Result(1)));
        File.AppendAllText(FilePath, "{ not JSON }\n");
        Assert.Contains(
            "Line 2", Assert.Throws<JobException>(() => new RunFile<FinishedRun>(_folder, "runs.jsonl")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_that_diverged_has_no_score()
    {
        new RunFile<FinishedRun>(_folder, "runs.jsonl").Add(new FinishedRun(Plan("exact"), Result(1) with { Score = null }));
        Assert.Null(Assert.Single(new RunFile<FinishedRun>(_folder, "runs.jsonl").Lines).Result.Score);
    }

    [Fact]
    public void Budget_is_in_steps_or_in_time()
    {
        Assert.Equal(50, Budget.OfSteps(100).StepsOf(0.5, () => throw new InvalidOperationException("No step need be timed.")));
        Assert.Equal(20, Budget.OfSeconds(8).StepsOf(0.5, () => 0.2));
        Assert.Equal(1, Budget.OfSeconds(1).StepsOf(1, () => 60));
    }

    [Fact]
    public void Group_has_the_means_of_its_seeds()
    {
        var other = Plan("exact") with { Seed = 2 };
        var group = new RunGroup("a", [new FinishedRun(Plan("exact"), Result(1)), new FinishedRun(other, Result(4))]);
        Assert.Equal(2.5, group.Score);
        Assert.Equal(4, group.Scores[2]);
        Assert.Equal([(3.0, 2.0, 2.5, 1.5)], group.Curve);
        Assert.Null(new RunGroup("a", [.. group.Runs, new FinishedRun(Plan("exact"), Result(1) with { Score = null })]).Score);
    }

    private static RunPlan Plan(string attention) => new(
        "listops", attention, Seed: 1, Layers: 2, Length: 64, TokensOfStep: 128, HeldTokens: 256, Budget.OfSteps(3), Threads: 1, "a.txt");

    private static RunResult Result(double score) => new(score, 3, 2, 100, 1_000, [new RunPoint(3, 2, score)]);

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
