using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Decay;

/// <summary>Causal attention whose sums fade, forward and backward, against the formula, pair by pair in double.</summary>
public sealed class DecayTests
{
    /// <summary>Around the tokens of a tile (48).</summary>
    private static readonly int[] Lengths = [0, 1, 2, 7, 13, 47, 48, 49, 95, 150];

    public static TheoryData<Layer> Fading => [.. Layer.In(typeof(FadingSoftmax).Namespace!)
        .Where(layer => typeof(IFadingAttention).IsAssignableFrom(layer.Type) && layer.Type != typeof(FadingRotary))];

    public static TheoryData<Layer, float[]> Retentive => new()
    {
        { Layer.Of<RetentiveSoftmax>(), [0, -0.125f, -9] },
        { Layer.Of<RetentiveRelu>(), [0, -0.125f, -9] },
        { Layer.Of<RetentiveLinear>(), [0, -0.125f, -16_384] },
    };

    [Theory]
    [MemberData(nameof(Fading))]
    public void Outputs_and_gradients_are_those_of_the_formula(Layer layer)
    {
        foreach (var length in Lengths)
        {
            Check(layer, new FadingCall(layer, batch: 2, heads: 2, length, seed: 3 + length), degree: 1 + (length % 3));
        }
    }

    /// <summary>From what hardly fades to what forgets all but itself, evenly and in bursts.</summary>
    [Theory]
    [MemberData(nameof(Fading))]
    public void Any_decay_is_that_of_the_formula(Layer layer)
    {
        const int length = 110;
        foreach (var (name, decay) in new (string, Func<int, float>)[]
        {
            ("none", _ => 0),
            ("tiny", _ => -1e-6f),
            ("subnormal", _ => -1e-42f),
            ("even", _ => -0.05f),
            ("fast", _ => -3),
            ("just within a run", _ => -19),
            ("just beyond one", _ => -21),
            ("huge", _ => -1e5f),
            ("all", _ => float.NegativeInfinity),
            ("resets", t => t % 37 == 36 ? float.NegativeInfinity : -0.01f),
            ("large resets", t => t % 37 == 36 ? -1e4f : -0.01f),
            ("one reset, then none", t => t == 50 ? -16_384 : 0),
            ("ramp", t => -0.002f * t),
            ("falling", t => -5f / (1 + t)),
            ("alternating", t => t % 2 == 0 ? 0 : -12),
        })
        {
            Check(layer, new FadingCall(layer, 1, 2, length, seed: 5).Decays(decay), degree: 2, name);
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Structured_tokens_fade_as_well(Layer layer)
    {
        const int length = 110;
        foreach (var (name, number) in new (string, Func<int, int, float>)[]
        {
            ("equal", (_, c) => 0.5f + (c % 3)),
            ("zero", (_, _) => 0),
            ("ramp", (t, c) => (t - 50) * 0.02f * (c % 2 == 0 ? 1 : -1)),
            ("falling norms", (t, c) => MathF.Pow(0.95f, t) * (1 + (c % 5))),
            ("rising norms", (t, c) => MathF.Pow(1.01f, t) * (1 - (c % 2))),
            ("large", (t, c) => (t % 7) * 1.5f * (c % 3)),
            ("one sign", (t, c) => 1 + ((t + c) % 4)),
        })
        {
            Check(layer, new FadingCall(layer, 1, 1, length, seed: 3, logDecay: -0.3f).Fill(number), degree: 1, name);
        }
    }

    /// <summary>Where norms are large both they and the clock are kept in two floats.</summary>
    [Theory]
    [InlineData(typeof(FadingSoftmax))]
    [InlineData(typeof(FadingHyperbolic))]
    public void Large_norms_fade_as_well(Type type)
    {
        var layer = Layer.Of(type);
        foreach (var decay in new[] { -1e-4f, -1, -40 })
        {
            var call = new FadingCall(layer, 1, 1, 130, seed: 8, decay);
            for (var i = 0; i < call.Key.Length; i++)
            {
                call.Key[i] *= 20;
            }

            Check(layer, call, degree: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Retentive))]
    public void Constants_of_heads_are_those_of_the_formula(Layer layer, float[] decays)
    {
        foreach (var length in Lengths)
        {
            Check(layer, new FadingCall(layer, batch: 2, heads: 3, length, seed: length).DecaysOfHeads(decays), degree: 1 + (length % 3));
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Padding_is_not_read_and_has_no_gradients(Layer layer)
    {
        foreach (var queryLengths in new int[][] { [], [130, 60, 3, 70] })
        {
            var call = new FadingCall(layer, batch: 4, heads: 2, length: 130, seed: 6)
            {
                KeyLengths = [130, 1, 0, 77],
                QueryLengths = queryLengths,
            };
            for (var i = 0; queryLengths.Length > 0 && i < call.LogDecay.Length; i++)
            {
                call.LogDecay[i] = i % 130 < queryLengths[i / 260] ? call.LogDecay[i] : float.NaN;
            }

            Check(layer, call, degree: 2);
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Gradients_are_added_to_what_is_there_where_asked_for(Layer layer)
    {
        var call = new FadingCall(layer, 1, 2, 60, seed: 4);
        var (attention, _) = call.Create();
        using var context = new BackwardContext();
        var output = call.Forward(attention, context);
        var fresh = call.Backward(attention, output, context, start: float.NaN);
        var added = call.Backward(attention, output, context, start: 2, accumulate: true);
        Added(fresh.Query, added.Query);
        Added(fresh.Key, added.Key);
        Added(fresh.Value, added.Value);
        Added(fresh.LogDecay, added.LogDecay);

        // Nobody need want the gradient of the decays, and the others do not depend on that.
        var without = call.Backward(attention, output, context, wantsDecay: false);
        Compare.Same(fresh.Query, without.Query);
        Compare.Same(fresh.Key, without.Key);
        Compare.Same(fresh.Value, without.Value);

        static void Added(float[] fresh, float[] added)
        {
            // 2 + x is rounded to within 2^-23 of the larger of the two.
            Compare.Close(fresh.Select(x => 2.0 + x).ToArray(), added, 1e-6, size: 2);
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Threads_give_the_same_gradient_of_decays_to_rounding(Layer layer)
    {
        var call = new FadingCall(layer, 1, 1, 1000, seed: 12, logDecay: -0.02f);
        var (one, _) = call.Create(degree: 1);
        var (two, _) = call.Create(degree: 2);
        var (first, again, second) = (Gradients(one), Gradients(one), Gradients(two));
        Compare.Same(first.LogDecay, again.LogDecay);
        Compare.Close(NaiveAttention.ToDouble(first.LogDecay), second.LogDecay, 1e-4);
        Compare.Close(NaiveAttention.ToDouble(first.Key), second.Key, 1e-4);

        FadingGradients<float> Gradients(IAttention attention)
        {
            using var context = new BackwardContext();
            return call.Backward(attention, call.Forward(attention, context), context);
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Later_tokens_change_nothing_to_the_bit(Layer layer)
    {
        const int length = 130;
        var call = new FadingCall(layer, 1, 1, length, seed: 9);
        var (attention, _) = call.Create();
        var before = call.Forward(attention);
        foreach (var from in new[] { 1, 12, 47, 48, 49, 129 })
        {
            foreach (var decay in new[] { -0.5f, -1e4f, float.NaN })
            {
                var changed = new FadingCall(layer, 1, 1, length, seed: 9);
                for (var t = from; t < length; t++)
                {
                    changed.LogDecay[t] = decay;
                    changed.Key[t * layer.HeadDim] *= -30;
                    changed.Value[t * layer.ValueDim] = 7;
                }

                var after = changed.Forward(attention);
                Compare.Same(before.AsSpan(0, from * layer.ValueDim), after.AsSpan(0, from * layer.ValueDim));
            }
        }
    }

    /// <summary>What is not a number is in the clocks of its token and all after it.</summary>
    [Theory]
    [MemberData(nameof(Fading))]
    public void NaN_is_forgotten_by_no_token_after_it(Layer layer)
    {
        var call = new FadingCall(layer, 1, 1, 100, seed: 10);
        call.LogDecay[60] = float.NaN;
        var (attention, _) = call.Create();
        var output = call.Forward(attention);
        for (var t = 0; t < 100; t++)
        {
            Assert.Equal(t >= 60, output.AsSpan(t * layer.ValueDim, layer.ValueDim).ToArray().All(float.IsNaN));
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Packed_sequences_have_a_clock_each(Layer layer)
    {
        int[] offsets = [0, 70, 70, 75, 200];
        var (d, dv, heads) = (layer.HeadDim, layer.ValueDim, 2);
        var all = new FadingCall(layer, 1, heads, 200, seed: 11, logDecay: -2) { Shape = new AttentionShape(1, heads, 200) };
        var (attention, _) = all.Create();
        var fading = (IFadingAttention)attention;
        var packed = AttentionShape.Packed(sequences: 4, heads, tokens: 200, TensorLayout.BatchHeadLengthDim);
        using var context = new BackwardContext();
        var output = new float[all.Upstream.Length];
        fading.Forward(all.Query, all.Key, all.Value, all.LogDecay, output, packed, new() { Context = context, Offsets = offsets });
        var (dq, dk, dvalue, dg) = (new float[all.Query.Length], new float[all.Key.Length], new float[all.Value.Length],
            Enumerable.Repeat(float.NaN, all.LogDecay.Length).ToArray());
        fading.Backward(all.Query, all.Key, all.Value, all.LogDecay, output, context, all.Upstream, dq, dk, dvalue, dg, packed);
        for (var sequence = 0; sequence < 4; sequence++)
        {
            var (from, tokens) = (offsets[sequence], offsets[sequence + 1] - offsets[sequence]);
            var alone = new FadingCall(layer, 1, heads, tokens, seed: 11);
            foreach (var (whole, part, columns) in new[]
            {
                (all.Query, alone.Query, d), (all.Key, alone.Key, d), (all.Value, alone.Value, dv), (all.Upstream, alone.Upstream, dv),
                (all.LogDecay, alone.LogDecay, 1),
            })
            {
                Part(whole, from, tokens, columns).CopyTo(part, 0);
            }

            using var own = new BackwardContext();
            var expected = alone.Forward(attention, own);
            var gradients = alone.Backward(attention, expected, own);
            Compare.Same(expected, Part(output, from, tokens, dv));
            Compare.Same(gradients.Key, Part(dk, from, tokens, d));
            Compare.Same(gradients.LogDecay, Part(dg, from, tokens, 1));
        }

        float[] Part(float[] tensor, int from, int tokens, int columns) =>
            [.. Enumerable.Range(0, heads).SelectMany(head => tensor.AsSpan(((head * 200) + from) * columns, tokens * columns).ToArray())];
    }

    /// <summary>Decays of heads that share keys are those of queries; a constant a head may be a tensor that repeats itself.</summary>
    [Fact]
    public void Strides_and_grouped_heads_are_taken()
    {
        var layer = Layer.Of<FadingSoftmax>();
        var (length, d, dv) = (90, 16, 12);
        var call = new FadingCall(layer, 1, 2, length, seed: 13).DecaysOfHeads(-0.3f, -0.01f);
        var (attention, weights) = call.Create(degree: 2);
        Array.Copy(call.Key, 0, call.Key, length * d, length * d);
        Array.Copy(call.Value, 0, call.Value, length * dv, length * dv);
        var expected = call.Expected(weights);
        var fading = (IFadingAttention)attention;
        var shape = call.Shape with { KeyHeads = 1 };
        float[] ofHeads = [-0.3f, -0.01f];
        var output = new float[call.Upstream.Length];
        using var context = new BackwardContext();
        var repeated = new ReadOnlyTensorView(ofHeads, new TensorStrides(batch: 0, head: 1, token: 0));
        fading.Forward(
            call.Query, call.Key.AsSpan(0, length * d), call.Value.AsSpan(0, length * dv), repeated, output, shape,
            new() { Context = context });
        Compare.Close(expected.Output, output, 1e-5);

        var (dq, dk, dvalue, dg) = (new float[call.Query.Length], new float[length * d], new float[length * dv], new float[2 * length]);
        fading.Backward(
            call.Query, call.Key.AsSpan(0, length * d), call.Value.AsSpan(0, length * dv), repeated, output, context, call.Upstream, dq, dk,
            dvalue, dg, shape);
        Compare.Close(expected.Gradients.LogDecay, dg, 1e-4, expected.Size);
        Compare.Close(
            Enumerable.Range(0, length * d).Select(i => expected.Gradients.Key[i] + expected.Gradients.Key[(length * d) + i]).ToArray(), dk,
            1e-4);
    }

    [Fact]
    public void Layer_whose_tokens_do_not_fade_is_the_plain_one()
    {
        var call = new FadingCall(Layer.Of<FadingSoftmax>(), 2, 2, 200, seed: 14).Decays(_ => 0);
        var plain = new LastingSoftmax(Projection.Orthogonal(40, 16, 14));
        var expected = call.Forward(plain);
        Compare.Same(expected, call.Forward(call.Create().Attention));
    }

    [Fact]
    public void Rotated_tokens_fade_as_well()
    {
        var call = new FadingCall(Layer.Of<FadingRotary>(), 1, 1, 120, seed: 15);
        var plain = new LastingRotary(Projection.Orthogonal(32, 16, 15));
        var fading = (IFadingAttention)call.Create().Attention;

        // Without decay it is the layer without; with one that forgets all, values are what comes out.
        Compare.Same(call.Forward(plain), call.Decays(_ => 0).Forward(fading));
        Compare.Close(NaiveAttention.ToDouble(call.Value), call.Decays(_ => -1e4f).Forward(fading), 1e-6);
    }

    /// <summary>
    /// The rules "linear" and "gated" of ONNX's LinearAttention, token by token: S_t = e^(g_t)·S_(t−1) + k_t·v_tᵀ, o_t = q_tᵀS_t/√d.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-0.4f)]
    public void Identity_without_normaliser_is_linear_attention_with_a_gate(float logDecay)
    {
        var layer = Layer.Of<FadingLinear>();
        var call = new FadingCall(layer, 1, 1, 200, seed: 16, logDecay);
        var output = call.Forward(new FadingLinear(Projection.RegularizedOrthogonal(16, 16, 16)));
        var state = new double[16, 20];
        var expected = new double[output.Length];
        for (var t = 0; t < 200; t++)
        {
            for (var r = 0; r < 16; r++)
            {
                for (var c = 0; c < 20; c++)
                {
                    state[r, c] = (Math.Exp(call.LogDecay[t]) * state[r, c]) + ((double)call.Key[(t * 16) + r] * call.Value[(t * 20) + c]);
                    expected[(t * 20) + c] += call.Query[(t * 16) + r] * state[r, c] / Math.Sqrt(16);
                }
            }
        }

        // A few hundred products of float32 and a projection there and back.
        Compare.Close(expected, output, 1e-5);
    }

    /// <summary>A clock of −20 million: weights depend on its differences alone.</summary>
    [Theory]
    [InlineData(typeof(FadingSoftmax))]
    [InlineData(typeof(FadingRelu))]
    [InlineData(typeof(FadingLinear))]
    public void Millionth_token_is_as_exact_as_the_hundredth(Type type)
    {
        const int length = 1 << 20, period = 128;
        var layer = Layer.Of(type);
        var call = new FadingCall(layer, 1, 1, length, seed: 17);
        var once = new FadingCall(layer, 1, 1, period, seed: 17);
        foreach (var (tensor, part) in new[]
        {
            (call.Query, once.Query), (call.Key, once.Key), (call.Value, once.Value), (call.LogDecay, once.LogDecay),
        })
        {
            // Each period forgets the one before it.
            once.LogDecay[0] = -1000;
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = part[i % part.Length];
            }
        }

        once.LogDecay[0] = call.LogDecay[0] = -1000;
        var (attention, _) = call.Create(degree: 2);
        var (all, first) = (call.Forward(attention), once.Forward(attention));
        Compare.Close(NaiveAttention.ToDouble(first), all[^first.Length..], 1e-5);
    }

    [Fact]
    public void Numbers_above_zero_and_missing_ones_are_refused_by_name()
    {
        var call = new FadingCall(Layer.Of<FadingSoftmax>(), 2, 2, 5, seed: 18);
        var (attention, _) = call.Create();
        using var context = new BackwardContext();
        var before = call.Forward(attention, context);
        call.LogDecay[17] = 1e-3f;
        var refused = Assert.Throws<ArgumentException>("logDecay", () => call.Forward(attention, context));
        Assert.Contains("sequence 1, head 1, token 2 is 0.001", refused.Message, StringComparison.Ordinal);

        // What there is for a backward pass is left.
        call.LogDecay[17] = -1;
        call.Backward(attention, before, context);

        refused = Assert.Throws<ArgumentException>(
            "logDecay", () => attention.Forward(call.Query, call.Key, call.Value, new float[before.Length], call.Shape));
        Assert.Contains("logDecay holds 0 numbers", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(
            "logDecay",
            () => ((IFadingAttention)attention).Forward(
                call.Query, call.Key, call.Value, new float[19], new float[before.Length], call.Shape));
        Assert.Contains("logDecay holds 19 numbers", refused.Message, StringComparison.Ordinal);
        Assert.Contains("= 20 are needed", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Memory grows with the length here, and calls say so.</summary>
    [Fact]
    public void Memory_grows_by_three_floats_for_each_token_and_head()
    {
        var (fading, lasting) = (new FadingSoftmax { DegreeOfParallelism = 1 }, new LastingSoftmax { DegreeOfParallelism = 1 });
        var (small, large) = (new AttentionShape(2, 3, 1000), new AttentionShape(2, 3, 100_000));
        Assert.Equal(12L * 6 * 99_000, fading.ScratchBytes(large) - fading.ScratchBytes(small));
        Assert.Equal(12L * 6 * 99_000, fading.BackwardScratchBytes(large) - fading.BackwardScratchBytes(small));
        Assert.Equal(lasting.ScratchBytes(small), lasting.ScratchBytes(large));
    }

    [Fact]
    public void Other_numbers_of_heads_are_refused_with_both()
    {
        var attention = new RetentiveSoftmax();
        var refused = Assert.Throws<ArgumentException>(
            () => attention.Forward(new float[32], new float[32], new float[32], new float[32], new AttentionShape(1, 2, 1)));
        Assert.Contains("Heads is 2, but this attention is declared for 3 query heads", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => attention.CreateDecodingState(streams: 4));
    }

    /// <summary>The analysis would show weights that do not fade.</summary>
    [Fact]
    public void Analysis_of_what_fades_is_refused()
    {
        var attention = new FadingSoftmax();
        Assert.True(((IRandomFeatureAttention)attention).Decays);
        Assert.False(((IRandomFeatureAttention)new LastingSoftmax()).Decays);
        Assert.Throws<NotSupportedException>(() => attention.Probabilities(
            new float[16], new float[16], new AttentionShape(1, 1, 1), batch: 0, head: 0, rows: [0], new float[1]));
    }

    private static void Check(Layer layer, FadingCall call, int degree, string what = "")
    {
        var (attention, weights) = call.Create(degree);
        using var context = new BackwardContext();
        var output = call.Forward(attention, context);
        var actual = call.Backward(attention, output, context, start: float.NaN);
        var (expected, gradients, size) = call.Expected(weights);
        for (var i = 0; call.QueryLengths.Length > 0 && i < output.Length; i++)
        {
            // Outputs of queries that do not count stay what they were.
            var (head, token) = Math.DivRem(i / layer.ValueDim, call.Shape.QueryLength);
            Assert.True(token < call.QueryLengths[head / call.Shape.Heads] || output[i] == 0);
        }

        try
        {
            // As for attention that does not fade: rounded projections are the arguments of exponentials. Where weights take both signs
            // they cancel in the sum that outputs are divided by.
            var tolerance = 16 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(layer, call.Query, call.Key, weights)
                * (layer.Type == typeof(FadingTanh) ? 4 : 1);
            Compare.Close(expected, output, Math.Max(1e-5, tolerance));
            Compare.Close(gradients.Query, actual.Query, Math.Max(1e-5, 4 * tolerance), size);
            Compare.Close(gradients.Key, actual.Key, Math.Max(1e-5, 4 * tolerance), size);
            Compare.Close(gradients.Value, actual.Value, Math.Max(1e-5, 4 * tolerance));
            if (attention is IFadingAttention)
            {
                // A sum over all later tokens of numbers that cancel where the past is forgotten.
                Compare.Close(gradients.LogDecay, actual.LogDecay, Math.Max(1e-5, 4 * tolerance), size);
            }
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{layer} {what} {call.Shape}: {fault.Message}", fault);
        }
    }
}
