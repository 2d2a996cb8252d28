using KernelGen.Tests.Decay;
using KernelGen.Gpu.Tests.Decay.Large;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Sums that fade from token to token, on GPUs: outputs and gradients are those of CPUs, which are held to the formula.</summary>
public class DecayTests
{
    public static TheoryData<Layer> Fading =>
    [
        Layer.Of<FadingSoftmax>(), Layer.Of<FadingSums>(), Layer.Of<FadingHyperbolic>(), Layer.Of<FadingRelu>(), Layer.Of<FadingTanh>(),
        Layer.Of<FadingLinear>(), Layer.Of<FadingRotary>(),
    ];

    public static TheoryData<Layer> Retentive => [Layer.Of<RetentiveSoftmax>(), Layer.Of<RetentiveRelu>(), Layer.Of<RetentiveLinear>()];

    [Theory]
    [MemberData(nameof(Fading))]
    [MemberData(nameof(Retentive))]
    public void Outputs_and_gradients_are_those_of_the_CPU(Layer layer)
    {
        using var gpu = new DecayLayer(layer);

        // Where a head forgets at once a tile has a run for each token or two, and a product for each: slow here.
        var few = Sizes.AreShort || !layer.Type.IsAssignableTo(typeof(IFadingAttention));
        foreach (var length in few ? [0, 1, 33] : new[] { 0, 1, 2, 32, 33 })
        {
            foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim }.Skip(few ? 1 : 0))
            {
                Check(gpu, DecayCall.Draw(layer, new AttentionShape(2, 3, length, layout)), $"length {length}, {layout}");
            }
        }
    }

    [Theory]
    [InlineData(typeof(FadingSoftmax))]
    [InlineData(typeof(FadingTanh))]
    [InlineData(typeof(FadingLinear))]
    public void Structured_decays_are_those_of_the_CPU(Type type)
    {
        // One of each kind: exponentials, gains of both signs, nothing normalised. Fast decays cut tiles into runs, which are slow here.
        var layer = Layer.Of(type);
        using var gpu = new DecayLayer(layer);
        foreach (var (name, decay) in new (string, Func<int, float>)[]
        {
            ("huge", _ => -1e5f),
            ("none", _ => 0),
            ("resets", t => t % 37 == 36 ? float.NegativeInfinity : -0.01f),
            ("tiny", _ => -1e-6f),
            ("subnormal", _ => -1e-42f),
            ("fast", _ => -3),
            ("just within a run", _ => -19),
            ("just beyond one", _ => -21),
            ("all", _ => float.NegativeInfinity),
            ("one reset, then none", t => t == 20 ? -16_384 : 0),
            ("ramp", t => -0.002f * t),
            ("alternating", t => t % 2 == 0 ? 0 : -12),
        }.Take(Sizes.AreShort ? 3 : 20))
        {
            var shape = new AttentionShape(1, 1, Sizes.AreShort ? Sizes.Long : 45);
            var (expected, actual) = (DecayCall.Draw(layer, shape, decay), DecayCall.Draw(layer, shape, decay));
            gpu.RunOnCpu(expected);
            gpu.Run(actual);
            Close(expected, actual, name);
        }
    }

    /// <summary>A thread adds up several tokens where there are more than threads.</summary>
    [Theory]
    [InlineData(typeof(FadingRelu))]
    [InlineData(typeof(FadingHyperbolic))]
    public void Longer_than_a_group_has_threads(Type type)
    {
        var layer = Layer.Of(type);
        using var gpu = new DecayLayer(layer);
        var shape = new AttentionShape(1, 1, 600);
        Check(gpu, DecayCall.Draw(layer, shape, t => -0.01f - (0.1f * (t % 3))), "even");
        var call = DecayCall.Draw(layer, shape with { Batch = 2 }, t => t % 100 == 0 ? -16_384 : -1e-3f);
        Check(gpu, call with { Call = call.Call with { QueryLengths = [513, 600], KeyLengths = [600, 300] } }, "lengths");
    }

    [Theory]
    [MemberData(nameof(Fading))]
    [MemberData(nameof(Retentive))]
    public void Tokens_past_their_length_count_nowhere(Layer layer)
    {
        using var gpu = new DecayLayer(layer);
        var few = Sizes.AreShort || !layer.Type.IsAssignableTo(typeof(IFadingAttention));
        foreach (var (queries, keys) in new[] { (17, 40), (33, 17), (0, 40), (40, 0), (1, 39) }.Take(few ? 1 : 9))
        {
            var shape = new AttentionShape(2, 3, 40, TensorLayout.BatchLengthHeadDim);
            var call = DecayCall.Draw(layer, shape);
            call = call with { Call = call.Call with { QueryLengths = [queries, 40], KeyLengths = [40, keys] } };
            for (var row = 0; row < call.LogDecay.Memory.Length / 2; row++)
            {
                call.LogDecay.Memory[row] = DecayCall.TokenOf(shape, row) < queries ? call.LogDecay.Memory[row] : float.NaN;
            }

            Check(gpu, call, $"{queries} queries, {keys} keys");
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Heads_share_keys_and_decays_lie_apart(Layer layer)
    {
        using var gpu = new DecayLayer(layer);
        const int batch = 2, heads = 4, length = 37;
        var packed = DecayCall.Draw(layer, new AttentionShape(batch, heads, length) { KeyHeads = 2 });
        Check(gpu, packed, "packed");

        // Three numbers from a head to the next, and seven of nobody's after the heads of a token.
        var strides = new TensorStrides(length * ((3 * heads) + 7), 3, (3 * heads) + 7);
        var (decays, gradients) = (new float[batch * length * ((3 * heads) + 7)], new float[batch * length * ((3 * heads) + 7)]);
        Array.Fill(decays, float.NaN);
        Array.Fill(gradients, float.NaN);
        ForEach((at, row) => decays[at] = packed.LogDecay.Memory[row]);
        var apart = packed.Anew() with { LogDecay = new(decays, strides), LogDecayGradient = new(gradients, strides) };
        packed = packed.Anew();
        gpu.Run(packed);
        foreach (var run in new Action<DecayCall>[] { call => gpu.Run(call), gpu.RunFromCpu }.Take(Sizes.AreShort ? 1 : 2))
        {
            var call = apart.Anew();
            run(call);
            Compare.Same(packed.Call.Output.Memory, call.Call.Output.Memory);
            Compare.Same(packed.Call.KeyGradient.Memory, call.Call.KeyGradient.Memory);
            ForEach((at, row) =>
            {
                Assert.Equal(packed.LogDecayGradient.Memory[row], call.LogDecayGradient.Memory[at]);
                call.LogDecayGradient.Memory[at] = float.NaN;
            });
            Assert.All(call.LogDecayGradient.Memory, between => Assert.True(float.IsNaN(between)));
        }

        void ForEach(Action<int, int> number)
        {
            for (var row = 0; row < batch * heads * length; row++)
            {
                var (head, t) = (row / length, row % length);
                number((int)((head / heads * strides.Batch) + (head % heads * strides.Head) + (t * strides.Token)), row);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Gradients_are_added_to_what_is_there_or_not_wanted(Layer layer)
    {
        using var gpu = new DecayLayer(layer);
        var shape = new AttentionShape(1, 4, 40) { KeyHeads = 2 };
        var fresh = DecayCall.Draw(layer, shape);
        gpu.Run(fresh);
        var added = DecayCall.Draw(layer, shape, start: 2);
        added = added with { Call = added.Call with { Accumulate = true, QueryLengths = [30], KeyLengths = [30] } };
        Check(gpu, added, "added");

        // Of tokens that do not count it stays.
        gpu.Run(added);
        Assert.All(added.LogDecayGradient.Memory.Where((_, row) => row % 40 >= 30), x => Assert.Equal(2, x));

        var without = DecayCall.Draw(layer, shape) with { LogDecayGradient = Array.Empty<float>() };
        gpu.Run(without);
        foreach (var ((name, expected), (_, actual)) in fresh.Written.Zip(without.Written).Take(4))
        {
            Assert.True(expected.AsSpan().SequenceEqual(actual), name);
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Numbers_above_0_are_refused_on_the_CPU_and_NaN_on_the_device(Layer layer)
    {
        using var gpu = new DecayLayer(layer);
        const int from = 33, length = 40;
        var shape = new AttentionShape(1, 2, length);
        var good = DecayCall.Draw(layer, shape);
        gpu.Run(good);
        foreach (var number in new[] { 1e-30f, float.NaN, float.PositiveInfinity })
        {
            var bad = DecayCall.Draw(layer, shape);
            bad.LogDecay.Memory[length + from] = number;
            if (!float.IsNaN(number))
            {
                var error = Assert.Throws<ArgumentException>("logDecay", () => gpu.RunFromCpu(bad));
                Assert.StartsWith($"logDecay of sequence 0, head 1, token {from} is {number}, ", error.Message, StringComparison.Ordinal);

                // Of a token that does not count nobody knows.
                gpu.RunFromCpu(bad with { Call = bad.Call with { QueryLengths = [from], KeyLengths = [from] } });
            }

            gpu.Run(bad);
            var spoilt = (length + from) * layer.ValueDim;
            Compare.Same(good.Call.Output.Memory.AsSpan(0, spoilt), bad.Call.Output.Memory.AsSpan(0, spoilt));
            Assert.All(bad.Call.Output.Memory.Skip(spoilt), x => Assert.True(float.IsNaN(x), $"{number}: {x}"));
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Later_decays_change_nothing_earlier_by_a_bit(Layer layer)
    {
        using var gpu = new DecayLayer(layer);
        var length = Sizes.Long;
        var before = DecayCall.Draw(layer, new AttentionShape(1, 1, length));
        gpu.Run(before);
        foreach (var from in new[] { 1, 31, 32, 39 })
        {
            var after = DecayCall.Draw(layer, new AttentionShape(1, 1, length));
            for (var t = from; t < length; t++)
            {
                after.LogDecay.Memory[t] = -5e4f / t;
            }

            gpu.Run(after);
            Compare.Same(
                before.Call.Output.Memory.AsSpan(0, from * layer.ValueDim), after.Call.Output.Memory.AsSpan(0, from * layer.ValueDim));
            Assert.NotEqual(before.Call.Output.Memory, after.Call.Output.Memory);
        }
    }

    /// <summary>The memory of sums is no one else's.</summary>
    [Theory]
    [InlineData(typeof(FadingHyperbolic))]
    [InlineData(typeof(FadingRelu))]
    public void A_call_of_NaN_spoils_none_after_it(Type type)
    {
        var layer = Layer.Of(type);
        using var gpu = new DecayLayer(layer);
        using var stream = gpu.CreateStream();
        gpu.Run(DecayCall.Draw(layer, new AttentionShape(2, 3, 200), _ => float.NaN), stream);
        foreach (var shape in new[] { new AttentionShape(1, 1, 33), new AttentionShape(3, 4, 90) })
        {
            var (expected, actual) = (DecayCall.Draw(layer, shape), DecayCall.Draw(layer, shape));
            gpu.RunOnCpu(expected);
            gpu.Run(actual, stream);
            Close(expected, actual, $"{shape}");
        }
    }

    [Fact]
    public void Sums_lie_behind_scratch_memory_of_the_groups()
    {
        var layer = Layer.Of<ManyFeatures>();
        using var gpu = new DecayLayer(layer);
        var (expected, actual) = (DecayCall.Draw(layer, new AttentionShape(1, 2, 5)), DecayCall.Draw(layer, new AttentionShape(1, 2, 5)));
        gpu.RunOnCpu(expected);
        gpu.Run(actual);
        Close(expected, actual, "many features");
    }

    [Fact]
    public void Scratch_memory_grows_by_the_sums()
    {
        using var gpu = new DecayLayer(Layer.Of<FadingSoftmax>());
        AttentionShape At(int length) => new(2, 3, length);
        var (length, more) = (1 << 20, 1 << 10);
        Assert.Equal(2 * 3 * more * 8, gpu.Bytes(At(length + more)) - gpu.Bytes(At(length)));
        Assert.Equal(2 * 3 * more * 12, gpu.BackwardBytes(At(length + more)) - gpu.BackwardBytes(At(length)));

        using var constants = new DecayLayer(Layer.Of<RetentiveSoftmax>());
        Assert.Equal(2 * 3 * more * 8, constants.BackwardBytes(At(length + more)) - constants.BackwardBytes(At(length)));
    }

    [Fact]
    public void Constants_are_of_as_many_heads_as_are_named()
    {
        var layer = Layer.Of<RetentiveSoftmax>();
        using var gpu = new DecayLayer(layer);
        var call = DecayCall.Draw(layer, new AttentionShape(1, 2, 5));
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => gpu.Run(call)).Message, StringComparison.Ordinal);
    }

    private static void Check(DecayLayer gpu, DecayCall call, string what)
    {
        var expected = call.Anew();
        gpu.RunOnCpu(expected);
        foreach (var (place, run) in new (string, Action<DecayCall>)[] { ("views", one => gpu.Run(one)), ("arrays", gpu.RunFromCpu) }
            .Take(Sizes.AreShort ? 1 : 2))
        {
            var actual = call.Anew();
            run(actual);
            Close(expected, actual, $"{what}, {place}");
        }
    }

    /// <summary>
    /// Both are within some 1e-5 of the formula, gradients within 1e-4; those of decays are sums over the tokens, of terms that cancel.
    /// What is not written is NaN, and the same.
    /// </summary>
    private static void Close(DecayCall expected, DecayCall actual, string what)
    {
        foreach (var ((name, one), (_, other)) in expected.Written.Zip(actual.Written))
        {
            Assert.Equal(one.Length, other.Length);
            var limit = 1e-4 * one.Where(x => !float.IsNaN(x)).Append(0).Max(Math.Abs);
            limit = name.Contains("Gradient", StringComparison.Ordinal) ? Math.Max(limit, 1e-4) : limit;
            for (var i = 0; i < one.Length; i++)
            {
                var isClose = Math.Abs(one[i] - other[i]) <= limit || (float.IsNaN(one[i]) && float.IsNaN(other[i]));
                Assert.True(isClose, $"{what}, {name} {i}: {one[i]} expected, {other[i]} found, {limit} allowed");
            }
        }
    }
}
