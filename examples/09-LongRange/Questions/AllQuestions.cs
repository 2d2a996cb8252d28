namespace KernelGen.Examples.LongRange;

/// <summary>The questions by name: a new one is a function and a line here.</summary>
internal static class AllQuestions
{
    private const int FirstLength = 128, FewExamples = 200, ShortFirstLength = 64, ShortFewExamples = 4;

    private static readonly (string Name, Func<JobSettings, CancellationToken, Question> Create)[] Questions =
    [
        ("random-projections", RandomProjections),
        ("components", Components),
        ("depth", (settings, stop) => new DepthQuestion(settings, stop)),
        ("curriculum", Curriculum),
        ("data-size", DataSize),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Questions.Select(question => question.Name)];

    /// <summary>Makes a question.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="settings">What all commands are told.</param>
    /// <param name="stop">Ctrl-C.</param>
    public static Question Create(string name, JobSettings settings, CancellationToken stop) =>
        Questions.Single(question => question.Name == name).Create(settings, stop);

    private static Question RandomProjections(JobSettings settings, CancellationToken stop)
    {
        var task = new ListOpsTask();
        return new ComparisonQuestion(
            "Do random projections do in Linformer, or has it to learn them?",
            "Linformer's matrices: where they start, and whether they are learned", task,
            Sides(settings, task, "linformer", "linformer-pooling-kept", "linformer-random", "linformer-random-kept", "exact"), settings,
            stop);
    }

    private static Question Components(JobSettings settings, CancellationToken stop)
    {
        var task = Characters(settings);
        return new ComparisonQuestion(
            "Which component of FAVOR+ matters?", "FAVOR+ with a component changed", task,
            Sides(
                settings, task, "favor", "favor-16", "favor-256", "favor-gaussian", "favor-kept", "favor-relu", "favor-unnormalized",
                "exact"),
            settings, stop);
    }

    private static Question Curriculum(JobSettings settings, CancellationToken stop)
    {
        var task = Characters(settings);
        var first = settings.Planner.IsShort ? ShortFirstLength : FirstLength;
        return new ComparisonQuestion(
            "Does it pay to begin with short pieces?", "Half of the budget on short pieces first", task,
            [
                .. new[] { "exact-infused", "exact", "favor" }.SelectMany(name => Variants(
                    settings, task, name, ("full length", plan => plan),
                    (FormattableString.Invariant($"first {first} tokens"), plan => plan with { FirstLength = first }))),
            ],
            settings, stop);
    }

    private static Question DataSize(JobSettings settings, CancellationToken stop)
    {
        var task = new ListOpsTask();
        var few = settings.Planner.IsShort ? ShortFewExamples : FewExamples;
        return new ComparisonQuestion(
            "A fixed pattern, a learned low rank, or features: does it depend on how much data there is?",
            "A fixed pattern, a learned low rank and features, at two sizes of data", task,
            [
                .. new[] { "window", "linformer", "favor" }.SelectMany(name => Variants(
                    settings, task, name, ("new examples", plan => plan),
                    (FormattableString.Invariant($"{few} examples"), plan => plan with { Examples = few }))),
            ],
            settings, stop);
    }

    private static LongRangeTask Characters(JobSettings settings) => AllTasks.Create("characters", settings.Planner.TextPath);

    private static (string, IReadOnlyList<RunPlan>)[] Sides(JobSettings settings, LongRangeTask task, params string[] attentions) =>
        [.. attentions.Select(name => (AllAttentions.Named(name).Label, settings.Planner.Plans(task, name)))];

    private static IEnumerable<(string, IReadOnlyList<RunPlan>)> Variants(
        JobSettings settings, LongRangeTask task, string attention, params (string Label, Func<RunPlan, RunPlan> Change)[] changes) =>
        changes.Select(change => (
            $"{AllAttentions.Named(attention).Label}; {change.Label}",
            (IReadOnlyList<RunPlan>)[.. settings.Planner.Plans(task, attention).Select(change.Change)]));
}
