using KernelGen.Tests.Behaviour;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The tensors of a forward and a backward call of a layer whose sums fade.</summary>
/// <param name="Call">What every layer has.</param>
/// <param name="LogDecay">How much each token lets fade; not read where heads have constants.</param>
/// <param name="LogDecayGradient">What it gets; of no number: it is not wanted.</param>
internal sealed record DecayCall(DeviceCall Call, DeviceTensor LogDecay, DeviceTensor LogDecayGradient)
{
    /// <summary>Random tokens, packed.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="logDecay">The decay of a token; null: random ones from −0.3 to 0.</param>
    /// <param name="start">What is in all that is written.</param>
    public static DecayCall Draw(Layer layer, AttentionShape shape, Func<int, float>? logDecay = null, float start = float.NaN)
    {
        var random = new Random(shape.QueryLength);
        int queries = shape.Batch * shape.Heads * shape.QueryLength, keys = shape.Batch * shape.KeyHeads * shape.KeyLength;
        float[] Drawn(int rows, int columns, float scale) => Inputs.Normal(random, rows * columns, scale);
        float[] Started(int rows, int columns)
        {
            var numbers = new float[rows * columns];
            Array.Fill(numbers, start);
            return numbers;
        }

        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var call = new DeviceCall(shape, Drawn(queries, d, 0.8f), Drawn(keys, d, 0.8f), Drawn(keys, dv, 1), Started(queries, dv))
        {
            Upstream = Drawn(queries, dv, 1),
            QueryGradient = Started(queries, d),
            KeyGradient = Started(keys, d),
            ValueGradient = Started(keys, dv),
        };
        logDecay ??= _ => -0.3f * random.NextSingle();
        float[] decays = [.. Enumerable.Range(0, queries).Select(row => logDecay(TokenOf(shape, row)))];
        return new DecayCall(call, decays, Started(queries, 1));
    }

    /// <summary>The token that a row of a packed tensor of queries is of.</summary>
    public static int TokenOf(AttentionShape shape, int row) =>
        shape.Layout == TensorLayout.BatchHeadLengthDim ? row % shape.QueryLength : row / shape.Heads % shape.QueryLength;

    /// <summary>The same, with memory of its own for what is written.</summary>
    public DecayCall Anew() => this with
    {
        Call = Call with
        {
            Output = Copy(Call.Output),
            QueryGradient = Copy(Call.QueryGradient),
            KeyGradient = Copy(Call.KeyGradient),
            ValueGradient = Copy(Call.ValueGradient),
        },
        LogDecayGradient = Copy(LogDecayGradient),
    };

    /// <summary>What is written, by name.</summary>
    public IEnumerable<(string Name, float[] Numbers)> Written =>
    [
        ("output", Call.Output.Memory), ("queryGradient", Call.QueryGradient.Memory), ("keyGradient", Call.KeyGradient.Memory),
        ("valueGradient", Call.ValueGradient.Memory), ("logDecayGradient", LogDecayGradient.Memory),
    ];

    private static DeviceTensor Copy(DeviceTensor tensor) => tensor with { Memory = [.. tensor.Memory] };
}
