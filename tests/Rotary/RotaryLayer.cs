using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Masks;
using Xunit;

namespace KernelGen.Tests.Rotary;

/// <summary>A layer with rotary positions, and the formula of what it computes: rotations in double, then attention without them.</summary>
/// <param name="Type">The generated type.</param>
/// <param name="Theta">θ.</param>
/// <param name="Still">The FAVOR+ layer without positions; null: attention is exact.</param>
/// <param name="Sees">Whether a query, by its position, sees a key of exact attention.</param>
public sealed record RotaryLayer(Type Type, double Theta, Type? Still, Func<int, int, bool> Sees)
{
    public static IReadOnlyList<RotaryLayer> All { get; } =
    [
        new(typeof(RotaryExact), 10_000, null, (_, _) => true),
        new(typeof(RotaryCausal), 500, null, (i, j) => j <= i),
        new(typeof(RotarySinks), 10_000, null, (i, j) => j <= i && (i - j < 20 || j < 3)),
        new(typeof(RotaryWindow), 10_000, null, (i, j) => j <= i && i - j < 20),
        new(typeof(RotaryPair), 10_000, null, (i, j) => j <= i),
        Favor<RotarySoftmax, StillSoftmax>(),
        Favor<RotaryCausalSoftmax, StillCausalSoftmax>(theta: 100),
        Favor<RotaryHyperbolic, StillHyperbolic>(),
        Favor<RotaryRelu, StillRelu>(),
        Favor<RotaryCausalRelu, StillCausalRelu>(),
        Favor<RotaryHadamard, StillHadamard>(),
    ];

    /// <summary>Whether every call has as many keys as queries.</summary>
    public bool IsScan => Still is not null && Layer.Of(Still).Causal;

    public IDifferentiableAttention Create() => (IDifferentiableAttention)Layer.Of(Type).Create().Attention;

    public override string ToString() => Type.Name;

    /// <summary>The output of one head and the gradients of Σ output · upstream.</summary>
    public (double[] Output, double[] Query, double[] Key, double[] Value) Expected(
        float[] query, float[] key, float[] value, float[] upstream, int headDim)
    {
        var (queries, keys) = (query.Length / headDim, key.Length / headDim);
        var first = keys - queries;
        var (q, k) = (Rotated(query, headDim, first), Rotated(key, headDim, 0));
        double[] output, dq, dk, dv;
        if (Still is null)
        {
            bool Sees(int i, int j) => this.Sees(first + i, j);
            output = MaskedNaive.Forward(headDim, q, k, value, Sees);
            (dq, dk, dv, _) = MaskedNaive.Backward(headDim, q, k, value, upstream, Sees);
        }
        else
        {
            var layer = Layer.Of(Still);
            var weights = layer.Create().Weights;
            output = NaiveAttention.Compute(layer, q, k, value, weights).Output;
            (dq, dk, dv) = NaiveGradient.Compute(layer, q, k, value, upstream, weights);
        }

        return (output, Turned(dq, headDim, first, -1), Turned(dk, headDim, 0, -1), dv);
    }

    private float[] Rotated(float[] tokens, int headDim, int first) =>
        Array.ConvertAll(Turned(NaiveAttention.ToDouble(tokens), headDim, first, 1), x => (float)x);

    private double[] Turned(double[] tokens, int d, int first, int sign)
    {
        var turned = (double[])tokens.Clone();
        for (var row = 0; row < tokens.Length / d; row++)
        {
            for (var c = 0; c < d / 2; c++)
            {
                var angle = sign * (first + row) * Math.Pow(Theta, -2.0 * c / d);
                var (x0, x1) = (tokens[(row * d) + c], tokens[(row * d) + c + (d / 2)]);
                turned[(row * d) + c] = (x0 * Math.Cos(angle)) - (x1 * Math.Sin(angle));
                turned[(row * d) + c + (d / 2)] = (x0 * Math.Sin(angle)) + (x1 * Math.Cos(angle));
            }
        }

        return turned;
    }

    private static RotaryLayer Favor<TRotary, TStill>(double theta = 10_000) => new(typeof(TRotary), theta, typeof(TStill), (_, _) => true);

    public sealed class Everyone : TheoryData<RotaryLayer>
    {
        public Everyone() => AddRange([.. All]);
    }

    /// <summary>Those that go on from token to token.</summary>
    public sealed class Decoding : TheoryData<RotaryLayer>
    {
        public Decoding() => AddRange([.. All.Where(layer => typeof(ICausalAttention).IsAssignableFrom(layer.Type))]);
    }
}
