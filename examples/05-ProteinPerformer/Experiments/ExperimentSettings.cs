namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Models that are trained on the same data with the same budget, to be compared.</summary>
/// <param name="DataPath">The proteins.</param>
/// <param name="Relatives">Contexts of relatives; otherwise single proteins.</param>
/// <param name="Task">What models are asked.</param>
/// <param name="Attentions">One model for each of these and each of <paramref name="Seeds"/>.</param>
/// <param name="Seeds">Of weights, projections and the order of the data.</param>
/// <param name="Length">The most tokens of a row.</param>
/// <param name="Steps">Of the optimiser.</param>
/// <param name="Threads">Of libtorch and of the kernels.</param>
/// <param name="Targets">The most proteins of each list that results are counted on.</param>
/// <param name="Folder">Where checkpoints are.</param>
/// <param name="SvgPath">Where the plot goes; null for none.</param>
internal sealed record ExperimentSettings(
    string DataPath, bool Relatives, PredictionTask Task, IReadOnlyList<ModelAttention> Attentions, IReadOnlyList<int> Seeds,
    int Length, int Steps, int Threads, int Targets, string Folder, string? SvgPath)
{
    /// <summary>The most relatives that are put before a target.</summary>
    public const int MostRelatives = 16;

    /// <summary>Targets of the evaluations on the way.</summary>
    public const int ValidationTargets = 100;

    /// <summary>Of a step.</summary>
    public const int TokensPerStep = 4_096;

    /// <summary>Steps from one draw of softmax features to the next.</summary>
    public const int RedrawEvery = 100;

    /// <summary>
    /// How sharply models of relatives look at matches when they start, from trials on validation. At 1 exact attention had not begun to
    /// look up after 300 steps; at 2 and 3 it did within 100. FAVOR+ softmax gained from none of 1, 2, 4 and 6, and the ReLU kernel does
    /// not depend on it.
    /// </summary>
    private const double MatchingStart = 3;

    private const int Evaluations = 12;

    /// <summary>"relatives", "single".</summary>
    public string Setting => Relatives ? "relatives" : "single";

    /// <summary>
    /// Blocks of a model: two find a word and copy what follows it, one more makes it easy; single proteins have more to be learned.
    /// </summary>
    public int Layers => Relatives ? 3 : 4;

    /// <summary>Rows of a batch.</summary>
    public int Rows => Math.Max(1, TokensPerStep / Length);

    /// <summary>The highest learning rate, from trials on validation.</summary>
    public double Rate => 2e-3;

    /// <summary>Steps until then.</summary>
    public int WarmUp => Math.Min(100, Math.Max(1, Steps / 10));

    /// <summary>Steps from one evaluation to the next.</summary>
    public int EvaluateEvery => Math.Max(1, Steps / Evaluations);

    /// <summary>The models.</summary>
    public IEnumerable<ModelSettings> Models =>
        from seed in Seeds
        from attention in Attentions
        select new ModelSettings(attention, Causal: Task.Offset == 1, Layers, seed, Relatives ? MatchingStart : null);

    /// <summary>What the checkpoints of a model are called: all that another run could differ in.</summary>
    public string NameOf(ModelSettings model) => FormattableString.Invariant(
        $"{Setting}-{Task.Name}-{Length}-{Layers}-{Steps}-{model.Attention.ToString().ToLowerInvariant()}-{model.Seed}");
}
