using System.Reflection;
using Xunit;

namespace KernelGen.Tests.Linformer;

/// <summary>A layer under test: its sizes, and its calls, which have one matrix or two.</summary>
public sealed class LinformerLayer
{
    private readonly LinformerAttentionAttribute _declared;

    private LinformerLayer(Type type)
    {
        Type = type;
        _declared = type.GetCustomAttribute<LinformerAttentionAttribute>()!;
    }

    private delegate void OneForward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView lengthProjection,
        in TensorView destination, AttentionShape shape, in ForwardOptions options);

    private delegate void TwoForward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView keyProjection,
        in ReadOnlyTensorView valueProjection, in TensorView destination, AttentionShape shape, in ForwardOptions options);

    private delegate void OneBackward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView lengthProjection,
        in ReadOnlyTensorView output, BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient,
        in TensorView keyGradient, in TensorView valueGradient, in TensorView lengthProjectionGradient, AttentionShape shape,
        BackwardOptions options);

    private delegate void TwoBackward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView keyProjection,
        in ReadOnlyTensorView valueProjection, in ReadOnlyTensorView output, BackwardContext context,
        in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient,
        in TensorView keyProjectionGradient, in TensorView valueProjectionGradient, AttentionShape shape, BackwardOptions options);

    public static IReadOnlyList<LinformerLayer> All { get; } =
    [
        new(typeof(SharedByHeads)), new(typeof(OfEachHead)), new(typeof(OneMatrix)), new(typeof(OneForAllLayers)), new(typeof(OneNumber)),
    ];

    public Type Type { get; }

    public int HeadDim => _declared.HeadDim;

    public int ValueDim => _declared.ValueDim == 0 ? HeadDim : _declared.ValueDim;

    public int MaxLength => _declared.MaxLength;

    public int Rank => _declared.Rank;

    public bool HasOneMatrix => _declared.Sharing is LengthSharing.KeysAndValues or LengthSharing.Layers;

    public bool IsOfEachHead => _declared.Sharing == LengthSharing.None;

    public static LinformerLayer Of<T>() => Of(typeof(T));

    public static LinformerLayer Of(Type type) => new(type);

    public IDifferentiableAttention Create(int degree = 1)
    {
        var attention = (IDifferentiableAttention)Activator.CreateInstance(Type)!;
        attention.DegreeOfParallelism = degree;
        return attention;
    }

    /// <summary>Where a layer has one matrix, <paramref name="f"/> is not looked at.</summary>
    public void Forward(
        IAttention attention, float[] q, float[] k, float[] v, float[] e, float[] f, float[] o, AttentionShape shape,
        ForwardOptions options)
    {
        if (HasOneMatrix)
        {
            Member<OneForward>("Forward", attention)(q, k, v, e, o, shape, options);
        }
        else
        {
            Member<TwoForward>("Forward", attention)(q, k, v, e, f, o, shape, options);
        }
    }

    /// <inheritdoc cref="Forward"/>
    public void Backward(
        IAttention attention, float[] q, float[] k, float[] v, float[] e, float[] f, float[] o, BackwardContext context, float[] g,
        float[] dq, float[] dk, float[] dv, float[] de, float[] df, AttentionShape shape, BackwardOptions options)
    {
        if (HasOneMatrix)
        {
            Member<OneBackward>("Backward", attention)(q, k, v, e, o, context, g, dq, dk, dv, de, shape, options);
        }
        else
        {
            Member<TwoBackward>("Backward", attention)(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape, options);
        }
    }

    public override string ToString() => Type.Name;

    private T Member<T>(string name, IAttention attention)
        where T : Delegate
    {
        var parameters = typeof(T).GetMethod("Invoke")!.GetParameters();
        return Type.GetMethods().Single(method => method.Name == name && method.GetParameters().Length == parameters.Length)
            .CreateDelegate<T>(attention);
    }

    internal sealed class Everyone : TheoryData<LinformerLayer>
    {
        public Everyone() => AddRange([.. All]);
    }
}
