using TorchSharp.Modules;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Reversible blocks compute what plain ones do, in memory that does not grow with their number.</summary>
public sealed class ReversibleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Outputs_and_gradients_are_those_of_plain_blocks(int count)
    {
        using var scope = NewDisposeScope();
        ReversibleBlock[] blocks = [.. Enumerable.Range(0, count).Select(i => Block((ulong)i))];
        using var sequence = new ReversibleSequence(blocks);
        Tensor x1 = randn(2, 7, 10, requires_grad: true), x2 = randn(2, 7, 10, requires_grad: true);
        var weights = randn(2, 7, 10);

        var (y1, y2) = (x1, x2);
        foreach (var block in blocks)
        {
            (y1, y2) = block.call(y1, y2);
        }

        var expected = Gradients((y1 * weights + y2.square()).sum());
        var (z1, z2) = sequence.call(x1, x2);
        Assertions.Same(y1.detach(), z1.detach());
        Assertions.Same(y2.detach(), z2.detach());
        var actual = Gradients((z1 * weights + z2.square()).sum());
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var name in expected.Keys)
        {
            Assertions.Close(expected[name], actual[name], 1e-5); // of inputs rebuilt to 1e-6
        }

        var (r1, r2) = sequence.Inverse(z1, z2);
        Assertions.Close(x1.detach(), r1, 1e-5);
        Assertions.Close(x2.detach(), r2, 1e-5);

        Dictionary<string, Tensor> Gradients(Tensor loss)
        {
            loss.backward();
            Dictionary<string, Tensor> gradients = new() { ["x1"] = x1.grad!.clone(), ["x2"] = x2.grad!.clone() };
            (x1.grad, x2.grad) = (null, null);
            foreach (var (name, parameter) in sequence.named_parameters())
            {
                gradients[name] = parameter.grad!.clone();
                parameter.grad = null;
            }

            return gradients;
        }
    }

    /// <summary>
    /// The peak of what a training step holds, for blocks that keep 100 MiB each: 14 reversible blocks more take less than half of what one
    /// keeps, most of it for the gradients of their parameters (measured: 155, 156, 156, 165 MiB). Two plain blocks more take twice what
    /// one keeps, which shows that the measure sees it (245, 445 MiB).
    /// </summary>
    [Fact]
    public void Memory_does_not_grow_with_depth()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // where the peak is not to be had so simply
        }

        long Peak(int blocks, bool isReversible)
        {
            using var scope = NewDisposeScope();
            using var sequence = new ReversibleSequence([.. Enumerable.Range(0, blocks).Select(_ => Wide())]);
            Tensor x1 = randn(1, 20_480, 64), x2 = randn(1, 20_480, 64);
            var before = MemoryUse.Now();
            using var peak = MemoryUse.WatchPeak();
            var (y1, y2) = (x1, x2);
            if (isReversible)
            {
                (y1, y2) = sequence.call(x1, x2);
            }
            else
            {
                foreach (var block in sequence.named_children().Single().module.children().Cast<ReversibleBlock>())
                {
                    (y1, y2) = block.call(y1, y2);
                }
            }

            (y1.sum() + y2.sum()).backward();
            return peak.Stop() - before;
        }

        Peak(2, true);
        long[] reversible = [.. new[] { 2, 4, 8, 16 }.Select(blocks => Peak(blocks, true) >> 20)];
        long[] plain = [.. new[] { 2, 4 }.Select(blocks => Peak(blocks, false) >> 20)];
        var report = $"2, 4, 8, 16 reversible blocks: {string.Join(", ", reversible)} MiB; 2, 4 plain ones: {string.Join(", ", plain)} MiB";
        output.WriteLine(report);
        Assert.True(plain[1] - plain[0] > 150, report);
        Assert.True(reversible[3] - reversible[0] < 50, report);
    }

    [Fact]
    public void A_redraw_between_the_passes_changes_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var sequence = new ReversibleSequence(Block(1), Block(2));
        var x = randn(1, 5, 10, requires_grad: true);
        Tensor[] gradients = [.. new[] { false, true }.Select(redraws =>
        {
            var (y1, y2) = sequence.call(x, x);
            if (redraws)
            {
                foreach (var module in sequence.AttentionModules())
                {
                    module.Redraw(77);
                }
            }

            (y1 + y2.square()).sum().backward();
            var gradient = x.grad!.clone();
            x.grad = null;
            return gradient;
        })];
        Assertions.Same(gradients[0], gradients[1]);

        // And the new draws are in force after it.
        foreach (var module in sequence.AttentionModules())
        {
            Assert.Equal(new CausalFavor(77).Projection.Weights.ToArray(), module.Projection!.Weights.ToArray());
            Assert.Same(((CausalFavor)module.Layer).Projection, module.Projection);
        }
    }

    [Fact]
    public void Dropout_drops_the_same_again_and_leaves_the_random_numbers_alone()
    {
        using var scope = NewDisposeScope();
        using var sequence = new ReversibleSequence(Block(1, dropout: 0.5), Block(2, dropout: 0.5));
        Tensor x = randn(1, 5, 10, requires_grad: true), weights = randn(1, 5, 10);
        double Slope(Tensor direction, double step)
        {
            random.manual_seed(5);
            using var mode = no_grad();
            var (y1, y2) = sequence.call(x + direction * step, x);
            return ((y1 + y2) * weights).to(ScalarType.Float64).sum().item<double>();
        }

        var other = x.detach().clone();
        random.manual_seed(5);
        var (y1, y2) = sequence.call(x, other);
        var next = randn(3);
        random.manual_seed(6);
        var expectedNext = randn(3);
        random.manual_seed(6);
        ((y1 + y2) * weights).sum().backward();
        Assertions.Same(expectedNext, randn(3));

        // By differences with the same random numbers: 1e-3 as for attention alone.
        var direction = randn_like(x) / 10;
        var difference = (Slope(direction, 0.01) - Slope(direction, -0.01)) / 0.02;
        Assert.Equal(difference, (x.grad! * direction).sum().item<float>(), 1e-3 * (x.grad!.norm() * direction.norm()).item<float>());
        Assert.NotEqual(0, difference);
        _ = next;
    }

    [Fact]
    public void Parameters_that_changed_between_the_passes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var sequence = new ReversibleSequence(Block(1));
        var x = randn(1, 5, 10);
        var (y1, y2) = sequence.call(x, x);
        using (no_grad())
        {
            sequence.parameters().First().add_(1);
        }

        var standard = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            Assertions.Throws<Exception>("invalid gradient", () => (y1 + y2).sum().backward());
        }
        finally
        {
            Console.SetError(standard);
        }

        Assert.Contains("a reversible sequence failed", captured.ToString(), StringComparison.Ordinal);
        Assert.Contains("modified by an inplace operation", captured.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_is_trained_gets_gradients()
    {
        using var scope = NewDisposeScope();
        using var sequence = new ReversibleSequence(Block(1), Block(2));
        Parameter[] parameters = [.. sequence.parameters()];
        foreach (var parameter in parameters.Skip(1))
        {
            parameter.requires_grad = false;
        }

        var x = randn(1, 5, 10);
        var (y1, _) = sequence.call(x, x);
        y1.sum().backward(); // the second output is not used
        Assert.NotNull(parameters[0].grad);
        Assert.All(parameters.Skip(1), parameter => Assert.Null(parameter.grad));
        parameters[0].requires_grad = false;
        Assert.False(sequence.call(x, x).Item1.requires_grad);
    }

    [Fact]
    public void Wrong_sizes_are_named()
    {
        using var scope = NewDisposeScope();
        using var sequence = new ReversibleSequence(new ReversibleBlock(nn.Linear(10, 10), nn.Linear(10, 9)));
        Assertions.Throws<ArgumentException>("G of block 0 made Float32 [2, 9] of Float32 [2, 10], but must keep both",
            () => sequence.call(randn(2, 10), randn(2, 10)));
        Assertions.Throws<ArgumentException>("x1 is Float32 [2, 10] and x2 Float32 [3, 10]",
            () => sequence.call(randn(2, 10), randn(3, 10)));
        Assert.Throws<ArgumentException>(() => new ReversibleSequence());
    }

    private static ReversibleBlock Block(ulong seed, double dropout = 0)
    {
        random.manual_seed((long)seed);
        nn.Module<Tensor, Tensor> forward = nn.Sequential(
            ("norm", nn.LayerNorm(10)), ("up", nn.Linear(10, 20)), ("activation", nn.GELU()), ("down", nn.Linear(20, 10)),
            ("dropout", nn.Dropout(dropout)));
        return new ReversibleBlock(
            nn.Sequential(("norm", nn.LayerNorm(10)), ("attention", new MultiheadKernelAttention(new CausalFavor(seed), 10, 2))), forward);
    }

    private static ReversibleBlock Wide() => new(
        nn.Sequential(("up", nn.Linear(64, 512)), ("activation", nn.GELU()), ("down", nn.Linear(512, 64))), nn.Linear(64, 64));
}
