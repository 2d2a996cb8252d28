using KernelGen.Examples;
using KernelGen.Examples.Streaming;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Is a run that was stopped, saved and taken up the run that was never stopped, and is what does not fit refused?</summary>
public sealed class StreamRunTests
{
    private const int Length = 90;

    private static readonly byte[] Tokens = [.. Enumerable.Range(0, Length).Select(t => (byte)(t * t % Vocabulary.Size))];

    [Fact]
    public void AStoppedRunGoesOnToTheSameOutputs()
    {
        var layer = new CausalSoftmax64(3);
        using var whole = new StreamRun(layer, seed: 1, Tokens);
        Assert.True(whole.Advance(Length, CancellationToken.None));
        whole.Note();

        StreamRun run = new(layer, seed: 1, Tokens);
        foreach (var at in new[] { 0, 1, 40, 41, 64 })
        {
            Assert.True(run.Advance(at, CancellationToken.None));
            run = Resumed(run, new CausalSoftmax64(3));
            Assert.Equal(at, run.Position);
        }

        Assert.True(run.Advance(Length, CancellationToken.None));
        Assert.Equal(whole.Fingerprint, run.Fingerprint);
        Assert.Equal(whole.Output.ToArray(), run.Output.ToArray());
        Assert.Equal(Length, Assert.Single(whole.Times).Position);
    }

    [Fact]
    public void ARunThatIsAskedToStopStaysWhereItIs()
    {
        using var stop = new CancellationTokenSource();
        using var run = new StreamRun(new CausalSoftmax64(3), seed: 1, Tokens);
        run.Advance(10, stop.Token);
        stop.Cancel();
        Assert.False(run.Advance(20, stop.Token));
        Assert.Equal(10, run.Position);
    }

    [Fact]
    public void MeasurementsAreSavedToo()
    {
        var run = new StreamRun(new CausalSoftmax64(3), seed: 1, Tokens);
        run.Advance(10, CancellationToken.None);
        run.Note();
        var before = Assert.Single(run.Times);
        using var after = Resumed(run, new CausalSoftmax64(3));
        Assert.Equal(before, Assert.Single(after.Times));
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedInASentence()
    {
        var run = new StreamRun(new CausalSoftmax64(3), seed: 1, Tokens);
        run.Advance(10, CancellationToken.None);
        var saved = Saved(run);
        byte[] others = [.. Tokens];
        others[5]++;
        Refuses("seed 1, not 2", saved, new CausalSoftmax64(3), 2, Tokens);
        Refuses("other tokens", saved, new CausalSoftmax64(3), 1, others);
        Refuses("10 tokens already, more than the 9", saved, new CausalSoftmax64(3), 1, Tokens[..9]);
        Refuses("projections", saved, new CausalSoftmax64(4), 1, Tokens);
        Refuses("cut off", saved[..^1], new CausalSoftmax64(3), 1, Tokens);
        Refuses("", saved[..7], new CausalSoftmax64(3), 1, Tokens);
        saved[0]++;
        Refuses("version 2", saved, new CausalSoftmax64(3), 1, Tokens);

        static void Refuses(string message, byte[] saved, ICausalAttention layer, int seed, byte[] tokens) => Assert.Contains(
            message,
            Assert.Throws<JobException>(() => StreamRun.Load(new MemoryStream(saved), layer, seed, tokens)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50, new[] { 50 })]
    [InlineData(100, new[] { 100 })]
    [InlineData(20_000, new[] { 100, 1_000, 10_000, 20_000 })]
    public void CheckpointsEndAtTheLastToken(int length, int[] expected) => Assert.Equal(expected, Settings.Checkpoints(length));

    private static StreamRun Resumed(StreamRun run, ICausalAttention layer)
    {
        var saved = Saved(run);
        run.Dispose();
        return StreamRun.Load(new MemoryStream(saved), layer, seed: 1, Tokens);
    }

    private static byte[] Saved(StreamRun run)
    {
        using var stream = new MemoryStream();
        run.Save(stream);
        return stream.ToArray();
    }
}
