using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>A constructor of the user's that calls no generated one leaves the layer without projections: using it says so.</summary>
public class UnchainedConstructorTests
{
    [Fact]
    public void Use_says_what_to_do()
    {
        var layer = new Unchained("no seed");
        var error = Assert.Throws<InvalidOperationException>(
            () => layer.Forward(new float[4], new float[4], new float[4], new float[4], new AttentionShape(1, 1, 1)));
        Assert.Contains(": this(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chained_constructor_works()
    {
        var output = new float[4];
        new Unchained(seed: 1, name: "chained")
            .Forward(new float[4], new float[4], new float[] { 1, 2, 3, 4 }, output, new AttentionShape(1, 1, 1));
        Assert.Equal([1, 2, 3, 4], output);
    }
}

/// <summary>A layer with constructors of its own.</summary>
[FavorAttention(HeadDim = 4, Features = 4)]
public sealed partial class Unchained
{
    public Unchained(string name) => Name = name;

    public Unchained(ulong seed, string name)
        : this(seed) => Name = name;

    public string? Name { get; }
}
