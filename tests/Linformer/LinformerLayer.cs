using System.Reflection;
using Xunit;

namespace KernelGen.Tests.Linformer;

/// <summary>A layer under test: its sizes, and its calls, whatever it shares.</summary>
public sealed class LinformerLayer
{
    private readonly LinformerAttentionAttribute _declared;

    private LinformerLayer(Type type)
    {
        Type = type;
        _declared = type.GetCustomAttribute<LinformerAttentionAttribute>()!;
    }

    public static IReadOnlyList<LinformerLayer> All { get; } =
    [
        new(typeof(SharedByHeads)), new(typeof(OfEachHead)), new(typeof(OneMatrix)), new(typeof(OneForAllLayers)), new(typeof(OneNumber)),
    ];

    public Type Type { get; }

    public int HeadDim => _declared.HeadDim;

    public int ValueDim => _declared.ValueDim == 0 ? HeadDim : _declared.ValueDim;

    public int MaxLength => _declared.MaxLength;

    public int Rank => _declared.Rank;

    public bool HasOneMatrix => _declared.Sharing >= LengthSharing.KeysAndValues;

    public bool IsOfEachHead => _declared.Sharing == LengthSharing.None;

    public static LinformerLayer Of<T>() => new(typeof(T));

    public IDifferentiableAttention Create(int degree = 1)
    {
        var attention = (IDifferentiableAttention)Activator.CreateInstance(Type)!;
        attention.DegreeOfParallelism = degree;
        return attention;
    }

    public static void Forward(
        IAttention attention, float[] q, float[] k, float[] v, float[] e, float[] f, float[] o, AttentionShape shape,
        ForwardOptions options)
    {
        switch (attention)
        {
            case SharedByHeads layer: layer.Forward(q, k, v, e, f, o, shape, options); break;
            case OfEachHead layer: layer.Forward(q, k, v, e, f, o, shape, options); break;
            case OneMatrix layer: layer.Forward(q, k, v, e, o, shape, options); break;
            case OneForAllLayers layer: layer.Forward(q, k, v, e, o, shape, options); break;
            case OneNumber layer: layer.Forward(q, k, v, e, f, o, shape, options); break;
            case GoldenOfEachHead layer: layer.Forward(q, k, v, e, f, o, shape, options); break;
            case GoldenOneMatrix layer: layer.Forward(q, k, v, e, o, shape, options); break;
            default: throw new NotSupportedException(attention.GetType().Name);
        }
    }

    public static void Backward(
        IAttention attention, float[] q, float[] k, float[] v, float[] e, float[] f, float[] o, BackwardContext context, float[] g,
        float[] dq, float[] dk, float[] dv, float[] de, float[] df, AttentionShape shape, BackwardOptions options)
    {
        switch (attention)
        {
            case SharedByHeads layer: layer.Backward(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape, options); break;
            case OfEachHead layer: layer.Backward(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape, options); break;
            case OneMatrix layer: layer.Backward(q, k, v, e, o, context, g, dq, dk, dv, de, shape, options); break;
            case OneForAllLayers layer: layer.Backward(q, k, v, e, o, context, g, dq, dk, dv, de, shape, options); break;
            case OneNumber layer: layer.Backward(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape, options); break;
            case GoldenOfEachHead layer: layer.Backward(q, k, v, e, f, o, context, g, dq, dk, dv, de, df, shape, options); break;
            case GoldenOneMatrix layer: layer.Backward(q, k, v, e, o, context, g, dq, dk, dv, de, shape, options); break;
            default: throw new NotSupportedException(attention.GetType().Name);
        }
    }

    public override string ToString() => Type.Name;

    internal sealed class Everyone : TheoryData<LinformerLayer>
    {
        public Everyone() => AddRange([.. All]);
    }
}
