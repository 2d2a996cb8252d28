using System.Diagnostics;
using KernelGen.Bench.Roofline;
using KernelGen.TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>The measuring process of one width.</summary>
internal static class PeersWorker
{
    /// <summary>A slice of one contender takes so long, or one call.</summary>
    private const double SliceSeconds = 0.04;

    /// <summary>No round starts after this, once there are <see cref="MinimumRounds"/>.</summary>
    private const double BudgetSeconds = 4;

    private const int MinimumRounds = 3, MostRounds = 15;

    /// <summary>Idle threads of other libraries spin for a while, on processors that the next contender needs.</summary>
    private const int RestMilliseconds = 5;

    /// <summary>Float32 with another order of sums; FAVOR+ multiplies exponentials of up to e^20 besides.</summary>
    private const double MostError = 1e-3;

    private static readonly IReadOnlyList<IContender> Others =
        [new TorchExact(), new TorchFavor(), new OnnxAttention(isContributed: true), new OnnxAttention(isContributed: false)];

    public static int Run(bool quick, IReadOnlyList<int> threads)
    {
        Say(new PeerMessage { Width = VectorWidth.InForce });
        TorchThreads.Use(threads[0]);
        foreach (var count in threads)
        {
            TorchThreads.Use(count);
            Say(new PeerMessage { Progress = $"{Threads.Text(count)}: products of large matrices" });
            Say(new PeerMessage { Matrix = Matrices(count) });
        }

        var absent = new HashSet<string>();
        foreach (var what in PeerCase.All(quick, threads))
        {
            Say(new PeerMessage
            {
                Progress = $"{Threads.Text(what.Threads)}, {what.Length:N0} tokens, {what.Attention} {what.Sight}, {what.Direction}",
            });
            TorchThreads.Use(what.Threads);
            foreach (var row in Measure(what, absent))
            {
                Say(new PeerMessage { Row = row });
            }
        }

        return 0;
    }

    private static IEnumerable<PeerRow> Measure(PeerCase what, HashSet<string> absent)
    {
        var inputs = new PeerInputs(what);
        var contenders = new List<(string Name, IPreparedCase Case)>();
        try
        {
            var ours = new Ours();
            contenders.Add((ours.Name, ours.Prepare(what, inputs)));
            contenders[0].Case.Run();
            var expected = contenders[0].Case.Results();
            var errors = new List<double> { 0 };
            foreach (var other in Others.Where(other => other.Can(what)))
            {
                IPreparedCase? prepared = null;
                try
                {
                    prepared = other.Prepare(what, inputs);
                    prepared.Run();
                }
                catch (Exception error) when (error is Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
                {
                    prepared?.Dispose();
                    if (absent.Add(other.Name + what.Sight))
                    {
                        Say(new PeerMessage { Note = $"{other.Name}, {what.Sight}: left out, since it says: {error.Message}" });
                    }

                    continue;
                }

                var difference = Error(expected, prepared.Results());
                if (!(difference < MostError))
                {
                    prepared.Dispose();
                    if (absent.Add(other.Name + what.Sight))
                    {
                        Say(new PeerMessage
                        {
                            Note = $"{other.Name}, {what.Sight}: left out, since its results differ from KernelGen's by {difference:E1} of the largest at {what.Length:N0} tokens",
                        });
                    }

                    continue;
                }

                contenders.Add((other.Name, prepared));
                errors.Add(difference);
            }

            var times = Rounds(contenders.Select(contender => (Action)contender.Case.Run).ToList());
            for (var i = 0; i < contenders.Count; i++)
            {
                var ratios = times.Select(round => round[i] / round[0]).ToList();
                yield return new PeerRow(
                    what, VectorWidth.InForce, contenders[i].Name, Statistics.Median(times.Select(round => round[i])) * 1e3,
                    Statistics.Median(ratios), Statistics.Quantile(ratios, 0.25), Statistics.Quantile(ratios, 0.75), errors[i]);
            }
        }
        finally
        {
            foreach (var (_, prepared) in contenders)
            {
                prepared.Dispose();
            }
        }
    }

    /// <summary>Seconds of a call: of each contender in each round. Who goes first changes from round to round.</summary>
    private static List<double[]> Rounds(IReadOnlyList<Action> contenders)
    {
        var rounds = new List<double[]>();
        var clock = Stopwatch.StartNew();
        while (rounds.Count < MostRounds && (rounds.Count < MinimumRounds || clock.Elapsed.TotalSeconds < BudgetSeconds))
        {
            var round = new double[contenders.Count];
            for (var i = 0; i < contenders.Count; i++)
            {
                var contender = (i + rounds.Count) % contenders.Count;
                Thread.Sleep(RestMilliseconds);
                round[contender] = Slice(contenders[contender]);
            }

            rounds.Add(round);
        }

        return rounds;
    }

    private static double Slice(Action run)
    {
        var calls = 0;
        double seconds;
        var start = Stopwatch.GetTimestamp();
        do
        {
            run();
            calls++;
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (seconds < SliceSeconds);
        return seconds / calls;
    }

    /// <summary>libtorch's product and the probe of the peak take turns.</summary>
    private static MatrixRow Matrices(int threads)
    {
        const int size = 2048;
        using var scope = NewDisposeScope();
        using var none = no_grad();
        Tensor a = randn(size, size), b = randn(size, size);
        var (products, peaks) = (new List<double>(), new List<double>());
        for (var i = 0; i < 8; i++)
        {
            products.Add(2.0 * size * size * size / Slice(() => matmul(a, b).Dispose()) / 1e9);
            peaks.Add(PeakProbe.Measure(threads) / 1e9);
        }

        return new MatrixRow(VectorWidth.InForce, threads, Statistics.Median(products), Statistics.Median(peaks));
    }

    /// <summary>The largest difference of each tensor relative to its largest number, and of these the largest.</summary>
    private static double Error(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual) =>
        expected.Zip(actual, (left, right) => left.Zip(right, (x, y) => (double)MathF.Abs(x - y)).Max() / left.Max(MathF.Abs)).Max();

    private static void Say(PeerMessage message) => Console.WriteLine(message.ToLine());
}
