using KernelGen.Tests.Behaviour.Catalogues;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Other projections for a layer that is in use: as good as a new layer, and never half of each.</summary>
public class RedrawTests
{
    /// <summary>Every layer that draws projections, normalised or not.</summary>
    public static TheoryData<Layer> Layers =>
        [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized")).Where(layer => layer.ProjectionRows > 0)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_redrawn_layer_is_a_fresh_one(Layer layer)
    {
        var inputs = new Inputs(layer, 70, 70, seed: 1);
        var (attention, fresh) = (Create(layer, 1), Create(layer, 2));
        var before = inputs.Forward(attention);

        attention.Redraw(2);
        Compare.Same(fresh.Projection.Weights, attention.Projection.Weights);
        Assert.Equal(fresh.Projection.Draw, attention.Projection.Draw);
        Compare.Same(inputs.Forward(fresh), inputs.Forward(attention));

        var given = Create(layer, 1).Projection;
        attention.Redraw(given);
        Assert.Same(given, attention.Projection);
        Compare.Same(before, inputs.Forward(attention));
    }

    [Fact]
    public async Task A_redraw_never_mixes_with_a_call_on_another_thread()
    {
        var attention = new CausalSoftmax16(1);
        var inputs = new Inputs(Layer.Of<CausalSoftmax16>(), 200, 200, seed: 2);
        var (old, other) = (inputs.Forward(attention), inputs.Forward(new CausalSoftmax16(2)));
        Assert.NotEqual(old, other);

        using var stop = new CancellationTokenSource();
        var redraws = Task.Factory.StartNew(
            () =>
            {
                for (var seed = 2UL; !stop.IsCancellationRequested; seed = 3 - seed)
                {
                    attention.Redraw(seed);
                }
            },
            TaskCreationOptions.LongRunning);
        var (seenOld, seenOther, mixed) = (0, 0, 0);

        // Until both draws have been met many times; a busy machine may keep one thread waiting for long, but not for a minute.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (Math.Min(seenOld, seenOther) < 50 && mixed == 0 && clock.Elapsed < TimeSpan.FromMinutes(1))
        {
            Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
            {
                var output = inputs.Forward(attention);
                _ = output.AsSpan().SequenceEqual(old) ? Interlocked.Increment(ref seenOld)
                    : output.AsSpan().SequenceEqual(other) ? Interlocked.Increment(ref seenOther)
                    : Interlocked.Increment(ref mixed);
            });
        }

        await stop.CancelAsync();
        await redraws;

        Assert.Equal(0, mixed);
        Assert.True(
            seenOld > 0 && seenOther > 0, $"{seenOld} calls had the one draw and {seenOther} the other: nothing was put to the test.");
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_is_needed()
    {
        IRandomFeatureAttention attention = new Softmax16(1);
        var before = attention.Projection;
        Refuses("31 × 16 (rows × columns), but this attention needs 32 × 16", () => attention.Redraw(Projection.Orthogonal(31, 16, 1)));
        Refuses("32 × 8 (rows × columns), but this attention needs 32 × 16", () => attention.Redraw(Projection.Orthogonal(32, 8, 1)));
        Refuses("64 × 16 (rows × columns), but this attention needs 32 × 16", () => new Softmax16(Projection.Orthogonal(64, 16, 1)));
        Refuses("Projection.Hadamard drew; this one is Orthogonal", () => new Hadamard16(1).Redraw(Projection.Orthogonal(32, 16, 1)));
        Refuses("Projection.Hadamard drew; this one is Gaussian", () => new Hadamard16(Projection.Gaussian(32, 16, 1)));
        Refuses("37 × 9", () => new OddCausalHadamard(Projection.Hadamard(74, 9, 1))); // 74 features in pairs
        Assert.Throws<ArgumentNullException>("projection", () => attention.Redraw(null!));
        Assert.Throws<ArgumentNullException>("projection", () => new Softmax16(null!));
        Assert.Same(before, attention.Projection);

        // The dense form of a Hadamard projection is a projection like any other.
        attention.Redraw(Projection.Hadamard(32, 16, 1));
        Assert.Equal(ProjectionDraw.Hadamard, attention.Projection.Draw);
    }

    /// <summary>A layer that declares no λ asks for it; the same features as one that declares it.</summary>
    [Fact]
    public void Lambda_that_is_not_declared_is_asked_for()
    {
        var inputs = new Inputs(Layer.Of<Oprf16>(), 40, 40, seed: 3);
        var (asked, declared) = (new Asking(7, Oprf16.Lambda), new Oprf16(7));

        Assert.Equal(8.0, Oprf16.Lambda);
        Assert.Equal(Oprf16.Lambda, asked.Lambda);
        Assert.Equal(asked.Lambda, asked.FeatureMap.Lambda);
        Compare.Same(inputs.Forward(declared), inputs.Forward(asked));
        Compare.Same(inputs.Forward(asked), inputs.Forward(new Asking(declared.Projection, 8)));
        Assert.NotEqual(inputs.Forward(asked), inputs.Forward(new Asking(7, 1)));

        // λ stays where projections change.
        asked.Redraw(8);
        Compare.Same(inputs.Forward(new Oprf16(8)), inputs.Forward(asked));
        Assert.Equal(8.0, asked.Lambda);
    }

    [Fact]
    public void Lambda_0_gives_plain_positive_features()
    {
        var inputs = new Inputs(Layer.Of<Softmax16>(), 40, 40, seed: 4, scale: 0.5f);
        var expected = Array.ConvertAll(inputs.Forward(new Softmax16(7)), x => (double)x);

        Compare.Close(expected, inputs.Forward(new Asking(7, 0)), 2 * inputs.Tolerance(new Softmax16(7).Projection.Weights.ToArray()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-1e-300)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_lambda_that_is_none_is_refused(double lambda)
    {
        Assert.Throws<ArgumentOutOfRangeException>("lambda", () => new Asking(7, lambda));
        Assert.Throws<ArgumentOutOfRangeException>("lambda", () => new Asking(Projection.Orthogonal(32, 16, 7), lambda));
    }

    private static IRandomFeatureAttention Create(Layer layer, ulong seed) =>
        (IRandomFeatureAttention)Activator.CreateInstance(layer.Type, seed)!;

    private static void Refuses(string message, Action call) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>("projection", call).Message, StringComparison.Ordinal);
}
