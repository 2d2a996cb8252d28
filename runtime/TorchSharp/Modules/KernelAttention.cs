using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Attention of queries, keys and values by a generated layer, as a module. Of layers with random features it holds the projection in its
/// state, so that a saved model computes the same when it is loaded.
/// </summary>
/// <remarks>
/// <para>
/// State, for layers with random features alone: <c>projection</c>, uint8, <see cref="Projection.Save"/>'s form; <c>optimizer_steps</c> and
/// <c>redraw_seed</c>, int64 [1] each. However they are loaded, the next call computes with them. They stay as they are in
/// <c>to(dtype)</c>.
/// </para>
/// <para>The module does not own the layer, but changes its projection and its threads: give each module a layer of its own.</para>
/// </remarks>
public sealed class KernelAttention : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    internal const string ProjectionName = "projection";
    private const string StepsName = "optimizer_steps", SeedName = "redraw_seed";

    private readonly TensorLayout _layout;
    private readonly RedrawSchedule? _redraw;
    private readonly ProjectionBuffer? _projection;
    private readonly List<string> _tensors = [];

    /// <param name="attention">Any generated layer.</param>
    /// <param name="layout">The order of the axes of all tensors.</param>
    /// <param name="redraw">When to draw new projections; null: never. See <see cref="AfterOptimizerStep"/>.</param>
    /// <param name="tensors">
    /// What every call hands the layer beside queries, keys and values, by name, such as the matrices of Linformer or a learned table: a
    /// <see cref="global::TorchSharp.Modules.Parameter"/> is a parameter of this module, anything else a buffer. Null: nothing.
    /// </param>
    /// <exception cref="ArgumentException">There is a schedule, but the layer draws no projections.</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    public KernelAttention(
        IAttention attention, TensorLayout layout = TensorLayout.BatchHeadLengthDim, RedrawSchedule? redraw = null,
        IReadOnlyDictionary<string, Tensor>? tensors = null)
        : base(TorchLibrary.LoadedFor(nameof(KernelAttention)))
    {
        ArgumentNullException.ThrowIfNull(attention);
        (Layer, _layout, _redraw) = (attention, layout, redraw);
        if (attention is IRandomFeatureAttention random)
        {
            RegisterState(ProjectionName, tensor(ProjectionBuffer.Bytes(random.Projection), ScalarType.Byte));
            RegisterState(StepsName, tensor([0L]));
            RegisterState(SeedName, tensor([(long)(redraw?.Seed ?? 0)]));
            _projection = new ProjectionBuffer(random, () => get_buffer(ProjectionName)!);
        }
        else if (redraw is not null)
        {
            throw new ArgumentException(
                $"There is a schedule for redraws, but the layer {attention.GetType()} draws no projections.", nameof(redraw));
        }

        foreach (var (name, tensor) in tensors ?? new Dictionary<string, Tensor>())
        {
            _tensors.Add(name);
            if (tensor is Parameter parameter)
            {
                register_parameter(name, parameter);
                parameter.DetachFromDisposeScope();
            }
            else
            {
                RegisterState(name, tensor);
            }
        }
    }

    /// <summary>The generated layer.</summary>
    public IAttention Layer { get; }

    /// <summary>The projection in force; null where the layer draws none.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="forward(Tensor, Tensor, Tensor)"/>.</exception>
    public Projection? Projection => _projection?.Synchronize();

    /// <summary>
    /// The optimiser steps that <see cref="AfterOptimizerStep"/> has counted, those before a saved state was loaded included.
    /// </summary>
    public long OptimizerSteps => get_buffer(StepsName) is { } steps ? steps.item<long>() : 0;

    /// <inheritdoc cref="forward(Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, IReadOnlyDictionary{string, Tensor})"/>
    public override Tensor forward(Tensor query, Tensor key, Tensor value) => forward(query, key, value, null);

    /// <inheritdoc cref="TensorAttention.Forward"/>
    /// <exception cref="InvalidOperationException">
    /// What was loaded into the state is no projection of this layer, or another changed the layer's projection.
    /// </exception>
    public Tensor forward(
        Tensor query, Tensor key, Tensor value, Tensor? padding, Tensor? queryPadding = null, Tensor? offsets = null,
        Tensor? keyOffsets = null, IReadOnlyDictionary<string, Tensor>? tensors = null)
    {
        _projection?.Synchronize();
        return Layer.Forward(query, key, value, _layout, padding, queryPadding, offsets, keyOffsets, WithOwn(tensors));
    }

    /// <summary>As forward, which hooks of this overload do not see.</summary>
    /// <inheritdoc cref="forward(Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, IReadOnlyDictionary{string, Tensor})"/>
    public Tensor call(
        Tensor query, Tensor key, Tensor value, Tensor? padding, Tensor? queryPadding = null, Tensor? offsets = null,
        Tensor? keyOffsets = null, IReadOnlyDictionary<string, Tensor>? tensors = null) =>
        padding is null && queryPadding is null && offsets is null && keyOffsets is null && tensors is null
            ? call(query, key, value)
            : forward(query, key, value, padding, queryPadding, offsets, keyOffsets, tensors);

    /// <summary>
    /// To be called once after each step of the optimiser, best for a whole model at once
    /// (<see cref="ModelExtensions.AfterOptimizerStep"/>): counts it, and draws new projections when the schedule says so. Does nothing in
    /// evaluation mode, or without a schedule.
    /// </summary>
    /// <remarks>
    /// So all passes whose gradients are accumulated for one step share a projection. A backward pass that is still to come is not harmed:
    /// contexts hold on to the projections that they were computed with.
    /// </remarks>
    public void AfterOptimizerStep()
    {
        if (_redraw is null || !training)
        {
            return;
        }

        var steps = OptimizerSteps + 1;
        get_buffer(StepsName)!.bytes = BitConverter.GetBytes(steps);
        if (steps % _redraw.Every == 0)
        {
            Redraw(RedrawSchedule.SeedOf((ulong)get_buffer(SeedName)!.item<long>(), steps / _redraw.Every));
        }
    }

    /// <summary>Draws new projections, of the kind that the layer declares.</summary>
    /// <exception cref="InvalidOperationException">The layer draws none, or as <see cref="forward(Tensor, Tensor, Tensor)"/>.</exception>
    public void Redraw(ulong seed)
    {
        var projection = Drawn();
        projection.Synchronize();
        var random = (IRandomFeatureAttention)Layer;
        random.Redraw(seed);
        projection.Write(random.Projection);
    }

    /// <summary>Takes other projections, such as those of another model.</summary>
    /// <exception cref="ArgumentException">They have another size, or no structure where the layer declares a fast transform.</exception>
    /// <exception cref="InvalidOperationException">The layer draws none.</exception>
    public void Redraw(Projection projection)
    {
        ArgumentNullException.ThrowIfNull(projection);
        Drawn().Write(projection);
    }

    /// <summary>Computes with a projection that was in force before until what is returned is disposed of.</summary>
    internal IDisposable? Pin(Projection? projection) => projection is null ? null : _projection?.Pin(projection);

    /// <summary>The tensors of a call, and those of the module; of one name that of the call counts.</summary>
    private IReadOnlyDictionary<string, Tensor>? WithOwn(IReadOnlyDictionary<string, Tensor>? tensors)
    {
        if (_tensors.Count == 0)
        {
            return tensors;
        }

        var all = _tensors.ToDictionary(name => name, name => get_parameter(name) ?? get_buffer(name)!);
        foreach (var (name, tensor) in tensors ?? new Dictionary<string, Tensor>())
        {
            all[name] = tensor;
        }

        return all;
    }

    private ProjectionBuffer Drawn() =>
        _projection ?? throw new InvalidOperationException($"The layer {Layer.GetType()} draws no projections.");

    private void RegisterState(string name, Tensor tensor) => register_buffer(name, tensor.DetachFromDisposeScope());
}
