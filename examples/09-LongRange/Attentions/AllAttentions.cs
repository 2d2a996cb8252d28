using KernelGen.Examples.Training;
using KernelGen.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.LongRange;

/// <summary>Every attention by name: a new one is a declaration in <c>Layers.cs</c> and a line here.</summary>
/// <remarks>
/// Unless its label says otherwise, an attention knows positions by rotation. Linformer, whose mixtures would mix rotations too, gets them
/// added to queries and keys.
/// </remarks>
internal static class AllAttentions
{
    /// <summary>Steps from one draw of projections to the next.</summary>
    public const int RedrawEvery = 50;

    /// <summary>Those that the main job compares.</summary>
    public static IReadOnlyList<AttentionChoice> Compared { get; } =
    [
        new("exact", "exact", Rotated(_ => new CausalExact()), Rotated(_ => new Exact())),
        new("exact-alibi", "exact, ALiBi", Plain(_ => new CausalAlibi()), Plain(_ => new Alibi())),
        new("exact-infused", "exact, position-infused", Infused(_ => new CausalExact()), Infused(_ => new Exact())),
        new("exact-unplaced", "exact, no positions", Plain(_ => new CausalExact()), Plain(_ => new Exact())),
        new("window", "window", Rotated(_ => new CausalWindow()), Rotated(_ => new Side())),
        new("sinks", "window and sinks", Rotated(_ => new CausalSinks()), Rotated(_ => new SideSinks())),
        new("dilated", "dilated by head", Rotated(_ => new CausalDilated()), Rotated(_ => new Dilated())),
        new("strided", "Sparse Transformer, strided", Rotated(_ => new CausalStrided()), Rotated(_ => new Strided())),
        new("blocks", "Sparse Transformer, fixed", Rotated(_ => new CausalBlocks()), Rotated(_ => new Blocks())),
        new("favor", "FAVOR+, softmax", Redrawn(draws => new CausalFavor(draws)), Redrawn(draws => new Favor(draws))),
        new("favor-relu", "FAVOR+, ReLU", Redrawn(draws => new CausalFavorRelu(draws)), Redrawn(draws => new FavorRelu(draws))),
        new("favor-decay", "FAVOR+, softmax, decay", Redrawn(draws => new CausalFavorDecay(draws)), null),
        new("linformer", "Linformer, pooling", null, Mixed(LinformerStart.Pooling, isLearned: true)),
    ];

    /// <summary>Those that only questions ask for.</summary>
    public static IReadOnlyList<AttentionChoice> Variants { get; } =
    [
        new("favor-16", "16 features", Redrawn(draws => new CausalFavor16(draws)), null),
        new("favor-256", "256 features", Redrawn(draws => new CausalFavor256(draws)), null),
        new("favor-gaussian", "independent projections", Redrawn(draws => new CausalFavorGaussian(draws)), null),
        new("favor-unnormalized", "no normaliser", Redrawn(draws => new CausalFavorUnnormalized(draws)), null),
        new("favor-kept", "never redrawn", Rotated(place => new CausalFavor(place.Draws)), null),
        new("linformer-pooling-kept", "pooling, not learned", null, Mixed(LinformerStart.Pooling, isLearned: false)),
        new("linformer-random", "random, learned on", null, Mixed(LinformerStart.Random, isLearned: true)),
        new("linformer-random-kept", "random, not learned", null, Mixed(LinformerStart.Random, isLearned: false)),
    ];

    private static IEnumerable<AttentionChoice> All => Compared.Concat(Variants);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(attention => attention.Name)];

    /// <summary>The attention of a name, one of <see cref="Names"/>.</summary>
    public static AttentionChoice Named(string name) => All.Single(attention => attention.Name == name);

    private static Func<LayerPlace, SelfAttention> Rotated(Func<LayerPlace, IAttention> layer) => place =>
        new KernelSelfAttention(layer(place), place.Sizes with { Rotary = true });

    /// <summary>Nothing but what the layer does itself tells tokens where they stand, and the convolution what is beside them.</summary>
    private static Func<LayerPlace, SelfAttention> Plain(Func<LayerPlace, IAttention> layer) => place =>
        new KernelSelfAttention(layer(place), place.Sizes with { Rotary = false });

    private static Func<LayerPlace, SelfAttention> Redrawn(Func<ulong, IAttention> layer) => place => new KernelSelfAttention(
        layer(place.Draws), place.Sizes with { Rotary = true }, new RedrawSchedule(RedrawEvery, place.Draws));

    private static Func<LayerPlace, SelfAttention> Infused(Func<LayerPlace, IAttention> layer) => place =>
        new PositionInfusedSelfAttention(layer(place), place.Sizes);

    private static Func<LayerPlace, SelfAttention> Mixed(Func<ulong, float[]> start, bool isLearned) => place =>
        new PositionInfusedSelfAttention(new Linformer(), place.Sizes, new Dictionary<string, Tensor>
        {
            ["keyProjection"] = Matrix(start(place.Draws), isLearned),
            ["valueProjection"] = Matrix(start(place.Draws + 1), isLearned),
        });

    private static Tensor Matrix(float[] numbers, bool isLearned)
    {
        var matrix = tensor(numbers, [ModelSizes.MaxLength, Linformer.Mixtures]);
        return isLearned ? new Parameter(matrix) : matrix;
    }
}
