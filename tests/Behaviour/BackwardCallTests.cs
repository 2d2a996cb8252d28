using KernelGen.Tests.Behaviour.Catalogues;
using KernelGen.Tests.Runtime;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// What a backward call does with its arguments: batches, layouts, key lengths, adding, memory, and arguments that do not fit.
/// </summary>
public class BackwardCallTests
{
    /// <summary>One layer of each kind of backward pass.</summary>
    public static TheoryData<Layer> Kinds =>
    [
        Layer.Of<OddSoftmax>(), Layer.Of<OddCausalSoftmax>(), Layer.Of<OddHyperbolic>(), Layer.Of<OddCausalHyperbolic>(), Layer.Of<Relu8>(),
        Layer.Of<CausalRelu8>(), Layer.Of<Exact8>(), Layer.Of<CausalExact8>(),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Batches_heads_layouts_and_key_lengths(Layer layer)
    {
        const int batch = 3, heads = 2, length = 53;
        int[] keyLengths = [31, 0, length];
        var (attention, weights) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            var call = new Call(attention, new AttentionShape(batch, heads, length, layout), seed: 5, scale: 0.5f);

            // What must not be read is NaN.
            foreach (var (b, h) in Heads())
            {
                for (var t = keyLengths[b]; t < length; t++)
                {
                    call.Key.AsSpan(Token(b, h, t) * d, d).Fill(float.NaN);
                    call.Value.AsSpan(Token(b, h, t) * dv, dv).Fill(float.NaN);
                }
            }

            call.Forward(keyLengths);
            call.Backward();
            foreach (var (b, h) in Heads())
            {
                var (query, key, value) = (Take(call.Query, d), Take(call.Key, d), Take(call.Value, dv));
                var expected = NaiveGradient.Compute(layer, query, key, value, Take(call.OutputGradient, dv), weights, keyLengths[b]);
                var tolerance =
                    64 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(layer, query, key.AsSpan(0, keyLengths[b] * d), weights);
                Compare.Close(expected.Query, Take(call.QueryGradient, d), tolerance);
                Compare.Close(expected.Key, Take(call.KeyGradient, d), tolerance);
                Compare.Close(expected.Value, Take(call.ValueGradient, dv), tolerance);

                float[] Take(float[] tensor, int dim) =>
                    [.. Enumerable.Range(0, length).SelectMany(t => tensor.AsSpan(Token(b, h, t) * dim, dim).ToArray())];
            }

            int Token(int b, int h, int t) =>
                layout == TensorLayout.BatchHeadLengthDim ? (((b * heads) + h) * length) + t : (((b * length) + t) * heads) + h;
        }

        static IEnumerable<(int Batch, int Head)> Heads() => Enumerable.Range(0, batch * heads).Select(i => (i / heads, i % heads));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_are_added_where_asked(Layer layer)
    {
        var (attention, _) = layer.Create();
        var call = new Call(attention, new AttentionShape(1, 2, 60), seed: 6, scale: 0.5f);
        int[] keyLengths = [41];
        call.Forward(keyLengths);
        call.Backward();
        float[][] once = [[.. call.QueryGradient], [.. call.KeyGradient], [.. call.ValueGradient]];
        call.Backward(accumulate: true);
        foreach (var (first, sum) in once.Zip([call.QueryGradient, call.KeyGradient, call.ValueGradient]))
        {
            Compare.Same([.. first.Select(x => x + x)], sum);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Degree_changes_no_bit_where_no_head_is_split(Layer layer)
    {
        var (attention, _) = layer.Create();
        float[][]? first = null;
        foreach (var degree in new[] { 1, 2, 3, 6 })
        {
            attention.DegreeOfParallelism = degree;
            var call = new Call(attention, new AttentionShape(2, 3, 110), seed: 7, scale: 0.5f);
            call.Forward();
            call.Backward();
            first ??= [call.QueryGradient, call.KeyGradient, call.ValueGradient];
            Compare.Same(first[0], call.QueryGradient);
            Compare.Same(first[1], call.KeyGradient);
            Compare.Same(first[2], call.ValueGradient);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void After_a_redraw_gradients_are_those_of_the_new_projections(Layer layer)
    {
        var (attention, _) = layer.Create(seed: 1);
        if (attention is not IRandomFeatureAttention drawn)
        {
            return;
        }

        var shape = new AttentionShape(1, 1, 50);
        var call = new Call(attention, shape, seed: 8, scale: 0.5f);
        call.Forward();
        call.Backward();
        drawn.Redraw(2);
        call.Forward();
        call.Backward();
        var fresh = new Call(layer.Create(seed: 2).Attention, shape, seed: 8, scale: 0.5f);
        fresh.Forward();
        fresh.Backward();
        Compare.Same(fresh.QueryGradient, call.QueryGradient);
        Compare.Same(fresh.KeyGradient, call.KeyGradient);
        Compare.Same(fresh.ValueGradient, call.ValueGradient);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_redraw_after_Forward_changes_no_gradient(Layer layer)
    {
        var (attention, _) = layer.Create(seed: 1);
        if (attention is not IRandomFeatureAttention drawn)
        {
            return;
        }

        var shape = new AttentionShape(1, 2, 50);
        Call expected = new(attention, shape, seed: 8, scale: 0.5f), first = new(attention, shape, seed: 8, scale: 0.5f);
        var second = new Call(attention, shape, seed: 9, scale: 0.5f);
        expected.Forward();
        expected.Backward();
        first.Forward();
        drawn.Redraw(2);
        second.Forward();
        drawn.Redraw(3);

        // In turns, so that what is packed for the one is not what the other finds.
        second.Backward();
        first.Backward();
        Same(expected, first);
        var other = new Call(layer.Create(seed: 2).Attention, shape, seed: 9, scale: 0.5f);
        other.Forward();
        other.Backward();
        Same(other, second);
        second.Backward();
        Same(other, second);

        // Filled anew, a result is of the projections of then.
        first.Forward();
        first.Backward();
        Assert.NotEqual(expected.KeyGradient, first.KeyGradient);
    }

    [Fact]
    public void A_result_of_another_layer_declaration_or_draw_is_refused()
    {
        var shape = new AttentionShape(1, 2, 50);
        Refuses(new Softmax16(1), new Softmax16(2), "Softmax16", "checksum");
        Refuses(new Softmax16(1), new Hadamard16(1), "Behaviour.Hadamard16", "Behaviour.Softmax16"); // states of the same length
        Refuses(new Exact16(), new Softmax16(1), "Behaviour.Exact16", "Behaviour.Softmax16");
        Refuses(new Asking(1, 2), new Asking(1, 3), "hyperparameters [", "Asking");

        // What computes the same is as good as the same.
        Takes(new Exact16(), new Exact16());
        Takes(new Softmax16(1), new Softmax16(1));
        Takes(new Asking(1, 2), new Asking(Projection.Orthogonal(32, 16, 1), 2));
        Takes(new Hadamard16(1), new Hadamard16(1));

        void Takes(IAttention filler, IAttention user)
        {
            var (call, own) = (new Call(filler, shape, seed: 3, scale: 0.5f), new Call(user, shape, seed: 3, scale: 0.5f));
            call.Forward();
            own.Forward();
            own.Backward();
            call.Backward(user);
            Same(own, call);
        }

        void Refuses(IAttention filler, IAttention user, params string[] parts)
        {
            var call = new Call(filler, shape, seed: 3, scale: 0.5f);
            call.Forward();
            var error = Assert.Throws<ArgumentException>("context", () => call.Backward(user));
            Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
            Assert.All(call.KeyGradient, x => Assert.True(float.IsNaN(x))); // nothing was written
            call.Backward();
        }
    }

    [Fact]
    public void Backward_counts_the_keys_that_forward_counted()
    {
        var call = new Call(new Softmax8(1), new AttentionShape(3, 2, 5), seed: 1, scale: 1);
        call.Forward([3, 5, 0]);
        call.Backward();
        Assert.All(call.KeyGradient[^(2 * 5 * 8)..], x => Assert.Equal(0, x));
        call.Forward();
        call.Backward();
        var all = new Call(new Softmax8(1), new AttentionShape(3, 2, 5), seed: 1, scale: 1);
        all.Forward([5, 5, 5]); // all keys, said in another way
        all.Backward();
        Same(all, call);
    }

    [Fact]
    public void A_refused_forward_call_leaves_the_result_as_it_was()
    {
        var call = new Call(new Softmax8(1), new AttentionShape(1, 2, 5), seed: 1, scale: 1);
        call.Forward();
        Assert.Throws<ArgumentException>("query", () => call.Attention.Forward(
            call.Query.AsSpan(1), call.Key, call.Value, call.Output, call.Context.Shape,
            new() { Context = call.Context }));
        call.Backward();
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void A_call_allocates_nothing_and_its_memory_does_not_grow(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var call = new Call(attention, new AttentionShape(1, 1, 100), seed: 9, scale: 0.5f);
        call.Forward();
        call.Backward();
        var before = GC.GetAllocatedBytesForCurrentThread();
        call.Backward();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        attention.DegreeOfParallelism = 2;
        Assert.True(attention.BackwardScratchBytes(new AttentionShape(1, 1, 4096)) > 0);
        Assert.Equal(
            attention.BackwardScratchBytes(new AttentionShape(1, 1, 4096)),
            attention.BackwardScratchBytes(new AttentionShape(1, 1, 1 << 20)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tensors_that_end_at_the_end_of_mapped_memory(Layer layer)
    {
        var (attention, _) = layer.Create();
        foreach (var length in new[] { 1, 5, 48, 71 })
        {
            var shape = new AttentionShape(1, 1, length);
            var call = new Call(attention, shape, seed: length, scale: 0.5f);
            call.Forward();
            call.Backward();
            float[][] tensors =
            [
                call.Query, call.Key, call.Value, call.Output, call.OutputGradient, call.QueryGradient, call.KeyGradient,
                call.ValueGradient,
            ];
            var guarded = tensors.Select(tensor => new GuardedMemory(tensor.Length)).ToArray();
            foreach (var (tensor, memory) in tensors.Zip(guarded).Take(5))
            {
                tensor.CopyTo(memory.Span);
            }

            attention.Backward(
                guarded[0].Span, guarded[1].Span, guarded[2].Span, guarded[3].Span, call.Context, guarded[4].Span, guarded[5].Span,
                guarded[6].Span, guarded[7].Span, shape);
            foreach (var (tensor, memory) in tensors.Zip(guarded).Skip(5))
            {
                Compare.Same(tensor, memory.Span);
            }

            Array.ForEach(guarded, memory => memory.Dispose());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NaN_in_a_gradient_stays_with_the_tokens_that_it_concerns(Layer layer)
    {
        const int length = 300, token = 50;
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var shape = new AttentionShape(1, 1, length);
        var call = new Call(attention, shape, seed: 10, scale: 0.5f);
        call.Forward();
        call.Backward();
        var (query, key) = ((float[])[.. call.QueryGradient], (float[])[.. call.KeyGradient]);
        call.OutputGradient[token * layer.ValueDim] = float.NaN;
        call.Backward();
        var d = layer.HeadDim;
        Assert.All(call.QueryGradient[(token * d)..((token + 1) * d)], x => Assert.True(float.IsNaN(x)));
        Compare.Same(query.AsSpan(0, token * d), call.QueryGradient.AsSpan(0, token * d));
        Compare.Same(query.AsSpan((token + 1) * d), call.QueryGradient.AsSpan((token + 1) * d));
        for (var j = 0; j < (layer.Causal ? token + 1 : length); j++)
        {
            Assert.True(float.IsNaN(call.KeyGradient[j * d]), $"key {j}");
        }

        if (layer.Causal)
        {
            // Within the tile of the NaN a later key may turn NaN (0 · NaN); no tile is larger than 192 tokens.
            var next = (token + 192) * d;
            Compare.Same(key.AsSpan(next), call.KeyGradient.AsSpan(next));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_call_of_nothing_does_nothing(Layer layer)
    {
        var (attention, _) = layer.Create();
        foreach (var shape in new[] { new AttentionShape(0, 2, 5), new AttentionShape(2, 0, 5), new AttentionShape(2, 2, 0) })
        {
            var call = new Call(attention, shape, seed: 1, scale: 1);
            call.Forward();
            call.Backward();
            Assert.Empty(call.KeyGradient);
        }
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_named()
    {
        var attention = new Softmax8(1);
        var shape = new AttentionShape(1, 2, 5);
        var call = new Call(attention, shape, seed: 1, scale: 1);
        Assert.Contains("call Forward with it first", Message(() => call.Backward()), StringComparison.Ordinal);
        call.Forward();
        call.Backward();

        var bad = new float[79];
        Assert.Contains("outputGradient holds 79 numbers", Message(() => Run(outputGradient: bad)), StringComparison.Ordinal);
        Assert.Contains("queryGradient holds 79 numbers", Message(() => Run(queryGradient: bad)), StringComparison.Ordinal);
        Assert.Contains("keyGradient holds 79 numbers", Message(() => Run(keyGradient: bad)), StringComparison.Ordinal);
        Assert.Contains("valueGradient holds 79 numbers", Message(() => Run(valueGradient: bad)), StringComparison.Ordinal);
        Assert.Contains("output holds 79 numbers", Message(() => Run(output: bad)), StringComparison.Ordinal);
        Assert.Contains(
            "queryGradient (80 numbers) overlaps query", Message(() => Run(queryGradient: call.Query)), StringComparison.Ordinal);
        Assert.Contains(
            "keyGradient (80 numbers) overlaps outputGradient", Message(() => Run(keyGradient: call.OutputGradient)),
            StringComparison.Ordinal);
        Assert.Contains(
            "queryGradient (80 numbers) overlaps keyGradient", Message(() => Run(queryGradient: call.KeyGradient)),
            StringComparison.Ordinal);
        Assert.Contains(
            "valueGradient (80 numbers) overlaps output", Message(() => Run(valueGradient: call.Output)), StringComparison.Ordinal);
        Assert.Contains(
            "The context is empty", Message(() => Run(context: new BackwardContext())), StringComparison.Ordinal);
        var other = new Call(attention, new AttentionShape(1, 2, 6), seed: 1, scale: 1);
        other.Forward();
        var shapes = Message(() => Run(context: other.Context));
        Assert.Contains("QueryLength = 6", shapes, StringComparison.Ordinal);
        Assert.Contains("QueryLength = 5", shapes, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => call.Attention.Backward(
            call.Query, call.Key, call.Value, call.Output, null!, call.OutputGradient, call.QueryGradient, call.KeyGradient,
            call.ValueGradient, shape));

        void Run(
            float[]? output = null, BackwardContext? context = null, float[]? outputGradient = null, float[]? queryGradient = null,
            float[]? keyGradient = null, float[]? valueGradient = null) => attention.Backward(
                call.Query, call.Key, call.Value, output ?? call.Output, context ?? call.Context, outputGradient ?? call.OutputGradient,
                queryGradient ?? call.QueryGradient, keyGradient ?? call.KeyGradient, valueGradient ?? call.ValueGradient, shape);

        static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_context_in_memory_of_the_callers_gives_the_same_bits_and_writes_nowhere_else(Layer layer)
    {
        var (attention, _) = layer.Create();
        var shape = new AttentionShape(2, 3, 53);
        var length = (int)BackwardContext.LengthFor(attention.Differentiable(), shape);
        Assert.Equal(2 * 3 * ((2 * 53) + (attention.Causal ? 0 : attention.Differentiable().StateLength)), length);
        var memory = new float[length + 14];
        memory.AsSpan().Fill(float.NaN);
        var context = new BackwardContext(memory.AsMemory(7, length));
        Call expected = new(attention, shape, seed: 5, scale: 0.5f), actual = new(attention, shape, seed: 5, scale: 0.5f, context);
        foreach (var call in (Call[])[expected, actual])
        {
            call.Forward();
            call.Backward();
            call.Backward();
        }

        Same(expected, actual);
        Assert.Equal(expected.Context.LogSumExp.ToArray(), context.LogSumExp.ToArray());
        Assert.Equal(expected.Context.State.ToArray(), context.State.ToArray());
        Assert.Equal(memory.AsSpan(7, 2 * 3 * 53).ToArray(), context.LogSumExp.ToArray());
        Assert.All(memory[..7].Concat(memory[^7..]), number => Assert.Equal(float.NaN, number));
    }

    [Fact]
    public void Memory_that_is_too_short_is_refused_and_longer_memory_serves_any_call_that_fits()
    {
        var attention = new CausalExact8();
        var shape = new AttentionShape(1, 2, 5);
        foreach (var length in (int[])[0, 19])
        {
            var call = new Call(attention, shape, seed: 1, scale: 1, new BackwardContext(new float[length]));
            var error = Assert.Throws<ArgumentException>(() => call.Forward());
            Assert.Contains($"memory holds {length} numbers", error.Message, StringComparison.Ordinal);
            Assert.Contains("needs 20", error.Message, StringComparison.Ordinal);
        }

        // A call that is refused leaves what there is.
        var kept = new Call(attention, shape, seed: 1, scale: 1, new BackwardContext(new float[20]));
        kept.Forward();
        var longer = new Call(attention, new AttentionShape(1, 2, 6), seed: 1, scale: 1, kept.Context);
        Assert.Throws<ArgumentException>(() => longer.Forward());
        kept.Backward();

        using var context = new BackwardContext(new float[20]);
        foreach (var length in (int[])[5, 2, 0, 4])
        {
            Call expected = new(attention, new(1, 2, length), 3, 1), actual = new(attention, new(1, 2, length), 3, 1, context);
            foreach (var call in (Call[])[expected, actual])
            {
                call.Forward();
                call.Backward();
            }

            Same(expected, actual);
        }

        Assert.Throws<ArgumentException>("shape", () => BackwardContext.LengthFor(attention, new AttentionShape(1, 2, -5)));
        Assert.Throws<ArgumentException>("shape", () => BackwardContext.LengthFor(new CausalSoftmax16(7), new AttentionShape(1, 2, 5, 6)));
        Assert.Throws<ArgumentNullException>("attention", () => BackwardContext.LengthFor(null!, shape));
    }

    [Fact]
    public void A_context_that_was_disposed_of_is_refused()
    {
        var call = new Call(new Softmax8(1), new AttentionShape(1, 2, 5), seed: 1, scale: 1);
        call.Forward();
        call.Context.Dispose();
        call.Context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => call.Backward());
        Assert.Throws<ObjectDisposedException>(() => call.Forward());
        Assert.Equal(0, call.Context.LogSumExp.Length);
    }

    private static void Same(Call expected, Call actual)
    {
        Compare.Same(expected.QueryGradient, actual.QueryGradient);
        Compare.Same(expected.KeyGradient, actual.KeyGradient);
        Compare.Same(expected.ValueGradient, actual.ValueGradient);
    }

    /// <summary>The tensors of a call.</summary>
    private sealed class Call
    {
        private readonly AttentionShape _shape;

        public Call(IAttention attention, AttentionShape shape, int seed, float scale, BackwardContext? context = null)
        {
            Attention = attention;
            _shape = shape;
            var random = new Random(seed);
            var tokens = shape.Batch * shape.Heads * shape.QueryLength;
            Query = Inputs.Normal(random, tokens * attention.HeadDim, scale);
            Key = Inputs.Normal(random, tokens * attention.HeadDim, scale);
            Value = Inputs.Normal(random, tokens * attention.ValueDim, 1);
            OutputGradient = Inputs.Normal(random, tokens * attention.ValueDim, 1);
            Output = new float[tokens * attention.ValueDim];
            Context = context ?? new BackwardContext();
            QueryGradient = Unset(Query.Length);
            KeyGradient = Unset(Key.Length);
            ValueGradient = Unset(Value.Length);
        }

        public IAttention Attention { get; }

        public float[] Query { get; }

        public float[] Key { get; }

        public float[] Value { get; }

        public float[] Output { get; }

        public float[] OutputGradient { get; }

        public float[] QueryGradient { get; }

        public float[] KeyGradient { get; }

        public float[] ValueGradient { get; }

        public BackwardContext Context { get; }

        public void Forward(int[]? keyLengths = null) =>
            Attention.Forward(Query, Key, Value, Output, _shape, new() { Context = Context, KeyLengths = keyLengths });

        public void Backward(bool accumulate = false) => Backward(Attention, accumulate);

        public void Backward(IAttention attention, bool accumulate = false) => attention.Backward(
            Query, Key, Value, Output, Context, OutputGradient, QueryGradient, KeyGradient, ValueGradient, _shape,
            new() { Accumulate = accumulate });

        private static float[] Unset(int length)
        {
            var tensor = new float[length];
            tensor.AsSpan().Fill(float.NaN);
            return tensor;
        }
    }
}
