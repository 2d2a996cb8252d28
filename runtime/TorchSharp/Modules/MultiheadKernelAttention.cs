using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Multi-head self-attention of [batch, length, embedding] by a generated layer: projection, attention, projection back.</summary>
/// <remarks>
/// <para>
/// Its parameters have the names and shapes of PyTorch's <c>nn.MultiheadAttention</c>: <c>in_proj_weight</c> [heads·(2·head dim + value
/// dim), embedding], the rows those of queries, keys and values; <c>in_proj_bias</c>; <c>out_proj.weight</c>, <c>out_proj.bias</c>. So
/// weights of one load into the other where the sizes agree (with <c>strict: false</c> for what <see cref="KernelAttention"/> adds under
/// <c>attention</c>). With fewer heads of keys, which that module does not have, <c>in_proj_weight</c> has heads·head dim + key
/// heads·(head dim + value dim) rows.
/// </para>
/// <para>
/// One product gives queries, keys and values. Kernels read each where it is in it, and the graph keeps no copies; only rotary positions
/// write queries and keys anew.
/// </para>
/// </remarks>
public sealed class MultiheadKernelAttention : nn.Module<Tensor, Tensor>
{
    private readonly RotaryPositions? _rotary;

    [ComponentName(Name = "in_proj_weight")]
    private Parameter _inputWeight;

    [ComponentName(Name = "in_proj_bias")]
    private Parameter? _inputBias;

    [ComponentName(Name = "out_proj")]
    private Linear? _output;

    [ComponentName(Name = "attention")]
    private KernelAttention _attention;

    /// <param name="attention">
    /// Any generated layer. It decides the head dimension, the value dimension and whether attention is causal.
    /// </param>
    /// <param name="embeddingDim">The numbers of a token, at least 1. They need not be heads · head dim.</param>
    /// <param name="heads">Those of queries, at least 1.</param>
    /// <param name="keyHeads">
    /// Those of keys and values, each of which serves as many query heads that follow each other (grouped query attention; 1: multi-query
    /// attention). It divides <paramref name="heads"/>; null: as many.
    /// </param>
    /// <param name="bias">Whether projections add a bias.</param>
    /// <param name="outputProjection">
    /// Whether heads · value dim numbers are projected back to the embedding; otherwise they are what comes out.
    /// </param>
    /// <param name="rotary">Rotates queries and keys by their positions, before any feature map; null: positions are elsewhere.</param>
    /// <param name="redraw">When to draw new projections; null: never.</param>
    /// <param name="dropout">Of attention weights: only 0 is possible.</param>
    /// <param name="tensors">As of <see cref="KernelAttention"/>, which they become parts of.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// The heads are no multiple of those of keys, rotary positions with an odd head dimension, or a schedule with a layer that draws
    /// nothing.
    /// </exception>
    /// <exception cref="NotSupportedException">Dropout of attention weights is asked for.</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    public MultiheadKernelAttention(
        IAttention attention, long embeddingDim, int heads, int? keyHeads = null, bool bias = true, bool outputProjection = true,
        RotaryPositions? rotary = null, RedrawSchedule? redraw = null, double dropout = 0,
        IReadOnlyDictionary<string, Tensor>? tensors = null)
        : base(TorchLibrary.LoadedFor(nameof(MultiheadKernelAttention)))
    {
        ArgumentNullException.ThrowIfNull(attention);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyHeads ?? heads, 1, nameof(keyHeads));
        if (heads % (keyHeads ?? heads) != 0)
        {
            throw new ArgumentException($"There are {heads} heads, which is no multiple of the {keyHeads} of keys.", nameof(keyHeads));
        }

        if (dropout != 0)
        {
            throw new NotSupportedException(
                $"Dropout of attention weights is {dropout}, but must be 0: a kernel sums over the keys without ever holding the weights that would be dropped. "
                + "Drop numbers of the output in its place, with nn.Dropout.");
        }

        if (rotary is not null && attention.HeadDim % 2 != 0)
        {
            throw new ArgumentException(
                $"Rotary positions rotate pairs, but the head dimension is {attention.HeadDim}, which is odd.", nameof(rotary));
        }

        (EmbeddingDim, Heads, KeyHeads, _rotary) = (embeddingDim, heads, keyHeads ?? heads, rotary);
        _attention = new KernelAttention(attention, TensorLayout.BatchLengthHeadDim, redraw, tensors);

        // As PyTorch's module initialises them.
        using var scope = NewDisposeScope();
        _inputWeight = Kept(nn.init.xavier_uniform_(empty(ProjectedDim, embeddingDim)));
        _inputBias = bias ? Kept(zeros(ProjectedDim)) : null;
        if (outputProjection)
        {
            _output = nn.Linear((long)heads * attention.ValueDim, embeddingDim, bias);
            if (_output.bias is { } outputBias)
            {
                nn.init.zeros_(outputBias);
            }
        }

        RegisterComponents();
    }

    /// <summary>The numbers of a token.</summary>
    public long EmbeddingDim { get; }

    /// <summary>The heads of queries.</summary>
    public int Heads { get; }

    /// <summary>The heads of keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>The attention of queries, keys and values, [batch, length, heads, dim].</summary>
    public KernelAttention Attention => _attention;

    private IAttention Layer => _attention.Layer;

    private long ProjectedDim => Parts.Sum(part => part.Heads * part.Dim);

    // Those of queries, keys and values, in that order.
    private (long Heads, long Dim)[] Parts => [(Heads, Layer.HeadDim), (KeyHeads, Layer.HeadDim), (KeyHeads, Layer.ValueDim)];

    /// <inheritdoc cref="forward(Tensor, Tensor, Tensor, IReadOnlyDictionary{string, Tensor})"/>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Self-attention.</summary>
    /// <param name="input">float32 on the CPU, [batch, length, embedding].</param>
    /// <param name="padding">
    /// Which keys count: null for all; bool [batch, length], true for padding, which must be on the right; or int64 [batch], lengths. The
    /// output at padding means nothing.
    /// </param>
    /// <param name="attentionMask">
    /// Null, or what a causal or a bidirectional layer does anyway, which is checked at the cost of length² steps: [length, length], bool
    /// with true for hidden pairs, or float with 0 and −∞. Any other mask is declared with the layer, and not given.
    /// </param>
    /// <param name="tensors">
    /// What this call hands the layer beside queries, keys and values, by name: [batch, length, heads] or [batch, length]. Null: nothing
    /// but what the module holds.
    /// </param>
    /// <returns>[batch, length, embedding], or [batch, length, heads · value dim] without an output projection.</returns>
    /// <exception cref="ArgumentException">
    /// As <see cref="TensorAttention.Forward"/>, or the mask hides other pairs than a layer that is as causal; the message names the first.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// As <see cref="KernelAttention"/>, or the module was converted to another type or device.
    /// </exception>
    public Tensor forward(
        Tensor input, Tensor? padding, Tensor? attentionMask = null, IReadOnlyDictionary<string, Tensor>? tensors = null)
    {
        CheckInput(input, 3, "[batch, length, embedding]");
        AttentionMask.Check(Layer, attentionMask, input.shape[1]);
        using var scope = NewDisposeScope();
        var (query, key, value) = Project(input, []);
        return ProjectBack(_attention.call(query, key, value, padding, tensors: tensors)).MoveToOuterDisposeScope();
    }

    /// <summary>As forward, which hooks of this overload do not see.</summary>
    /// <inheritdoc cref="forward(Tensor, Tensor, Tensor, IReadOnlyDictionary{string, Tensor})"/>
    public Tensor call(
        Tensor input, Tensor? padding, Tensor? attentionMask = null, IReadOnlyDictionary<string, Tensor>? tensors = null) =>
        forward(input, padding, attentionMask, tensors);

    /// <summary>Sequences on their way through this module, one token at a time.</summary>
    /// <param name="sequences">At least 1. Each goes on by itself, from a prompt of its own length.</param>
    /// <exception cref="InvalidOperationException">The layer is not causal.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer sequences than 1.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public AttentionDecoder CreateDecoder(int sequences = 1) => AttentionDecoder.Create(this, sequences);

    /// <summary>
    /// Queries, keys and values, [batch, length, heads, dim] and [batch, length, key heads, dim], from the positions on at which sequences
    /// start; empty: 0.
    /// </summary>
    internal (Tensor Query, Tensor Key, Tensor Value) Project(Tensor input, ReadOnlySpan<long> start)
    {
        var projected = nn.functional.linear(input, _inputWeight, _inputBias);
        var parts = Parts;

        // Split at once, so that the backward pass puts three gradients beside each other; slices would each add one to zeros of the whole.
        var split = projected.split([.. parts.Select(part => part.Heads * part.Dim)], 2);
        Tensor[] views = [.. split.Zip(parts, (tensor, part) => tensor.view(tensor.shape[0], tensor.shape[1], part.Heads, part.Dim))];
        var (query, key, value) = (views[0], views[1], views[2]);
        return _rotary is null ? (query, key, value) : (_rotary.Apply(query, start), _rotary.Apply(key, start), value);
    }

    /// <summary>The output of heads, [batch, length, heads, value dim], as that of the module.</summary>
    internal Tensor ProjectBack(Tensor attended)
    {
        var flat = attended.flatten(2);
        return _output is null ? flat : _output.call(flat);
    }

    /// <exception cref="ArgumentException">The input is not what the module takes.</exception>
    /// <exception cref="InvalidOperationException">The module was converted to what kernels do not take.</exception>
    internal void CheckInput(Tensor input, int axes, string meaning)
    {
        TensorChecks.Kind(input, nameof(input), axes, meaning);
        if (_inputWeight.dtype != ScalarType.Float32 || _inputWeight.device_type != DeviceType.CPU)
        {
            throw new InvalidOperationException(
                $"The module's weights are {_inputWeight.dtype} on {_inputWeight.device}, but the kernels compute in {ScalarType.Float32} on the CPU: convert it back "
                + "with .to(float32) and .cpu().");
        }

        if (input.shape[^1] != EmbeddingDim)
        {
            throw new ArgumentException(
                $"The last axis of input has {input.shape[^1]} numbers, but the module was made for an embedding of {EmbeddingDim}.",
                nameof(input));
        }
    }

    private static Parameter Kept(Tensor tensor)
    {
        var parameter = tensor.AsParameter();
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
