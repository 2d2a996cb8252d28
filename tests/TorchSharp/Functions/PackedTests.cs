using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Sequences that are packed one after the other give what each gives alone, outputs and gradients.</summary>
public sealed class PackedTests
{
    // One thread, or a few that cut other spans: some roundings.
    private const double Tolerance = 2e-5;

    public static TheoryData<string, TensorLayout> Cases()
    {
        var cases = new TheoryData<string, TensorLayout>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                cases.Add(layer, layout);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_sequence_is_what_it_is_alone(string name, TensorLayout layout)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        int[] queries = [0, 30, 31, 31, 90], keys = layer.Causal ? queries : [0, 5, 5, 25, 70];
        Problem packed = new(layer, layout, batch: 1, queries: queries[^1], keys: keys[^1], keyHeads: 1);
        Tensor query = packed.Inputs[0], key = packed.Inputs[1], value = packed.Inputs[2];
        var tokens = layout == TensorLayout.BatchHeadLengthDim ? 2 : 1;
        var output = layer.Forward(query, key, value, layout, offsets: tensor(queries), keyOffsets: tensor(keys).to(ScalarType.Int64));
        output.square().sum().backward();
        var gradients = packed.TakeGradients();

        var alone = cat(
            [.. Enumerable.Range(0, queries.Length - 1).Select(sequence => layer.Forward(
                Part(query, queries, sequence), Part(key, keys, sequence), Part(value, keys, sequence), layout))], tokens);
        Assertions.Close(alone.detach(), output.detach(), Tolerance);
        alone.square().sum().backward();
        foreach (var (expected, actual) in packed.TakeGradients().Zip(gradients))
        {
            Assertions.Close(expected, actual, Tolerance);
        }

        if (layer.Causal)
        {
            using var module = new KernelAttention(layer, layout);
            Assertions.Same(output.detach(), module.call(query, key, value, null, offsets: tensor(queries)).detach());
        }

        Tensor Part(Tensor tensor, int[] offsets, int sequence) =>
            tensor.narrow(tokens, offsets[sequence], offsets[sequence + 1] - offsets[sequence]);
    }

    [Fact]
    public void Wrong_offsets_are_named()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(Exact));
        Tensor good = zeros(1, 3, 4, 8), value = zeros(1, 3, 4, 6);
        Refused("offsets is Float32 [3], but must be Int64 or Int32 [sequences + 1]", good, value, tensor([0f, 2f, 4f]));
        Refused("offsets is Int64 [1, 2]", good, value, tensor([0L, 4L]).unsqueeze(0));
        Refused("offsets is Int64 [0]", good, value, zeros(0, ScalarType.Int64));
        Refused("offsets[1] is 4294967300, but at most 2147483647 is possible", good, value, tensor([0L, 4_294_967_300L]));
        Refused("Offsets[2] is 1, but must be at least Offsets[1] = 2", good, value, tensor([0L, 2L, 1L]));
        Refused("Offsets ends with 3, but must end with QueryLength = 4", good, value, tensor([0L, 2L, 3L]));
        Refused(
            "KeyOffsets holds 2 numbers, but a batch of 2 packed sequences needs 3", good, value, tensor([0L, 2L, 4L]), tensor([0L, 4L]));
        Refused("There are keyOffsets, but no offsets", good, value, null, tensor([0L, 4L]));
        Refused("The batch size is 2, but with offsets it must be 1", zeros(2, 3, 4, 8), zeros(2, 3, 4, 6), tensor([0L, 4L]));
        Assertions.Throws<ArgumentException>(
            "There are offsets and padding", () => layer.Forward(good, good, value, padding: tensor([3L]), offsets: tensor([0L, 4L])));

        void Refused(string message, Tensor tokens, Tensor values, Tensor? offsets, Tensor? keyOffsets = null) =>
            Assertions.Throws<ArgumentException>(
                message, () => layer.Forward(tokens, tokens, values, offsets: offsets, keyOffsets: keyOffsets));
    }
}
