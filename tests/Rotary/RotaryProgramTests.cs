using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Rotary;

/// <summary>Programs that rotate what they load, interpreted in double.</summary>
public sealed class RotaryProgramTests
{
    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Programs_compute_the_formula(RotaryLayer layer)
    {
        var generated = Layer.Of(layer.Type);
        var (queries, keys) = layer.IsScan ? (9, 9) : (7, 9);
        var inputs = new Inputs(generated, queries, keys, seed: 1, scale: 1);
        var upstream = Inputs.Normal(new Random(2), queries * generated.ValueDim, 1);
        var expected = layer.Expected(inputs.Query, inputs.Key, inputs.Value, upstream, generated.HeadDim);
        foreach (var one in ProgramCase.Of(inputs, seed: 1))
        {
            var outcome = one.Run(one.Program, tileRows: 4).Tensors;
            Check("output", expected.Output);
            Check("queryGradient", expected.Query);
            Check("keyGradient", expected.Key);
            Check("valueGradient", expected.Value);

            void Check(string name, double[] numbers)
            {
                if (one.Program.Operands.FirstOrDefault(operand => operand.Name == name) is { Access: not OperandAccess.Read })
                {
                    Compare.Close(numbers, outcome[name].Cast<double>().ToArray(), 2e-6);
                }
            }
        }
    }

    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Every_rotation_that_is_forgotten_is_found(RotaryLayer layer)
    {
        var generated = Layer.Of(layer.Type);
        var (queries, keys) = layer.IsScan ? (9, 9) : (7, 9);
        foreach (var one in ProgramCase.Of(generated, queries, keys, seed: 1, scale: 1))
        {
            var expected = one.Run(one.Program, tileRows: 4);
            var forgotten = Mutations.Of(one.Program).Where(mutant => Rotations(mutant.Program) == Rotations(one.Program) - 1
                && Dataflow.Flatten(mutant.Program.Body).Count() == Dataflow.Flatten(one.Program.Body).Count()).ToList();
            Assert.Equal(Rotations(one.Program), forgotten.Count);
            Assert.All(forgotten, mutant =>
                Assert.True(
                    Verifier.Faults(mutant.Program).Count > 0
                    || one.Run(mutant.Program, tileRows: 4).DifferenceFrom(expected, 1e-9) is not null, mutant.What));
        }
    }

    [Fact]
    public void Tile_that_is_rotated_in_place_is_read_by_nothing_else()
    {
        var b = new TileProgramBuilder("faulty");
        var d = Dim.Fixed("d", 4);
        var query = b.Operand(AttentionOperands.Query(d));
        var gradient = b.Operand(AttentionOperands.QueryGradient(d));
        var rotation = b.Rotation(d, 10_000);
        var tokens = b.Loop(Dim.Tokens("i"), 0, query.Length);
        b.Parallel(tokens, () =>
        {
            var q = b.Load("Q", query, tokens);
            b.Store(gradient, q, tokens, rotation);
            b.Store(gradient, q, tokens);
        });
        Assert.Contains(
            "rotates Q in place, which another statement reads", Assert.Throws<MalformedProgramException>(b.Build).Message,
            StringComparison.Ordinal);
    }

    private static int Rotations(TileProgram program) => Dataflow.Flatten(program.Body)
        .Count(statement => statement is Load { Rotation: not null } or Store { Rotation: not null });
}
