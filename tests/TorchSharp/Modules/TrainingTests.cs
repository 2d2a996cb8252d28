using TorchSharp.Modules;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Whole training runs of a small model.</summary>
public sealed class TrainingTests(ITestOutputHelper output)
{
    private const int Tokens = 12, Embedding = 16, Heads = 2, Length = 24, Batch = 4;

    /// <summary>
    /// Both compute the same but for rounding, which training amplifies; to three decimals, 150 steps in, they are still the same.
    /// </summary>
    [Fact]
    public void With_exact_attention_the_loss_is_that_of_torchs_own()
    {
        var ours = Losses(new MultiheadKernelAttention(new SquareCausalExact(), Embedding, Heads)).Take(150).ToArray();
        var theirs = Losses(new TorchAttention()).Take(150).ToArray();
        output.WriteLine($"Losses: {ours[0]:f4} to {ours[^1]:f4}; torch's {theirs[0]:f4} to {theirs[^1]:f4}.");
        for (var step = 0; step < ours.Length; step++)
        {
            Assert.Equal(theirs[step], ours[step], 5e-4);
        }

        Assert.True(ours[^1] < 0.5 * ours[0]); // or nothing was learnt that could differ
    }

    [Theory]
    [InlineData(nameof(CausalFavor))]
    [InlineData(nameof(CausalFavorRelu))]
    public void With_random_features_the_loss_falls(string name)
    {
        var losses = Losses(new MultiheadKernelAttention(
            Layers.Create(name), Embedding, Heads, rotary: new RotaryPositions(), redraw: new RedrawSchedule(50, 1))).Take(150).ToArray();
        output.WriteLine($"Losses: {losses[0]:f4} to {losses[^1]:f4}.");
        Assert.True(losses[^1] < 0.7 * losses[0]);
    }

    [Fact]
    public void A_resumed_run_goes_on_to_the_bit()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var whole = new Run(Attention());
        double[] all = [.. Enumerable.Range(0, 20).Select(_ => whole.Step())];

        using var first = new Run(Attention());
        double[] before = [.. Enumerable.Range(0, 7).Select(_ => first.Step())];
        first.Save(folder);
        using var second = new Run(Attention(seed: 9));
        second.Load(folder, step: 7);
        double[] after = [.. Enumerable.Range(0, 13).Select(_ => second.Step())];
        Directory.Delete(folder, recursive: true);
        Assert.Equal(all, before.Concat(after));

        // Redraws at steps 5, 10 and 15 are on both sides of it.
        static MultiheadKernelAttention Attention(ulong seed = 1) =>
            new(new CausalFavor(seed), Embedding, Heads, redraw: new RedrawSchedule(5, seed));
    }

    /// <summary>
    /// Many short sequences: a step keeps 128 heads' states and numbers, over 100 KB, and as much again of inputs and outputs. To lose
    /// either each time would be 100 MB and more in 1,000 steps. Allocators and the managed heap find their size in the first 2,000 steps
    /// or so, which took 2 to 16 MB after the first 300; so 30 MB are no loss. (Over 3,000 steps more it was 16 kB.)
    /// </summary>
    [Fact]
    public void A_thousand_steps_lose_no_memory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var run = new Run(new MultiheadKernelAttention(
            new CausalFavor(1), Embedding, Heads, rotary: new RotaryPositions(), redraw: new RedrawSchedule(10, 1)), batch: 64, length: 16);
        Steps(300);
        var before = Settled();
        Steps(1000);
        var growth = Settled() - before;
        output.WriteLine($"{growth / 1e6:f1} MB more than before 1,000 steps; {before / 1e6:f0} MB were in use.");
        Assert.True(growth < 30_000_000, $"{growth} bytes were lost in 1,000 steps.");

        void Steps(int count)
        {
            for (var step = 0; step < count; step++)
            {
                run.Step();
            }
        }

        static long Settled()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return MemoryUse.Now();
        }
    }

    private static IEnumerable<double> Losses(nn.Module<Tensor, Tensor> attention)
    {
        using var run = new Run(attention);
        while (true)
        {
            yield return run.Step();
        }
    }

    /// <summary>A model that learns what comes next in sequences that repeat themselves.</summary>
    private sealed class Run : IDisposable
    {
        private readonly nn.Module<Tensor, Tensor> _model;
        private readonly Adam _optimizer;
        private readonly int _batch;
        private readonly int _length;
        private int _step;

        public Run(nn.Module<Tensor, Tensor> attention, int batch = Batch, int length = Length)
        {
            (_batch, _length) = (batch, length);
            random.manual_seed(2);
            foreach (var parameter in attention.parameters())
            {
                using var mode = no_grad();
                nn.init.normal_(parameter, 0, 0.2);
            }

            _model = new Model(attention);
            _optimizer = optim.Adam(_model.parameters(), 0.01);
        }

        public double Step()
        {
            using var scope = NewDisposeScope();
            random.manual_seed(_step++);
            var pattern = randint(0, Tokens, [_batch, 4], ScalarType.Int64);
            var tokens = pattern.repeat([1, _length / 4 + 1]);
            var logits = _model.call(tokens[.., .._length]);
            var loss = nn.functional.cross_entropy(logits.flatten(0, 1), tokens[.., 1..(_length + 1)].flatten());
            _optimizer.zero_grad();
            loss.backward();
            _optimizer.step();
            _model.AfterOptimizerStep();
            return loss.item<float>();
        }

        public void Save(string folder)
        {
            _model.save(Path.Combine(folder, "model"));
            _optimizer.save_state_dict(Path.Combine(folder, "optimizer"));
        }

        public void Load(string folder, int step)
        {
            _model.load(Path.Combine(folder, "model"));
            _optimizer.load_state_dict(Path.Combine(folder, "optimizer"));
            _step = step;
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _model.Dispose();
        }
    }

    private sealed class Model : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding _embedding = nn.Embedding(Tokens, TrainingTests.Embedding);
        private readonly Embedding _positions = nn.Embedding(128, TrainingTests.Embedding);
        private readonly nn.Module<Tensor, Tensor> _attention;
        private readonly Linear _head = nn.Linear(TrainingTests.Embedding, Tokens);

        public Model(nn.Module<Tensor, Tensor> attention)
            : base(nameof(Model))
        {
            _attention = attention;
            RegisterComponents();
        }

        public override Tensor forward(Tensor tokens)
        {
            using var scope = NewDisposeScope();
            var embedded = _embedding.call(tokens) + _positions.call(arange(tokens.shape[1], ScalarType.Int64));
            return _head.call(embedded + _attention.call(embedded)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The same module with torch's attention.</summary>
    private sealed class TorchAttention : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _input = nn.Linear(Embedding, 3 * Embedding);
        private readonly Linear _output = nn.Linear(Embedding, Embedding);

        public TorchAttention()
            : base(nameof(TorchAttention)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor[] parts =
                [.. _input.call(input).chunk(3, 2).Select(part => part.view(input.shape[0], input.shape[1], Heads, 8).transpose(1, 2))];
            var attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true);
            return _output.call(attended.transpose(1, 2).flatten(2));
        }
    }
}
