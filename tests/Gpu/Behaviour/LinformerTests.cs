using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Linformer;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Attention to mixtures of keys on GPUs, forward and backward, against the formula in double.</summary>
public class LinformerTests
{
    private delegate void OneForward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView lengthProjection,
        in TensorView destination, AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths);

    private delegate void TwoForward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView keyProjection,
        in ReadOnlyTensorView valueProjection, in TensorView destination, AttentionShape shape, ReadOnlySpan<int> keyLengths,
        ReadOnlySpan<int> queryLengths);

    private delegate void OneBackward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView lengthProjection,
        in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient,
        in TensorView lengthProjectionGradient, AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths,
        bool accumulate);

    private delegate void TwoBackward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView keyProjection,
        in ReadOnlyTensorView valueProjection, in ReadOnlyTensorView outputGradient, in TensorView queryGradient,
        in TensorView keyGradient, in TensorView valueGradient, in TensorView keyProjectionGradient,
        in TensorView valueProjectionGradient, AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths,
        bool accumulate);

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_the_formula(LinformerLayer layer)
    {
        foreach (var (queries, keys) in Sizes.AreShort ? [(3, 4)] : new[] { (0, 4), (3, 0), (1, 1), (33, 31), (9, 40) })
        {
            Check(layer, new LinformerCall(layer, new AttentionShape(2, 2, queries, keys)));
        }
    }

    /// <summary>Random inputs average faults away; these do not.</summary>
    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Structured_tokens_too(LinformerLayer layer)
    {
        foreach (var number in new Func<int, float>[] { _ => 0.5f, _ => 0, i => (i % 97 * 0.02f) - 1 }.Take(Sizes.AreShort ? 1 : 3))
        {
            var call = new LinformerCall(layer, new AttentionShape(1, 2, 7, 19));
            foreach (var tensor in new[] { call.Query, call.Key, call.Value })
            {
                for (var i = 0; i < tensor.Length; i++)
                {
                    tensor[i] = number(i);
                }
            }

            Check(layer, call);
        }
    }

    [Fact]
    public void Without_tensor_cores_their_layers_compute_in_float32()
    {
        var layer = LinformerLayer.Of<TensorMixtures>();
        Check(layer, new LinformerCall(layer, new AttentionShape(1, 2, 21, 35)));
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Heads_may_share_keys_and_sequences_be_short(LinformerLayer layer)
    {
        var shape = new AttentionShape(2, 4, 7, 21, TensorLayout.BatchLengthHeadDim) { KeyHeads = 2 };
        Check(layer, new LinformerCall(layer, shape) { KeyLengths = [21, 6] });
    }

    /// <summary>Gradients are added to what is there, by each head that shares them.</summary>
    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Gradients_are_added_where_that_is_asked_for(LinformerLayer layer)
    {
        var call = new LinformerCall(layer, new AttentionShape(2, 2, 5, 20));
        var (plain, added) = (Compute(layer, call, float.NaN), Compute(layer, call, start: 2));
        foreach (var (one, other) in plain.All.Zip(added.All).Skip(1))
        {
            Compare.Close(Array.ConvertAll(one, x => 2.0 + x), other, 1e-5);
        }
    }

    /// <summary>Of no sequence the gradient of what all sequences share is zeros.</summary>
    [Fact]
    public void Matrices_that_nobody_reads_have_zeros()
    {
        foreach (var layer in new[] { LinformerLayer.Of<SharedByHeads>(), LinformerLayer.Of<OfEachHead>() })
        {
            var call = new LinformerCall(layer, new AttentionShape(0, 2, 3, 4));
            Assert.All(Compute(layer, call, float.NaN).E, x => Assert.Equal(0, x));
            Assert.All(Compute(layer, call, start: 2).F, x => Assert.Equal(2, x));
        }
    }

    [Fact]
    public void Sequences_that_are_too_long_are_refused()
    {
        using var machine = new Machine();
        using var gpu = new SharedByHeads.Gpu(new SharedByHeads(), machine.Accelerator);
        var (one, many, matrix) = (new float[16], new float[65 * 16], new float[64 * 16]);
        var error = Assert.Throws<ArgumentException>(
            () => gpu.Forward(one, many, many, matrix, matrix, one, new AttentionShape(1, 1, 1, 65)));
        Assert.StartsWith("There are 65 keys, but this attention is declared for at most 64.", error.Message, StringComparison.Ordinal);
    }

    private static void Check(LinformerLayer layer, LinformerCall call)
    {
        foreach (var (wanted, given) in call.Expected().All.Zip(Compute(layer, call, float.NaN).All))
        {
            Compare.Close(wanted, given, 2e-5, call.Size);
        }
    }

    private static LinformerCall.Outcome<float> Compute(LinformerLayer layer, LinformerCall call, float start)
    {
        using var machine = new Machine(processors: 2);
        var type = layer.Type.GetNestedType("Gpu")!;
        using var gpu = (IDisposable)Activator.CreateInstance(type, layer.Create(), machine.Accelerator)!;
        float[] Filled(float[] like) => [.. like.Select(_ => start)];
        var r = new LinformerCall.Outcome<float>(
            Filled(call.Upstream), Filled(call.Query), Filled(call.Key), Filled(call.Value), Filled(call.E), Filled(call.F));
        var (q, k, v, e, f, g, shape, keys, add) =
            (call.Query, call.Key, call.Value, call.E, call.F, call.Upstream, call.Shape, call.KeyLengths, !float.IsNaN(start));
        if (layer.HasOneMatrix)
        {
            Member<OneForward>("Forward")(q, k, v, e, r.Output, shape, keys, default);
            Member<OneBackward>("Backward")(q, k, v, e, g, r.Query, r.Key, r.Value, r.E, shape, keys, default, add);
            return r with { F = r.E };
        }

        Member<TwoForward>("Forward")(q, k, v, e, f, r.Output, shape, keys, default);
        Member<TwoBackward>("Backward")(q, k, v, e, f, g, r.Query, r.Key, r.Value, r.E, r.F, shape, keys, default, add);
        return r;

        // On tensors of the CPU, and not on views.
        T Member<T>(string name)
            where T : Delegate => type.GetMethods()
                .Single(method => method.Name == name && method.GetParameters()[0].ParameterType.IsByRef).CreateDelegate<T>(gpu);
    }
}
