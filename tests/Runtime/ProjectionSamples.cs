using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Projections to save: every draw, and numbers that are hard to write.</summary>
internal static class ProjectionSamples
{
    public static TheoryData<string> SmallNames => new(Enum.GetNames<ProjectionDraw>());

    public static TheoryData<string> Names => new([.. Enum.GetNames<ProjectionDraw>(), "hard", "large", "large Hadamard", "1 × 1"]);

    public static Projection Of(string name) => name switch
    {
        nameof(ProjectionDraw.Given) => Projection.FromWeights([1, -2.5f, 3, 4, 5, 6e-7f], 2, 3),
        nameof(ProjectionDraw.Orthogonal) => Projection.Orthogonal(4, 3, seed: 1),
        nameof(ProjectionDraw.Gaussian) => Projection.Gaussian(4, 3, seed: 1),
        nameof(ProjectionDraw.RegularizedOrthogonal) => Projection.RegularizedOrthogonal(4, 3, seed: 1),
        nameof(ProjectionDraw.Hadamard) => Projection.Hadamard(5, 3, seed: 1),
        "hard" => Projection.FromWeights(
            [0, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue,
             1.17549435e-38f, 0.1f, 1f / 3, 16777216, 1e10f, 1.00000012f], 3, 4),
        "large" => Projection.Orthogonal(300, 40, seed: 2), // several buffers
        "large Hadamard" => Projection.Hadamard(9000, 60, seed: 2), // also of signs
        "1 × 1" => Projection.Hadamard(1, 1, seed: 2),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no sample"),
    };

    /// <summary>Asserts that draw, sizes, structure and weights are the same to the bit.</summary>
    public static void AssertSame(Projection expected, Projection actual)
    {
        Assert.Equal((expected.Draw, expected.Rows, expected.Columns), (actual.Draw, actual.Rows, actual.Columns));
        Assert.Equal(expected.PaddedColumns, actual.PaddedColumns);
        Assert.Equal(expected.Signs.ToArray(), actual.Signs.ToArray());
        Assert.Equal(Bits(expected.Lengths), Bits(actual.Lengths));
        Assert.Equal(Bits(expected.Weights), Bits(actual.Weights));
    }

    private static uint[] Bits(ReadOnlySpan<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToUInt32Bits)];
}
