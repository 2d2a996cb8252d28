using System.Reflection;
using Xunit;

namespace KernelGen.Tests.RelativePositions;

/// <summary>A layer under test: what it declares, and its calls.</summary>
public sealed class RelativeLayer
{
    private readonly SoftmaxAttentionAttribute _declared;

    private RelativeLayer(Type type) => (Type, _declared) = (type, type.GetCustomAttribute<SoftmaxAttentionAttribute>()!);

    private delegate void Forwards(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView positionQuery,
        in ReadOnlyTensorView distanceKey, in TensorView destination, AttentionShape shape, in ForwardOptions options);

    private delegate void Backwards(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView positionQuery,
        in ReadOnlyTensorView distanceKey, in ReadOnlyTensorView output, BackwardContext context, in ReadOnlyTensorView outputGradient,
        in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient, in TensorView positionQueryGradient,
        in TensorView distanceKeyGradient, AttentionShape shape, BackwardOptions options);

    private delegate void Steps(
        DecodingState state, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value,
        ReadOnlySpan<float> positionQuery, ReadOnlySpan<float> distanceKey, Span<float> destination, int groupSize);

    private delegate void Prefills(
        DecodingState state, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value,
        ReadOnlySpan<float> positionQuery, ReadOnlySpan<float> distanceKey, Span<float> destination, AttentionShape shape,
        ReadOnlySpan<int> lengths, Range? streams, ReadOnlySpan<int> offsets);

    public static IReadOnlyList<RelativeLayer> All { get; } =
    [
        new(typeof(Segments)), new(typeof(SameLength)), new(typeof(CappedWithSinks)), new(typeof(Bent)), new(typeof(OneNumber)),
        new(typeof(Wide)),
    ];

    public Type Type { get; }

    public int HeadDim => _declared.HeadDim;

    public int ValueDim => _declared.ValueDim == 0 ? HeadDim : _declared.ValueDim;

    public int Distances => _declared.Distances;

    public bool BendsScores => _declared.Score is not null || _declared.SoftCap > 0;

    public static RelativeLayer Of(Type type) => new(type);

    public IDifferentiableAttention Create(int degree = 1)
    {
        var attention = (IDifferentiableAttention)Activator.CreateInstance(Type)!;
        attention.DegreeOfParallelism = degree;
        return attention;
    }

    /// <summary>Whether a query sees a key, by their positions.</summary>
    public bool Sees(int query, int key, int head) => key <= query
        && (_declared.Window == 0 || query - key < _declared.Window || key < _declared.Sinks)
        && (Type != typeof(Bent) || (query - key) % 3 == 0 || key / 16 == query / 16 || head > 0);

    /// <summary>What becomes of a score, and its derivative.</summary>
    public (double Value, double Slope) Bend(double score, int query, int key)
    {
        if (Type == typeof(Bent))
        {
            return ((0.7f * score) - (0.01f * (query - key)) + (0.02f * (key % 4)), 0.7f);
        }

        if (_declared.SoftCap == 0)
        {
            return (score, 1);
        }

        var tanh = Math.Tanh(score / _declared.SoftCap);
        return (_declared.SoftCap * tanh, 1 - (tanh * tanh));
    }

    public void Forward(
        IAttention attention, float[] q, float[] k, float[] v, float[] w, float[] r, float[] o, AttentionShape shape,
        ForwardOptions options) => Member<Forwards>("Forward", attention)(q, k, v, w, r, o, shape, options);

    public void Backward(
        IAttention attention, float[] q, float[] k, float[] v, float[] w, float[] r, float[] o, BackwardContext context, float[] g,
        float[] dq, float[] dk, float[] dv, float[] dw, float[] dr, AttentionShape shape, BackwardOptions options) =>
        Member<Backwards>("Backward", attention)(q, k, v, w, r, o, context, g, dq, dk, dv, dw, dr, shape, options);

    public void Step(
        IAttention attention, DecodingState state, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v,
        ReadOnlySpan<float> w, ReadOnlySpan<float> r, Span<float> o, int groupSize = 1) =>
        Member<Steps>("Step", attention)(state, q, k, v, w, r, o, groupSize);

    public void Prefill(
        IAttention attention, DecodingState state, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v,
        ReadOnlySpan<float> w, ReadOnlySpan<float> r, Span<float> o, AttentionShape shape, Range? streams = null) =>
        Member<Prefills>("Prefill", attention)(state, q, k, v, w, r, o, shape, default, streams, default);

    public override string ToString() => Type.Name;

    private T Member<T>(string name, IAttention attention)
        where T : Delegate
    {
        var parameters = typeof(T).GetMethod("Invoke")!.GetParameters();
        return Type.GetMethods().Single(method => method.Name == name && method.GetParameters().Length == parameters.Length)
            .CreateDelegate<T>(attention);
    }

    internal sealed class Everyone : TheoryData<RelativeLayer>
    {
        public Everyone() => AddRange([.. All]);
    }
}
