using KernelGen.Tests.Behaviour;

namespace KernelGen.Tests.Rotary;

/// <summary>A forward and a backward call with random tensors.</summary>
internal sealed class Call
{
    public Call(IDifferentiableAttention attention, AttentionShape shape, int seed)
    {
        var random = new Random(seed);
        var batch = shape.PacksSequences ? 1 : shape.Batch;
        (Attention, Shape) = (attention, shape);
        float[] Tensor(int tokens, int columns) => Inputs.Normal(random, batch * shape.Heads * tokens * columns, 1);
        Query = Tensor(shape.QueryLength, attention.HeadDim);
        Key = Tensor(shape.KeyLength, attention.HeadDim);
        Value = Tensor(shape.KeyLength, attention.ValueDim);
        Upstream = Tensor(shape.QueryLength, attention.ValueDim);
        MakeOutputs();
    }

    /// <summary>A call of some tokens of another.</summary>
    public Call(IDifferentiableAttention attention, AttentionShape shape, Call other, int from)
    {
        (Attention, Shape) = (attention, shape);
        float[] Part(float[] tensor, int columns) => tensor.AsSpan(from * columns, shape.QueryLength * columns).ToArray();
        Query = Part(other.Query, attention.HeadDim);
        Key = Part(other.Key, attention.HeadDim);
        Value = Part(other.Value, attention.ValueDim);
        Upstream = Part(other.Upstream, attention.ValueDim);
        MakeOutputs();
    }

    public IDifferentiableAttention Attention { get; }

    public AttentionShape Shape { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    public float[] Upstream { get; }

    public float[] Output { get; private set; } = [];

    public float[] QueryGradient { get; private set; } = [];

    public float[] KeyGradient { get; private set; } = [];

    public float[] ValueGradient { get; private set; } = [];

    public int[] KeyLengths { get; init; } = [];

    public int[] QueryLengths { get; init; } = [];

    public int[] Offsets { get; init; } = [];

    public void Run()
    {
        using var context = new BackwardContext();
        Attention.Forward(
            Query, Key, Value, Output, Shape,
            new ForwardOptions { Context = context, KeyLengths = KeyLengths, QueryLengths = QueryLengths, Offsets = Offsets });
        Attention.Backward(Query, Key, Value, Output, context, Upstream, QueryGradient, KeyGradient, ValueGradient, Shape);
    }

    private void MakeOutputs()
    {
        Output = new float[Upstream.Length];
        QueryGradient = new float[Query.Length];
        KeyGradient = new float[Key.Length];
        ValueGradient = new float[Value.Length];
    }
}
