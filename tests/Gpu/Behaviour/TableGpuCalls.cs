using ILGPU.Runtime;
using KernelGen.Tests.Masks;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The members for GPUs of a layer whose score reads learned tables: they take a span of each.</summary>
internal sealed record TableGpuCalls(
    Func<IAttention, Accelerator, IDisposable> Create, TableGpuCalls.OfForward Forward, TableGpuCalls.OfBackward Backward)
{
    private static readonly Dictionary<Type, TableGpuCalls> All = new()
    {
        [typeof(RelativeBias)] = new(
            (layer, accelerator) => new RelativeBias.Gpu((RelativeBias)layer, accelerator),
            (gpu, c, o) => ((RelativeBias.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.Tables[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, o, adds) => ((RelativeBias.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.Tables[0], c.Upstream, o.ByQuery, o.ByKey, o.ByValue, o.Tables[0], c.Shape, c.KeyLengths,
                c.QueryLengths, adds)),
        [typeof(ScaledByDistance)] = new(
            (layer, accelerator) => new ScaledByDistance.Gpu((ScaledByDistance)layer, accelerator),
            (gpu, c, o) => ((ScaledByDistance.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.Tables[0], c.Tables[1], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, o, adds) => ((ScaledByDistance.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.Tables[0], c.Tables[1], c.Upstream, o.ByQuery, o.ByKey, o.ByValue, o.Tables[0], o.Tables[1],
                c.Shape, c.KeyLengths, c.QueryLengths, adds)),
        [typeof(BiasOfKinds)] = new(
            (layer, accelerator) => new BiasOfKinds.Gpu((BiasOfKinds)layer, accelerator),
            (gpu, c, o) => ((BiasOfKinds.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.Kinds, c.Tables[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, o, adds) => ((BiasOfKinds.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.Kinds, c.Tables[0], c.Upstream, o.ByQuery, o.ByKey, o.ByValue, o.Tables[0], c.Shape,
                c.KeyLengths, c.QueryLengths, adds)),
        [typeof(OneNumber)] = new(
            (layer, accelerator) => new OneNumber.Gpu((OneNumber)layer, accelerator),
            (gpu, c, o) => ((OneNumber.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.Tables[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, o, adds) => ((OneNumber.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.Tables[0], c.Upstream, o.ByQuery, o.ByKey, o.ByValue, o.Tables[0], c.Shape, c.KeyLengths,
                c.QueryLengths, adds)),
        [typeof(ManyNumbers)] = new(
            (layer, accelerator) => new ManyNumbers.Gpu((ManyNumbers)layer, accelerator),
            (gpu, c, o) => ((ManyNumbers.Gpu)gpu).Forward(
                c.Query, c.Key, c.Value, c.Tables[0], o, c.Shape, c.KeyLengths, c.QueryLengths),
            (gpu, c, o, adds) => ((ManyNumbers.Gpu)gpu).Backward(
                c.Query, c.Key, c.Value, c.Tables[0], c.Upstream, o.ByQuery, o.ByKey, o.ByValue, o.Tables[0], c.Shape, c.KeyLengths,
                c.QueryLengths, adds)),
    };

    public delegate void OfForward(IDisposable gpu, TableCall call, float[] output);

    public delegate void OfBackward(IDisposable gpu, TableCall call, TableOutcome gradients, bool accumulate);

    /// <summary>Those of a layer.</summary>
    public static TableGpuCalls Of(TableLayer layer) => All[layer.Type];

    /// <summary>What the device gives.</summary>
    /// <param name="gpu">The layer there.</param>
    /// <param name="call">The call.</param>
    /// <param name="start">What is in all gradients before; NaN: they are overwritten.</param>
    /// <param name="wantsTables">Whether gradients of tables are asked for.</param>
    public TableOutcome Compute(IDisposable gpu, TableCall call, float start = float.NaN, bool wantsTables = true)
    {
        var outcome = call.Empty(start, wantsTables);
        Forward(gpu, call, outcome.Output);
        Backward(gpu, call, outcome, !float.IsNaN(start));
        return outcome;
    }
}
