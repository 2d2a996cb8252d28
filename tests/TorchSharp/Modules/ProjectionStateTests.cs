using TorchSharp;
using TorchSharp.PyBridge;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>The projection in a model's state: whatever loads it reaches the layer.</summary>
public sealed class ProjectionStateTests
{
    public static TheoryData<string, string> Ways()
    {
        var ways = new TheoryData<string, string>();
        foreach (var layer in (string[])[nameof(CausalFavor), nameof(FavorRelu), nameof(FavorHadamard)])
        {
            foreach (var way in (string[])["load", "load_state_dict", "safetensors", "pth", "copy_", "bytes"])
            {
                ways.Add(layer, way);
            }
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_is_loaded_is_what_computes(string name, string way)
    {
        using var scope = NewDisposeScope();
        using MultiheadKernelAttention saved = Model(name, 1), loaded = Model(name, 2);
        var input = randn(2, 11, 10);
        var expected = saved.call(input).detach();
        Assert.NotEqual(saved.Attention.Projection!.Weights.ToArray(), loaded.Attention.Projection!.Weights.ToArray());
        _ = loaded.call(input); // it has computed with its own before

        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "model");
        switch (way)
        {
            case "load":
                saved.save(path);
                loaded.load(path);
                break;
            case "load_state_dict":
                loaded.load_state_dict(saved.state_dict());
                break;
            case "safetensors":
                saved.save_safetensors(path);
                loaded.load_safetensors(path);
                break;
            case "pth":
                saved.save_py(path);
                loaded.load_py(path);
                break;
            case "copy_":
                Copy((to, from) => to.copy_(from));
                break;
            case "bytes":
                Copy((to, from) => to.bytes = from.bytes);
                break;
        }

        Assertions.Same(expected, loaded.call(input).detach());
        var projection = loaded.Attention.Projection!;
        Assert.Equal(saved.Attention.Projection!.Draw, projection.Draw);
        Assert.Equal(saved.Attention.Projection!.Weights.ToArray(), projection.Weights.ToArray());
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        void Copy(Action<Tensor, Tensor> copy)
        {
            using var mode = no_grad();
            foreach (var (key, to) in loaded.state_dict())
            {
                copy(to, saved.state_dict()[key]);
            }
        }
    }

    [Fact]
    public void The_decoder_of_a_loaded_model_is_up_to_date_too()
    {
        using var scope = NewDisposeScope();
        using MultiheadKernelAttention saved = Model(nameof(CausalFavor), 1), loaded = Model(nameof(CausalFavor), 2);
        var input = randn(2, 5, 10);
        loaded.load_state_dict(saved.state_dict());
        using var decoder = loaded.CreateDecoder(2);
        Assertions.Close(saved.call(input).detach(), decoder.Prefill(input), 1e-6);
    }

    [Fact]
    public void Conversion_to_another_type_keeps_every_bit()
    {
        using var scope = NewDisposeScope();
        using var model = Model(nameof(FavorHadamard), 1);
        var before = ProjectionBuffer.Bytes(model.Attention.Projection!);
        model.to(ScalarType.BFloat16);
        Assertions.Throws<InvalidOperationException>("The module's weights are BFloat16", () => model.call(randn(1, 3, 10)));
        Assertions.Throws<ArgumentException>("input is BFloat16", () => model.call(randn(1, 3, 10).to(ScalarType.BFloat16)));
        model.to(ScalarType.Float32);
        Assert.Equal(before, ProjectionBuffer.Bytes(model.Attention.Projection!));
        Assert.Equal(before, model.state_dict()["attention.projection"].bytes.ToArray());
    }

    [Fact]
    public void What_is_no_projection_is_refused_when_it_is_needed()
    {
        using var scope = NewDisposeScope();
        using var module = new KernelAttention(new Favor(1));
        var inputs = new Problem(module.Layer).Inputs;
        var buffer = module.get_buffer("projection")!;
        var good = buffer.bytes.ToArray();
        buffer.bytes[40] ^= 1;
        Assert.Contains("no projection of the layer KernelGen.TorchSharp.Tests.Favor", Refusal(), StringComparison.Ordinal);
        Refusal(); // and again
        buffer.bytes = ProjectionBuffer.Bytes(Projection.Orthogonal(8, 24, 1)); // as many bytes
        Assert.Contains("it is 8 × 24 (rows × columns), but the layer needs 24 × 8", Refusal(), StringComparison.Ordinal);
        buffer.bytes = good;
        module.call(inputs[0], inputs[1], inputs[2]);

        string Refusal() => Assertions.Message<InvalidOperationException>(() => module.call(inputs[0], inputs[1], inputs[2]));
    }

    [Fact]
    public void A_layer_that_others_redraw_is_noticed()
    {
        using var scope = NewDisposeScope();
        var layer = new Favor(1);
        using var module = new KernelAttention(layer);
        var inputs = new Problem(layer).Inputs;
        layer.Redraw(5);
        Assertions.Throws<InvalidOperationException>("outside its module", () => module.call(inputs[0], inputs[1], inputs[2]));
        module.Redraw(Projection.Orthogonal(24, 8, 5));
        module.call(inputs[0], inputs[1], inputs[2]);
        Assert.Throws<ArgumentException>(() => module.Redraw(Projection.Orthogonal(25, 8, 5)));
        Assert.Throws<ArgumentException>(() => module.Redraw(Projection.Orthogonal(8, 24, 5)));
        module.call(inputs[0], inputs[1], inputs[2]);
        using var exact = new KernelAttention(new Exact());
        Assert.Throws<InvalidOperationException>(() => exact.Redraw(1));
    }

    [Fact]
    public void Exact_attention_adds_nothing_to_the_state()
    {
        using var scope = NewDisposeScope();
        using var module = new KernelAttention(new Exact());
        Assert.Empty(module.state_dict());
        Assert.Null(module.Projection);
        using var random = new KernelAttention(new Favor(1));
        Assert.Equal(["optimizer_steps", "projection", "redraw_seed"], random.state_dict().Keys.Order());
        Assert.Empty(random.parameters());
    }

    private static MultiheadKernelAttention Model(string layer, ulong seed)
    {
        random.manual_seed((long)seed);
        return new MultiheadKernelAttention(Layers.Create(layer, seed), embeddingDim: 10, heads: 2);
    }
}
