using ILGPU.Runtime;
using KernelGen.Tests.Masks;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The members for GPUs of a layer whose mask or score asks for numbers of tokens: they take a span of ints for each kind.</summary>
internal sealed record TokenGpuCalls(
    Func<IAttention, Accelerator, IDisposable> Create, TokenGpuCalls.OfForward Forward, TokenGpuCalls.OfBackward Backward)
{
    private static readonly Dictionary<Type, TokenGpuCalls> All = new()
    {
        [typeof(Documents)] = new(
            (layer, accelerator) => new Documents.Gpu((Documents)layer, accelerator),
            (gpu, c, o) => ((Documents.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((Documents.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths, c.QueryLengths)),
        [typeof(DocumentWindow)] = new(
            (layer, accelerator) => new DocumentWindow.Gpu((DocumentWindow)layer, accelerator),
            (gpu, c, o) => ((DocumentWindow.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((DocumentWindow.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths, c.QueryLengths)),
        [typeof(GlobalTokens)] = new(
            (layer, accelerator) => new GlobalTokens.Gpu((GlobalTokens)layer, accelerator),
            (gpu, c, o) => ((GlobalTokens.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((GlobalTokens.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths, c.QueryLengths)),
        [typeof(SeesFrom)] = new(
            (layer, accelerator) => new SeesFrom.Gpu((SeesFrom)layer, accelerator),
            (gpu, c, o) => ((SeesFrom.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((SeesFrom.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths, c.QueryLengths)),
        [typeof(Speakers)] = new(
            (layer, accelerator) => new Speakers.Gpu((Speakers)layer, accelerator),
            (gpu, c, o) => ((Speakers.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.TokenNumbers[1], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((Speakers.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.TokenNumbers[1], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths,
                c.QueryLengths)),
        [typeof(SegmentScore)] = new(
            (layer, accelerator) => new SegmentScore.Gpu((SegmentScore)layer, accelerator),
            (gpu, c, o) => ((SegmentScore.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, dq, dk, dv) => ((SegmentScore.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.TokenNumbers[0], c.Upstream, dq, dk, dv, c.Shape, c.KeyLengths, c.QueryLengths)),
    };

    public delegate void OfForward(IDisposable gpu, MaskedCall call, float[] output);

    public delegate void OfBackward(IDisposable gpu, MaskedCall call, float[] queryGradient, float[] keyGradient, float[] valueGradient);

    /// <summary>Those of a layer.</summary>
    public static TokenGpuCalls Of(MaskedLayer layer) => All[layer.Type];
}
