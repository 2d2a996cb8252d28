using KernelGen.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>What becomes of tokens that leave a memory, by numbers that were computed elsewhere, and how a memory fills.</summary>
public sealed class CompressiveMemoryTests
{
    private const double Tolerance = 1e-5, GradientTolerance = 1e-4;

    private static readonly Vectors Data = new("compressive_L8_M9_C5_d6");

    [Theory]
    [InlineData(CompressionKind.Mean, "mean")]
    [InlineData(CompressionKind.Max, "max")]
    [InlineData(CompressionKind.Convolution, "convolution")]
    [InlineData(CompressionKind.DilatedConvolution, "dilated")]
    [InlineData(CompressionKind.MostUsed, "most_used")]
    public void Compressions_are_those_of_the_definition(CompressionKind kind, string name)
    {
        using var scope = NewDisposeScope();
        var compression = Compression(kind);
        var compressed = compression.forward(Floats("memory", 2, 9, 12), Floats("usage", 2, 9));
        Assertions.Close(Doubles(name, 2, 3, 12), compressed, Tolerance);
    }

    /// <summary>Only the compressed tokens learn, and the convolution that made them.</summary>
    [Fact]
    public void Loss_of_reconstruction_is_that_of_the_definition()
    {
        using var scope = NewDisposeScope();
        var compression = Compression(CompressionKind.Convolution);
        Tensor query = Floats("q", 2, 2, 8, 6).requires_grad_(), old = Floats("memory", 2, 9, 12).requires_grad_(),
            keys = Floats("Wk", 12, 12).requires_grad_(), values = Floats("Wv", 12, 12).requires_grad_();
        var compressed = compression.forward(old.detach());
        compressed.retain_grad();
        var loss = MemoryCompression.AttentionReconstruction(query, old, compressed, keys, values);
        Assertions.Close(Doubles("loss", 1), loss.reshape(1), Tolerance);
        loss.backward();
        Assertions.Close(Doubles("loss.dcompressed", 2, 3, 12), compressed.grad!, GradientTolerance);
        var parameters = compression.named_parameters().ToDictionary(one => one.name, one => one.parameter);
        Assertions.Close(Doubles("loss.dconv_weight", 12, 12, 3), parameters["convolution.weight"].grad!, GradientTolerance);
        Assertions.Close(Doubles("loss.dconv_bias", 12), parameters["convolution.bias"].grad!, GradientTolerance);
        Assert.All(new[] { query, old, keys, values }, constant => Assert.Null(constant.grad));
    }

    /// <summary>Each token is its number: memory and compressed memory say which they hold.</summary>
    [Fact]
    public void Oldest_tokens_are_compressed_and_then_lost()
    {
        using var scope = NewDisposeScope();
        using var memory = new CompressiveMemory(new MemoryCompression(CompressionKind.Mean, 3, 1), memoryLength: 5, compressedLength: 3);
        Assert.Null(memory.Tokens);
        Assert.Null(memory.Append(Numbers(0, 4)));
        Assert.Equal([0f, 1, 2, 3], Values(memory.Tokens!));

        // Of eight tokens three are too many: one group leaves.
        var left = memory.Append(Numbers(4, 8))!.Value;
        Assert.Equal([0f, 1, 2], Values(left.Old));
        Assert.Equal([1f], Values(left.Compressed));
        Assert.Equal([1f, 3, 4, 5, 6, 7], Values(memory.Tokens!));

        // One too many is no group: it stays.
        Assert.Null(memory.Append(Numbers(8, 9)));
        Assert.Equal((6, 1), (memory.MemoryCount, memory.CompressedCount));

        // A segment longer than the memory; the compressed memory forgets its first.
        var more = memory.Append(Numbers(9, 20))!.Value;
        Assert.Equal(12, more.Old.shape[1]);
        Assert.Equal([7f, 10, 13, 15, 16, 17, 18, 19], Values(memory.Tokens!));
        memory.Reset();
        Assert.Null(memory.Tokens);
    }

    [Fact]
    public void Nothing_of_the_memory_has_a_gradient_but_what_a_loss_is_given_has()
    {
        using var scope = NewDisposeScope();
        using var memory = new CompressiveMemory(
            new MemoryCompression(CompressionKind.Convolution, 2, 4), memoryLength: 0, compressedLength: 8);
        var segment = randn(2, 6, 4).requires_grad_();
        var left = memory.Append(segment)!.Value;
        Assert.False(memory.Tokens!.requires_grad);
        Assert.False(left.Old.requires_grad);
        Assert.True(left.Compressed.requires_grad);
        left.Compressed.sum().backward();
        Assert.Null(segment.grad);
    }

    [Fact]
    public void Of_tokens_that_were_used_alike_the_earlier_stays()
    {
        using var scope = NewDisposeScope();
        var most = new MemoryCompression(CompressionKind.MostUsed, 2, 1);
        Assert.Equal([0f, 1, 2], Values(most.forward(Numbers(0, 6), ones(1, 6))));
        Assert.Equal([1f, 4, 5], Values(most.forward(Numbers(0, 6), tensor([0f, 3, 0, 0, 1, 2], [1, 6]))));
    }

    [Fact]
    public void Wrong_sizes_are_named()
    {
        using var scope = NewDisposeScope();
        var compression = new MemoryCompression(CompressionKind.MostUsed, 3, 4);
        Assertions.Throws<ArgumentException>("[1, 7, 4]", () => compression.forward(zeros(1, 7, 4)));
        Assertions.Throws<ArgumentException>("a multiple of 3, 4", () => compression.forward(zeros(1, 6, 5)));
        Assertions.Throws<ArgumentException>("The usage is missing", () => compression.forward(zeros(1, 6, 4)));
        Assertions.Throws<ArgumentException>("[1, 5]", () => compression.forward(zeros(1, 6, 4), zeros(1, 5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryCompression(CompressionKind.Mean, 1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryCompression((CompressionKind)9, 2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompressiveMemory(compression, -1, 4));
        using var memory = new CompressiveMemory(compression, 6, 4);
        memory.Append(zeros(2, 3, 4));
        Assertions.Throws<ArgumentException>("must be [2, tokens, 4]", () => memory.Append(zeros(3, 3, 4)));
    }

    private static MemoryCompression Compression(CompressionKind kind)
    {
        var compression = new MemoryCompression(kind, 3, 12);
        using (no_grad())
        {
            foreach (var (name, parameter) in compression.named_parameters())
            {
                parameter.copy_(
                    name == "convolution.weight" && kind == CompressionKind.Convolution ? Floats("conv_weight", 12, 12, 3)
                    : name == "convolution.weight" ? Floats("dilated_weight", 12, 12, 2)
                    : Floats("conv_bias", 12));
            }
        }

        return compression;
    }

    private static Tensor Numbers(int from, int to) => arange(from, to, ScalarType.Float32).reshape(1, to - from, 1);

    private static float[] Values(Tensor tokens) => [.. tokens.contiguous().data<float>()];

    private static Tensor Floats(string name, params long[] sizes) => tensor(Data.Read<float>($"{name}.f32.bin"), sizes);

    private static Tensor Doubles(string name, params long[] sizes) => tensor(Data.Read<double>($"{name}.f64.bin"), sizes);
}
