using KernelGen.Tests.Runtime;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>What a backward call does with its arguments: batches, layouts, key lengths, adding, memory, and arguments that do not fit.</summary>
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
            call.Backward(keyLengths);
            foreach (var (b, h) in Heads())
            {
                var (query, key, value) = (Take(call.Query, d), Take(call.Key, d), Take(call.Value, dv));
                var expected = NaiveGradient.Compute(layer, query, key, value, Take(call.OutputGradient, dv), weights, keyLengths[b]);
                var tolerance = 64 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(layer, query, key.AsSpan(0, keyLengths[b] * d), weights);
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
        call.Backward(keyLengths);
        float[][] once = [[.. call.QueryGradient], [.. call.KeyGradient], [.. call.ValueGradient]];
        call.Backward(keyLengths, accumulate: true);
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
            float[][] tensors = [call.Query, call.Key, call.Value, call.Output, call.OutputGradient, call.QueryGradient, call.KeyGradient, call.ValueGradient];
            var guarded = tensors.Select(tensor => new GuardedMemory(tensor.Length)).ToArray();
            foreach (var (tensor, memory) in tensors.Zip(guarded).Take(5))
            {
                tensor.CopyTo(memory.Span);
            }

            attention.Backward(
                guarded[0].Span, guarded[1].Span, guarded[2].Span, guarded[3].Span, call.Result, guarded[4].Span, guarded[5].Span, guarded[6].Span,
                guarded[7].Span, shape);
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
        Assert.Contains("queryGradient (80 numbers) overlaps query", Message(() => Run(queryGradient: call.Query)), StringComparison.Ordinal);
        Assert.Contains("keyGradient (80 numbers) overlaps outputGradient", Message(() => Run(keyGradient: call.OutputGradient)), StringComparison.Ordinal);
        Assert.Contains("queryGradient (80 numbers) overlaps keyGradient", Message(() => Run(queryGradient: call.KeyGradient)), StringComparison.Ordinal);
        Assert.Contains("valueGradient (80 numbers) overlaps output", Message(() => Run(valueGradient: call.Output)), StringComparison.Ordinal);
        Assert.Contains("was made for", Message(() => Run(result: new AttentionResult(attention, new AttentionShape(1, 2, 6)))), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => call.Attention.Backward(
            call.Query, call.Key, call.Value, call.Output, null!, call.OutputGradient, call.QueryGradient, call.KeyGradient, call.ValueGradient, shape));

        void Run(
            float[]? output = null, AttentionResult? result = null, float[]? outputGradient = null, float[]? queryGradient = null,
            float[]? keyGradient = null, float[]? valueGradient = null) => attention.Backward(
                call.Query, call.Key, call.Value, output ?? call.Output, result ?? call.Result, outputGradient ?? call.OutputGradient,
                queryGradient ?? call.QueryGradient, keyGradient ?? call.KeyGradient, valueGradient ?? call.ValueGradient, shape);

        static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    /// <summary>The tensors of a call.</summary>
    private sealed class Call
    {
        private readonly AttentionShape _shape;

        public Call(IAttention attention, AttentionShape shape, int seed, float scale)
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
            Result = new AttentionResult(attention, shape);
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

        public AttentionResult Result { get; }

        public void Forward(int[]? keyLengths = null) => Attention.Forward(Query, Key, Value, Output, _shape, Result, keyLengths);

        public void Backward(int[]? keyLengths = null, bool accumulate = false) => Attention.Backward(
            Query, Key, Value, Output, Result, OutputGradient, QueryGradient, KeyGradient, ValueGradient, _shape, keyLengths, accumulate);

        private static float[] Unset(int length)
        {
            var tensor = new float[length];
            tensor.AsSpan().Fill(float.NaN);
            return tensor;
        }
    }
}
