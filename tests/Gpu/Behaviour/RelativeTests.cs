using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.RelativePositions;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Exact attention whose scores know distances, on GPUs, forward and backward, against the formula in double.</summary>
public class RelativeTests
{
    private delegate void Forwards(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView positionQuery,
        in ReadOnlyTensorView distanceKey, in TensorView destination, AttentionShape shape, ReadOnlySpan<int> keyLengths,
        ReadOnlySpan<int> queryLengths);

    private delegate void Backwards(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView positionQuery,
        in ReadOnlyTensorView distanceKey, in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient,
        in TensorView valueGradient, in TensorView positionQueryGradient, in TensorView distanceKeyGradient, AttentionShape shape,
        ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths, bool accumulate);

    /// <summary>Of 64 numbers a head the facade takes minutes; its tiles are those of the others.</summary>
    public static TheoryData<RelativeLayer> Layers => [.. RelativeLayer.All.Where(layer => layer.HeadDim < 64)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Outputs_and_gradients_are_those_of_the_formula(RelativeLayer layer)
    {
        foreach (var (queries, keys) in Sizes.AreShort ? [(3, 5)] : new[] { (1, 1), (9, 9), (5, 38), (33, 35), (40, 40) })
        {
            Check(layer, new RelativeCall(layer, new AttentionShape(1, 1, queries, keys)));
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Heads_may_share_keys_and_sequences_be_short(RelativeLayer layer)
    {
        var shape = new AttentionShape(2, 4, 7, 21, TensorLayout.BatchLengthHeadDim) { KeyHeads = 2 };
        Check(layer, new RelativeCall(layer, shape) { KeyLengths = [21, 16] });
    }

    [Fact]
    public void Structured_tokens_too()
    {
        var layer = RelativeLayer.Of(typeof(SameLength));
        foreach (var number in new Func<int, float>[] { _ => 0.5f, _ => 0, i => (i % 97 * 0.02f) - 1 }.Take(Sizes.AreShort ? 1 : 3))
        {
            var call = new RelativeCall(layer, new AttentionShape(1, 2, 17, 70));
            foreach (var tensor in new[] { call.Query, call.Key, call.Positions, call.Distances })
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
        var layer = RelativeLayer.Of(typeof(TensorRelative));
        Check(layer, new RelativeCall(layer, new AttentionShape(1, 2, 21, 45)));
    }

    /// <summary>Gradients are added to what is there, by each sequence and head that shares them.</summary>
    [Fact]
    public void Gradients_are_added_where_that_is_asked_for()
    {
        var layer = RelativeLayer.Of(typeof(Segments));
        var call = new RelativeCall(layer, new AttentionShape(2, 2, 5, 20));
        var (plain, added) = (Compute(layer, call, float.NaN), Compute(layer, call, start: 2));
        foreach (var (one, other) in plain.All.Zip(added.All).Skip(1))
        {
            Compare.Close(Array.ConvertAll(one, x => 2.0 + x), other, 1e-5);
        }
    }

    [Fact]
    public void Sequences_that_are_too_long_are_refused()
    {
        using var machine = new Machine();
        using var gpu = new OneNumber.Gpu(new OneNumber(), machine.Accelerator);
        float[] one = [1], many = new float[41], r = new float[40];
        var error = Assert.Throws<ArgumentException>(
            () => gpu.Forward(one, many, many, one, r, new float[1], new AttentionShape(1, 1, 1, 41)));
        Assert.StartsWith("There are 41 keys, but this attention is declared for at most 40.", error.Message, StringComparison.Ordinal);
    }

    private static void Check(RelativeLayer layer, RelativeCall call)
    {
        foreach (var (wanted, given) in call.Expected().All.Zip(Compute(layer, call, float.NaN).All))
        {
            Compare.Close(wanted, given, 2e-5, size: 1);
        }
    }

    private static RelativeCall.Outcome<float> Compute(RelativeLayer layer, RelativeCall call, float start)
    {
        using var machine = new Machine(processors: 2);
        var type = layer.Type.GetNestedType("Gpu")!;
        using var gpu = (IDisposable)Activator.CreateInstance(type, layer.Create(), machine.Accelerator)!;
        float[] Filled(float[] like) => [.. like.Select(_ => start)];
        var r = new RelativeCall.Outcome<float>(
            Filled(call.Upstream), Filled(call.Query), Filled(call.Key), Filled(call.Value), Filled(call.Positions),
            Filled(call.Distances));
        Member<Forwards>("Forward")(
            call.Query, call.Key, call.Value, call.Positions, call.Distances, r.Output, call.Shape, call.KeyLengths, default);
        Member<Backwards>("Backward")(
            call.Query, call.Key, call.Value, call.Positions, call.Distances, call.Upstream, r.Query, r.Key, r.Value, r.Positions,
            r.Distances, call.Shape, call.KeyLengths, default, !float.IsNaN(start));
        return r;

        // On tensors of the CPU, and not on views.
        T Member<T>(string name)
            where T : Delegate => type.GetMethods()
                .Single(method => method.Name == name && method.GetParameters()[0].ParameterType.IsByRef).CreateDelegate<T>(gpu);
    }
}
