using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Golden;
using Xunit;

namespace KernelGen.Tests.Runtime;

public class DistanceEmbeddingTests
{
    [Fact]
    public void Sinusoids_are_those_of_the_paper()
    {
        // Each number is the nearest float.
        var expected = new Vectors("transformer_xl_L11_M13_d6").Read<double>("sinusoids.f64.bin");
        Compare.Close(expected, DistanceEmbedding.Sinusoids(distances: 24, dim: 10), Math.Pow(2, -24));
    }

    [Theory]
    [InlineData(0, 4, "distances")]
    [InlineData(4, 0, "dim")]
    [InlineData(4, 7, "dim")]
    [InlineData(1 << 20, 1 << 20, "distances")]
    public void Wrong_sizes_are_named(int distances, int dim, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => DistanceEmbedding.Sinusoids(distances, dim)).ParamName);
}
