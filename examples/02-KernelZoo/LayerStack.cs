namespace KernelGen.Examples.KernelZoo;

/// <summary>
/// Attention layers on top of each other, as in an untrained transformer without feed-forward parts: in each, h = normed(h + heads(h)·Wo)
/// with random matrices of its own and every token divided by the root of its mean square, so that queries and keys keep their size.
/// Entries of Wo are smaller by the root of the number of layers, as in GPT-2: otherwise all tokens soon are alike and there is nothing to
/// attend to.
/// </summary>
internal sealed class LayerStack
{
    private const int Width = Embedding.Width;
    private const int Inner = Embedding.Heads * Embedding.HeadDim;

    private readonly RandomHeads[] _heads;
    private readonly float[][] _mixing;

    /// <summary>Draws the matrices of all layers.</summary>
    public LayerStack(int seed, int depth)
    {
        var random = new Random(seed);
        _heads = new RandomHeads[depth];
        _mixing = new float[depth][];
        for (var layer = 0; layer < depth; layer++)
        {
            _heads[layer] = new RandomHeads(random);
            _mixing[layer] = RandomHeads.Normal(random, Inner * Width, 1 / Math.Sqrt(Inner * (double)depth));
        }
    }

    /// <summary>Computes attention of one layer; all tensors are [heads, tokens, head dim].</summary>
    /// <param name="layer">Which of the stack.</param>
    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="output">Overwritten.</param>
    public delegate void Attend(int layer, float[] query, float[] key, float[] value, float[] output);

    /// <summary>Layers.</summary>
    public int Depth => _heads.Length;

    /// <summary>The hidden state after each layer, [tokens, <see cref="Embedding.Width"/>].</summary>
    /// <param name="tokens">The state before the first.</param>
    /// <param name="attend">The attention of every layer.</param>
    /// <param name="threads">Threads to use beside those of attention; they do not change the result.</param>
    public float[][] Run(float[] tokens, Attend attend, int threads)
    {
        var length = tokens.Length / Width;
        var count = length * Inner;
        float[] query = new float[count], key = new float[count], value = new float[count], output = new float[count];
        var states = new float[Depth][];
        var before = tokens;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        for (var layer = 0; layer < Depth; layer++)
        {
            var hidden = before;
            Parallel.For(0, length, parallel, t => _heads[layer].Project(hidden.AsSpan(t * Width, Width), t, length, query, key, value));
            attend(layer, query, key, value, output);
            var next = new float[tokens.Length];
            Parallel.For(0, length, parallel, t => Mix(
                hidden.AsSpan(t * Width, Width), output, t, length, _mixing[layer], next.AsSpan(t * Width, Width)));
            before = states[layer] = next;
        }

        return states;
    }

    private static void Mix(ReadOnlySpan<float> hidden, float[] output, int position, int length, float[] mixing, Span<float> next)
    {
        Span<float> heads = stackalloc float[Inner];
        for (var head = 0; head < Embedding.Heads; head++)
        {
            output.AsSpan((head * length + position) * Embedding.HeadDim, Embedding.HeadDim).CopyTo(heads[(head * Embedding.HeadDim)..]);
        }

        RandomHeads.Multiply(heads, mixing, next);
        double squares = 0;
        for (var c = 0; c < Width; c++)
        {
            next[c] += hidden[c];
            squares += (double)next[c] * next[c];
        }

        var scale = (float)(1 / Math.Sqrt(squares / Width));
        for (var c = 0; c < Width; c++)
        {
            next[c] *= scale;
        }
    }
}
