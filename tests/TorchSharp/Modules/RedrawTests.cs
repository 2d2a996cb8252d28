using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>When projections are drawn anew, and that a resumed run draws the same.</summary>
public sealed class RedrawTests
{
    [Fact]
    public void Draws_come_every_so_many_steps_of_the_optimiser()
    {
        using var model = Model(every: 3);
        var draws = new List<Projection>();
        for (var step = 0; step < 7; step++)
        {
            draws.Add(Draw(model));
            Forward(model); // any number of passes for a step
            Forward(model);
            Assert.Same(draws[^1], Draw(model));
            model.AfterOptimizerStep();
        }

        Assert.Equal([1, 1, 1, 2, 2, 2, 3], draws.Select(draw => draws.Select(Weights).Distinct().ToList().IndexOf(Weights(draw)) + 1));
        Assert.Equal(7, model.AttentionModules()[0].OptimizerSteps);
    }

    [Fact]
    public void Evaluation_neither_counts_nor_draws()
    {
        using var model = Model(every: 1);
        var before = Draw(model);
        model.eval();
        model.AfterOptimizerStep();
        Assert.Same(before, Draw(model));
        Assert.Equal(0, model.AttentionModules()[0].OptimizerSteps);
        model.train();
        model.AfterOptimizerStep();
        Assert.NotSame(before, Draw(model));
    }

    [Fact]
    public void A_resumed_run_draws_what_the_run_would_have_drawn()
    {
        using var scope = NewDisposeScope();
        using var whole = Model(every: 2, seed: 4);
        using var first = Model(every: 2, seed: 4);
        using var resumed = Model(every: 2, seed: 99); // the saved seed counts
        for (var step = 0; step < 3; step++)
        {
            whole.AfterOptimizerStep();
            first.AfterOptimizerStep();
        }

        resumed.load_state_dict(first.state_dict());
        for (var step = 0; step < 6; step++)
        {
            Assert.Equal(Weights(Draw(whole)), Weights(Draw(resumed)));
            whole.AfterOptimizerStep();
            resumed.AfterOptimizerStep();
        }
    }

    [Fact]
    public void Modules_of_different_seeds_draw_different_projections()
    {
        var seeds = new HashSet<ulong>();
        for (ulong seed = 0; seed < 50; seed++)
        {
            for (var draw = 1; draw < 50; draw++)
            {
                Assert.True(seeds.Add(RedrawSchedule.SeedOf(seed, draw)));
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new RedrawSchedule(0, 1));
        Assertions.Throws<ArgumentException>("draws no projections",
            () => new KernelAttention(new Exact(), redraw: new RedrawSchedule(1, 1)));
    }

    [Fact]
    public void A_module_that_stands_twice_in_a_model_counts_once()
    {
        using var attention = new KernelAttention(new Favor(1), redraw: new RedrawSchedule(5, 1));
        using var model = new Twice(attention);
        model.AfterOptimizerStep();
        Assert.Equal(1, attention.OptimizerSteps);
    }

    private sealed class Twice : nn.Module
    {
        public Twice(nn.Module module)
            : base(nameof(Twice))
        {
            register_module("first", module);
            register_module("second", module);
        }
    }

    private static nn.Module<Tensor, Tensor> Model(int every, ulong seed = 1)
    {
        random.manual_seed(1);
        return nn.Sequential(
            ("first", new MultiheadKernelAttention(new Favor(1), 10, 2, redraw: new RedrawSchedule(every, seed))),
            ("second", nn.Linear(10, 10)));
    }

    private static void Forward(nn.Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        model.call(randn(1, 4, 10)).sum().backward();
    }

    private static Projection Draw(nn.Module model) => model.AttentionModules().Single().Projection!;

    private static string Weights(Projection projection) => string.Join(' ', projection.Weights.ToArray());
}
