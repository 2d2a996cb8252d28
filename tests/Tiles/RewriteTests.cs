using FsCheck;
using FsCheck.Fluent;
using KernelGen.Generator.Rewrites;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// What a rewrite makes of a program computes what the program does, to the bit: on every program of every family, and on random ones. All
/// that differs between them is which statements are executed and when.
/// </summary>
public class RewriteTests
{
    private static readonly string[] Optional = ["logSumExp", "logSumExpRest"];

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Slice_has_the_same_state(Layer layer) => OnAll(layer, SliceHasTheSameState);

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Outputs_of_a_given_state_are_the_same(Layer layer) => OnAll(layer, OutputsOfAGivenStateAreTheSame);

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Program_without_optional_stores_writes_the_others(Layer layer) => OnAll(layer, OthersAreWritten);

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Loads_can_wait(Layer layer) => OnAll(layer, LoadsCanWait);

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Rows_of_runs_can_be_made_again(Layer layer) => OnAll(layer, RowsCanBeMadeAgain);

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void One_token_is_a_tile_of_one_token(Layer layer)
    {
        // A step exists where all keys do.
        var one = ProgramCase.Of(layer, 9, 9, seed: 2, scale: 2).First();
        Assert.True(OneToken.Supports(one.Program));
        OneTokenIsATileOfOneToken(one);
    }

    [Fact]
    public void All_hold_of_random_programs()
    {
        var problems = Arb.From(
            from seed in Gen.Choose(0, 10_000_000)
            from isScan in Gen.Elements(false, true)
            from hasReference in Gen.Elements(false, true)
            select (seed, isScan, hasReference));
        Prop.ForAll(problems, problem =>
        {
            var one = RandomProgram.Make(problem.seed, problem.isScan, problem.hasReference);
            SliceHasTheSameState(one);
            OutputsOfAGivenStateAreTheSame(one);
            OthersAreWritten(one);
            LoadsCanWait(one);
            RowsCanBeMadeAgain(one);
            if (OneToken.Supports(one.Program))
            {
                OneTokenIsATileOfOneToken(one);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Rewrite_leaves_what_it_does_not_change()
    {
        var program = Layer.Of<CausalSoftmax64>().Program;
        var dropped = DropOptionalStores.Of(program);
        Assert.Equal(Products(program), Products(dropped));
        Assert.NotSame(program.Body, dropped.Body);
        Assert.Same(dropped.Body, DropOptionalStores.Of(dropped).Body);

        static IEnumerable<Statement> Products(TileProgram of) => Dataflow.Flatten(of.Body).Where(statement => statement is MatMul);
    }

    private static void SliceHasTheSameState(ProgramCase one)
    {
        if (one.Program.Fold is null)
        {
            return;
        }

        var slice = SliceToState.Of(one.Program);
        Assert.True(!one.Program.IsScan || !Dataflow.Flatten(slice.Body).Any(statement => statement is Store));
        var (whole, sliced) = (one.Run(one.Program, 3), one.Run(slice, 3));
        Same(one, sliced with { Tensors = [] }, whole);
    }

    private static void OutputsOfAGivenStateAreTheSame(ProgramCase one)
    {
        if (one.Program.Fold is null || one.Program.IsScan || one.Program.Kept is not null)
        {
            return;
        }

        var whole = one.Run(one.Program, 3);
        var outputs = one.Run(one.Program.WithOutputsAlone(), 3, whole.State);
        Same(one, outputs with { State = [] }, whole);
    }

    private static void OthersAreWritten(ProgramCase one)
    {
        var dropped = DropOptionalStores.Of(one.Program);
        Assert.DoesNotContain(Dataflow.Flatten(dropped.Body), statement => statement is Store { Destination.IsOptional: true });
        Same(one, one.Run(dropped, 3), one.Run(one.Program, 3), Optional);
    }

    private static void LoadsCanWait(ProgramCase one)
    {
        foreach (var program in Kernels(one.Program))
        {
            var late = LoadLate.Of(program.Version);
            Assert.Equal(Dataflow.Flatten(program.Version.Body).Count(), Dataflow.Flatten(late.Body).Count());
            SameAsItWas(one, program, late);
        }
    }

    private static void RowsCanBeMadeAgain(ProgramCase one)
    {
        foreach (var program in Kernels(one.Program))
        {
            SameAsItWas(one, program, MakeAgain.Of(LoadLate.Of(program.Version)));
        }
    }

    private static void OneTokenIsATileOfOneToken(ProgramCase one)
    {
        var step = OneToken.Of(one.Program);
        Assert.DoesNotContain(
            Dataflow.Flatten(step.Body).SelectMany(Dataflow.Expressions).SelectMany(Dataflow.Conditions),
            condition =>
                condition is not (KernelGen.Generator.Expressions.Condition.Compare or KernelGen.Generator.Expressions.Condition.Both
                    or KernelGen.Generator.Expressions.Condition.Either or KernelGen.Generator.Expressions.Condition.Not));
        Same(one, one.Run(step, 1), one.Run(one.Program, 1));
    }

    /// <summary>The programs that a GPU has a kernel for: all, or the state first and the outputs then.</summary>
    private static IEnumerable<(TileProgram Version, bool NeedsState)> Kernels(TileProgram program)
    {
        yield return (program, false);
        if (program.Fold is not null)
        {
            yield return (SliceToState.Of(program), false);
            yield return (program.WithOutputsAlone(), !program.IsScan);
        }
    }

    private static void SameAsItWas(ProgramCase one, (TileProgram Version, bool NeedsState) program, TileProgram rewritten)
    {
        if (program.NeedsState && one.Program.Kept is not null)
        {
            return;
        }

        var given = program.NeedsState ? one.Run(one.Program, 3).State : null;
        Same(one, one.Run(rewritten, 3, given), one.Run(program.Version, 3, given));
    }

    private static void OnAll(Layer layer, Action<ProgramCase> check)
    {
        // More queries than keys: the last tiles of a causal program meet tokens that have no key.
        foreach (var one in ProgramCase.Of(layer, queries: 8, keys: layer.Causal ? 7 : 5, seed: 1, scale: 2))
        {
            check(one);
        }
    }

    private static void Same(ProgramCase one, ProgramCase.Outcome actual, ProgramCase.Outcome expected, params string[] except) =>
        Assert.True(
            actual.DifferenceFrom(expected, 0, except) is not { } name,
            $"{one.Name}: {actual.DifferenceFrom(expected, 0, except)} differs.");
}
