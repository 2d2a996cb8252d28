using KernelGen.Examples.LongRange;
using KernelGen.Examples.Training;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>The attentions of the example, in its model.</summary>
public sealed class LongRangeModelTests
{
    private const int Length = 48, Changed = 40, Looked = 30;

    public static TheoryData<string, bool> Forms()
    {
        var forms = new TheoryData<string, bool>();
        foreach (var name in AllAttentions.Names)
        {
            foreach (var causal in (bool[])[true, false])
            {
                if (AllAttentions.Named(name).For(causal) is not null)
                {
                    forms.Add(name, causal);
                }
            }
        }

        return forms;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Model_learns_and_sees_what_it_should(string attention, bool causal)
    {
        using var scope = NewDisposeScope();
        LongRangeTask task = causal ? new RecallTask() : new ListOpsTask();
        using var trainer = new Trainer(
            LongRangeModel.Create(task, AllAttentions.Named(attention), layers: 2, seed: 1), new OptimizerSettings(8, 2e-3, WarmUp: 1));
        var batch = task.Batch(rows: 4, Length, seed: 1, step: 0, examples: null);
        double[] losses = [.. Enumerable.Range(0, 8).Select(_ => trainer.Step(batch))];
        Assert.True(losses[^1] < losses[0], $"The loss went from {losses[0]} to {losses[^1]}.");

        // A token ten places on, farther than the convolution reaches.
        trainer.Model.eval();
        using var none = no_grad();
        var tokens = arange(Length, ScalarType.Int64).remainder(task.Vocabulary).unsqueeze(0);
        var others = tokens.clone();
        others[0, Changed] = 0;
        Tensor before = trainer.Model.call(tokens, null)[0, Looked], after = trainer.Model.call(others, null)[0, Looked];
        var difference = (before - after).abs().max().item<float>();
        Assert.Equal(causal, difference == 0);
    }

    [Fact]
    public void Position_infused_attention_is_the_formula()
    {
        using var scope = NewDisposeScope();
        _ = manual_seed(3);
        var sizes = ModelSizes.Of(new RecallTask(), layers: 1);
        using var attention = new PositionInfusedSelfAttention(new KernelGen.Examples.LongRange.CausalExact(), sizes);
        var input = randn(2, 13, sizes.Dim);
        using var none = no_grad();

        var places = zeros(13, sizes.Dim, ScalarType.Float64);
        for (var t = 0; t < 13; t++)
        {
            for (var i = 0; i < sizes.Dim / 2; i++)
            {
                var angle = t / Math.Pow(10_000, 2.0 * i / sizes.Dim);
                places[t, i] = Math.Sin(angle);
                places[t, i + (sizes.Dim / 2)] = Math.Cos(angle);
            }
        }

        var x = input.to(ScalarType.Float64);
        var projected = Linear("_queriesAndKeys", x + places);
        var query = Heads(projected[.., .., ..sizes.Dim]);
        var key = Heads(projected[.., .., sizes.Dim..]);
        var value = Heads(Linear("_values", x));
        var scores = matmul(query, key.transpose(-2, -1)) / Math.Sqrt(sizes.HeadDim);
        scores = scores.masked_fill(ones(13, 13, ScalarType.Bool).triu(1), double.NegativeInfinity);
        var expected = Linear("_output", matmul(scores.softmax(-1), value).transpose(1, 2).flatten(2));

        // Rounding of three projections in float32.
        Assertions.Close(expected, attention.call(input, null), 1e-5);

        Tensor Linear(string name, Tensor of) =>
            matmul(of, Parameter($"{name}.weight").transpose(0, 1)) + Parameter($"{name}.bias");
        Tensor Parameter(string name) =>
            attention.named_parameters().Single(parameter => parameter.name == name).parameter.to(ScalarType.Float64);
        Tensor Heads(Tensor of) => of.reshape(2, 13, sizes.Heads, sizes.HeadDim).transpose(1, 2);
    }

    [Fact]
    public void Stages_of_a_run_have_their_lengths()
    {
        var task = new RecordingTask();
        var result = new ModelRun(Plan() with { FirstLength = 64 }, task).Run();
        Assert.Equal([64, 64, 64, 64, 64, 64, 128, 128, 128], task.Lengths);
        Assert.Equal(6, result.Steps);
        Assert.NotNull(result.Score);
        Assert.Equal(result.Score.Value, result.Curve[^1].Score);
        Assert.True(result.TokensPerSecond > 0 && result.PeakBytes > 0);
    }

    [Fact]
    public void Run_is_a_function_of_its_plan()
    {
        var once = new ModelRun(Plan(), new RecallTask()).Run();
        var again = new ModelRun(Plan(), new RecallTask()).Run();
        Assert.Equal(once.Score, again.Score);
        Assert.Equal(once.Curve.Select(point => point.Score), again.Curve.Select(point => point.Score));
    }

    [Fact]
    public void Exchanged_layers_are_off_by_what_they_estimate()
    {
        var task = new RecallTask();
        using Transformer exact = Model("exact"), same = Model("exact"), few = Model("favor-16"), many = Model("favor-256");
        var batch = task.Batch(2, 128, seed: 1, step: 0, examples: null);
        foreach (var model in (Transformer[])[same, few, many])
        {
            LongRangeModel.CopyWeights(exact, model);
        }

        Assert.All(DepthMeasurement.Of(exact, same, batch).OfHidden, error => Assert.Equal(0, error));
        var (coarse, fine) = (DepthMeasurement.Of(exact, few, batch), DepthMeasurement.Of(exact, many, batch));
        Assert.Equal(3, coarse.OfLayer.Count);
        Assert.All(coarse.OfLayer.Zip(fine.OfLayer), errors => Assert.True(errors.First > errors.Second && errors.Second > 0));
        Assert.All(coarse.OfHidden.Zip(fine.OfHidden), errors => Assert.True(errors.First > errors.Second && errors.Second > 0));

        Transformer Model(string name) => LongRangeModel.Create(task, AllAttentions.Named(name), layers: 3, seed: 1);
    }

    private static RunPlan Plan() => new(
        "recall", "window", Seed: 1, Layers: 1, Length: 128, TokensOfStep: 128, HeldTokens: 1_024, Budget.OfSteps(6), Threads: 1, "");

    /// <summary>Recall that notes the lengths that are learned from.</summary>
    private sealed class RecordingTask : LongRangeTask
    {
        private readonly RecallTask _recall = new();

        /// <summary>The length of each example, first to last.</summary>
        public List<int> Lengths { get; } = [];

        public override string Name => _recall.Name;

        public override string Title => _recall.Title;

        public override bool Causal => _recall.Causal;

        public override int Vocabulary => _recall.Vocabulary;

        public override int Answers => _recall.Answers;

        public override int Length => _recall.Length;

        public override ScoreKind Score => _recall.Score;

        public override Example Learned(long number, int length, int seed)
        {
            Lengths.Add(length);
            return _recall.Learned(number, length, seed);
        }

        public override IReadOnlyList<Example> Held(int count, int length) => _recall.Held(count, length);

        public override IReadOnlyList<Baseline> Baselines(IReadOnlyList<Example> held) => _recall.Baselines(held);
    }
}
