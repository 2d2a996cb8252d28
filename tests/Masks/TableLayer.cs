namespace KernelGen.Tests.Masks;

/// <summary>A layer whose score reads learned tables, how it is called, and what becomes of a score.</summary>
/// <param name="Type">The generated type.</param>
/// <param name="Lengths">The numbers of its tables.</param>
/// <param name="Sees">Whether a query sees a key, by their positions and kinds.</param>
/// <param name="Score">What becomes of a score of a query and a key, by their positions, kinds, the head and the tables.</param>
/// <param name="Forward">Its Forward.</param>
/// <param name="Backward">Its Backward.</param>
public sealed record TableLayer(
    Type Type, int[] Lengths, Func<int, int, int, int, bool> Sees, Func<double, int, int, int, int, int, double[][], double> Score,
    TableLayer.OfForward Forward, TableLayer.OfBackward Backward)
{
    public static IReadOnlyList<TableLayer> All { get; } =
    [
        new(
            typeof(RelativeBias), [123], (_, _, _, _) => true,
            (x, i, j, _, _, h, t) => x + t[0][(h * 41) + Math.Clamp(i - j, -20, 20) + 20],
            (a, q, k, v, _, t, o, shape, options) => ((RelativeBias)a).Forward(q, k, v, t[0], o, shape, options),
            (a, q, k, v, _, t, o, context, g, dq, dk, dv, dt, shape, options) =>
                ((RelativeBias)a).Backward(q, k, v, t[0], o, context, g, dq, dk, dv, dt[0], shape, options)),
        new(
            typeof(ScaledByDistance), [40, 5], (i, j, _, _) => j <= i && i - j < 50,
            (x, i, j, _, _, _, t) => Scaled(x * t[0][Math.Min(i - j, 39)], j, t[1]),
            (a, q, k, v, _, t, o, shape, options) => ((ScaledByDistance)a).Forward(q, k, v, t[0], t[1], o, shape, options),
            (a, q, k, v, _, t, o, context, g, dq, dk, dv, dt, shape, options) =>
                ((ScaledByDistance)a).Backward(q, k, v, t[0], t[1], o, context, g, dq, dk, dv, dt[0], dt[1], shape, options))
        {
            Step = (a, state, q, k, v, _, t, o) => ((ScaledByDistance)a).Step(state, q, k, v, t[0], t[1], o),
        },
        new(
            typeof(BiasOfKinds), [16], (i, j, _, kind) => j <= i && kind >= 0,
            (x, _, _, query, key, _, t) => x + t[0][(4 * Math.Clamp(query, 0, 3)) + Math.Clamp(key, 0, 3)],
            (a, q, k, v, n, t, o, shape, options) => ((BiasOfKinds)a).Forward(q, k, v, n, t[0], o, shape, options),
            (a, q, k, v, n, t, o, context, g, dq, dk, dv, dt, shape, options) =>
                ((BiasOfKinds)a).Backward(q, k, v, n, t[0], o, context, g, dq, dk, dv, dt[0], shape, options))
        {
            Step = (a, state, q, k, v, n, t, o) => ((BiasOfKinds)a).Step(state, q, k, v, n, t[0], o),
        },
        new(
            typeof(OneNumber), [1], (_, _, _, _) => true, (x, _, _, _, _, _, t) => x * t[0][0],
            (a, q, k, v, _, t, o, shape, options) => ((OneNumber)a).Forward(q, k, v, t[0], o, shape, options),
            (a, q, k, v, _, t, o, context, g, dq, dk, dv, dt, shape, options) =>
                ((OneNumber)a).Backward(q, k, v, t[0], o, context, g, dq, dk, dv, dt[0], shape, options)),
        new(
            typeof(ManyNumbers), [700], (i, j, _, _) => Math.Abs(i - j) <= 30,
            (x, i, j, _, _, _, t) => x + t[0][(j % 35 * 20) + (i % 20)],
            (a, q, k, v, _, t, o, shape, options) => ((ManyNumbers)a).Forward(q, k, v, t[0], o, shape, options),
            (a, q, k, v, _, t, o, context, g, dq, dk, dv, dt, shape, options) =>
                ((ManyNumbers)a).Backward(q, k, v, t[0], o, context, g, dq, dk, dv, dt[0], shape, options)),
    ];

    public delegate void OfForward(
        IAttention attention, float[] query, float[] key, float[] value, int[] kinds, float[][] tables, float[] output,
        AttentionShape shape, ForwardOptions options);

    public delegate void OfBackward(
        IAttention attention, float[] query, float[] key, float[] value, int[] kinds, float[][] tables, float[] output,
        BackwardContext context, float[] upstream, float[] queryGradient, float[] keyGradient, float[] valueGradient,
        float[][] tableGradients, AttentionShape shape, BackwardOptions options);

    public delegate void OfStep(
        IAttention attention, DecodingState state, float[] query, float[] key, float[] value, int[] kinds, float[][] tables,
        float[] output);

    /// <summary>Its Step; null: it does not decode.</summary>
    public OfStep? Step { get; init; }

    public IDifferentiableAttention Create() => (IDifferentiableAttention)Activator.CreateInstance(Type)!;

    public override string ToString() => Type.Name;

    private static double Scaled(double scaled, int key, double[] bias) =>
        key % 2 == 0 ? (3 * Math.Tanh(scaled / 3)) + bias[key % 5] : scaled + bias[4];

    /// <summary>All of them, as theory data.</summary>
    public sealed class Everyone : Xunit.TheoryData<TableLayer>
    {
        public Everyone()
        {
            foreach (var layer in All)
            {
                Add(layer);
            }
        }
    }
}
