using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>The threads by themselves: every unit once, really at the same time, no exception lost, nobody stuck.</summary>
public sealed class WorkerTeamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // for a loaded machine; reached only when the test fails

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void EveryUnitRunsOnceAndBelongsToOneWorkerAtATime(int workers)
    {
        WorkerTeam team = new(4);
        Assert.Equal(workers > 1, team.TryEnter(workers));
        for (var repeat = 0; repeat < 2000; repeat++)
        {
            var units = repeat % 37;
            var runs = new int[units];
            var inUse = new int[4];
            team.Run(
                new Job((unit, worker) =>
                {
                    Assert.InRange(worker, 0, workers - 1);
                    Assert.Equal(1, Interlocked.Increment(ref inUse[worker]));
                    runs[unit]++;
                    Interlocked.Decrement(ref inUse[worker]);
                }),
                units,
                workers);
            Assert.All(runs, r => Assert.Equal(1, r));
            if (repeat % 500 == 0)
            {
                Thread.Sleep(5); // long enough for the helpers to block
            }
        }
    }

    [Fact]
    public void WorkersRunAtTheSameTime()
    {
        WorkerTeam team = new(3);
        Assert.True(team.TryEnter(3));
        using Barrier barrier = new(3);
        for (var repeat = 0; repeat < 10; repeat++)
        {
            team.Run(new Job((_, _) => Assert.True(barrier.SignalAndWait(Patience))), 3, 3); // returns only if three threads meet
            Thread.Sleep(repeat % 3);
        }
    }

    [Fact]
    public void ABusyTeamIsRefused()
    {
        WorkerTeam team = new(2);
        Assert.True(team.TryEnter(2));
        Assert.False(team.TryEnter(2));
        team.Exit();
        Assert.False(team.TryEnter(1)); // nothing to help with
        Assert.True(team.TryEnter(2));
        team.Exit();
    }

    [Fact]
    public void TheFirstExceptionOfAnyWorkerIsThrownAfterAllHaveStopped()
    {
        WorkerTeam team = new(2);
        Assert.True(team.TryEnter(2));
        for (var thrower = 0; thrower < 2; thrower++)
        {
            var running = 0;
            using Barrier barrier = new(2);
            Job job = new((_, worker) =>
            {
                Interlocked.Increment(ref running);
                Assert.True(barrier.SignalAndWait(Patience));
                if (worker == thrower)
                {
                    Interlocked.Decrement(ref running);
                    throw new InvalidTimeZoneException($"worker {worker}");
                }

                Thread.Sleep(20);
                Interlocked.Decrement(ref running);
            });
            Assert.Equal($"worker {thrower}", Assert.Throws<InvalidTimeZoneException>(() => team.Run(job, 2, 2)).Message);
            Assert.Equal(0, running);
        }

        var count = 0;
        team.Run(new Job((_, _) => Interlocked.Increment(ref count)), 10, 2);
        Assert.Equal(10, count);
    }

    [Fact]
    public void ManyCallersOfOneTeamAllFinish()
    {
        WorkerTeam team = new(3);
        var together = 0;
        long sum = 0;
        Thread[] callers = [.. Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (var repeat = 0; repeat < 3000; repeat++)
            {
                Job job = new((unit, _) => Interlocked.Add(ref sum, unit));
                if (team.TryEnter(3))
                {
                    Interlocked.Increment(ref together);
                    team.Run(job, 5, 3);
                    team.Exit();
                }
                else
                {
                    WorkerTeam.RunAlone(job, 5);
                }
            }
        }))];
        Array.ForEach(callers, c => c.Start());
        Assert.All(callers, c => Assert.True(c.Join(Patience)));
        Assert.Equal(6L * 3000 * 10, sum);
        Assert.True(together > 0);
    }

    private sealed class Job(Action<int, int> action) : TeamJob
    {
        public override void Run(int unit, int worker) => action(unit, worker);
    }
}
