namespace KernelGen.Examples.KernelZoo;

/// <summary>Queries, keys and values of a sequence, [heads, length, head dim] each.</summary>
internal sealed class HeadInput
{
    /// <summary>Numbers of one head.</summary>
    public const int Dim = Embedding.HeadDim;

    private readonly float[] _query;
    private readonly float[] _key;
    private readonly float[] _value;

    private HeadInput(int heads, int length, float[] query, float[] key, float[] value, float[] output)
    {
        (_query, _key, _value) = (query, key, value);
        Shape = new AttentionShape(1, heads, length);
        Output = output;
    }

    /// <summary>The sizes.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Heads.</summary>
    public int Heads => Shape.Heads;

    /// <summary>Tokens.</summary>
    public int Length => Shape.QueryLength;

    /// <summary>Queries.</summary>
    public float[] Query => _query;

    /// <summary>Keys.</summary>
    public float[] Key => _key;

    /// <summary>Values.</summary>
    public float[] Value => _value;

    /// <summary>Where calls of layers write.</summary>
    public float[] Output { get; }

    /// <summary>The size of queries and keys.</summary>
    public InputStatistics Statistics => InputStatistics.Of(_query, _key, Heads, Length, Dim);

    /// <summary>Embeds tokens, and keeps the first heads.</summary>
    /// <exception cref="JobException">The machine has too little memory.</exception>
    public static HeadInput Embed(Embedding embedding, ReadOnlyMemory<byte> tokens, int threads, int heads = Embedding.Heads)
    {
        var length = tokens.Length;
        var tensors = Memory.Allocate(4, Embedding.Heads * Dim, length);
        embedding.Embed(tokens, tensors[0], tensors[1], tensors[2], threads);
        float[] Kept(float[] tensor) => heads == Embedding.Heads ? tensor : tensor[..(heads * length * Dim)];
        return new HeadInput(heads, length, Kept(tensors[0]), Kept(tensors[1]), Kept(tensors[2]), Kept(tensors[3]));
    }

    /// <summary>The same tokens with larger or smaller queries and keys; the output is shared.</summary>
    public HeadInput Scaled(double factor) => new(
        Heads, Length, [.. _query.Select(x => (float)(factor * x))], [.. _key.Select(x => (float)(factor * x))], _value, Output);

    /// <summary>One call of a layer, into <see cref="Output"/>.</summary>
    public void Forward(IAttention layer)
    {
        var shape = Shape;
        layer.Forward(_query, _key, _value, Output, shape);
    }
}
