namespace KernelGen.Examples.Streaming;

/// <summary>The job: feeds the tokens, takes times at the checkpoints, and stops where it is asked to.</summary>
internal sealed class Experiment(Settings settings, byte[] tokens, CancellationToken stop)
{
    private const int TokensOfStage = 1_000;

    // Exact attention has its cache to fill, and then goes through all of it: about as much again.
    private const double ExactShare = 1;

    /// <summary>Tokens, for the progress bar.</summary>
    public double Work => settings.Length * (1 + ExactShare);

    /// <summary>Runs to the end, or until it is stopped: then the run is saved and the result is null.</summary>
    /// <exception cref="JobException">A saved run does not fit, or a run cannot be saved.</exception>
    public Result? Run(IJobProgress progress)
    {
        var layer = new StreamingFavor((ulong)settings.Seed) { DegreeOfParallelism = settings.Threads };
        WarmUp(layer);
        using var run = settings.Resume
            ? RunFile.Read(settings.StatePath, layer, settings.Seed, tokens)
            : new StreamRun(layer, settings.Seed, tokens);
        progress.Drop(run.Position);
        foreach (var checkpoint in Settings.Checkpoints(settings.Length).Where(checkpoint => checkpoint > run.Position))
        {
            while (run.Position < checkpoint)
            {
                var from = run.Position;
                progress.Begin(Text($"FAVOR+ to token {checkpoint:N0}"), "a token at a time");
                if (!run.Advance(Math.Min(checkpoint, from + TokensOfStage), stop))
                {
                    RunFile.Write(settings.StatePath, run);
                    return null;
                }

                progress.Done(run.Position - from);
            }

            run.Note();
        }

        using var exact = new ExactRun(settings, tokens);
        var times = new List<StepTime>();
        var before = 0;
        foreach (var checkpoint in Settings.Checkpoints(settings.Length))
        {
            progress.Begin(Text($"exact attention at token {checkpoint:N0}"), "filling its cache");
            if (exact.At(checkpoint, stop) is not { } time || stop.IsCancellationRequested)
            {
                progress.Drop(ExactShare * (settings.Length - before));
                break;
            }

            times.Add(time);
            progress.Done(ExactShare * (checkpoint - before));
            before = checkpoint;
        }

        return new Result(run.Times, times, run.Fingerprint);
    }

    /// <summary>First calls, which the compiler is part of.</summary>
    private void WarmUp(ICausalAttention layer)
    {
        using var run = new StreamRun(layer, settings.Seed, new byte[400]);
        run.Advance(400, CancellationToken.None);
        using var exact = new StreamRun(new StreamingExact { DegreeOfParallelism = settings.Threads }, settings.Seed, new byte[400]);
        exact.Advance(400, CancellationToken.None);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>What a run found.</summary>
    /// <param name="Favor">FAVOR+ at the checkpoints.</param>
    /// <param name="Exact">Exact attention at as many as memory allowed.</param>
    /// <param name="Fingerprint">Of all outputs of FAVOR+.</param>
    internal sealed record Result(IReadOnlyList<StepTime> Favor, IReadOnlyList<StepTime> Exact, ulong Fingerprint);
}
