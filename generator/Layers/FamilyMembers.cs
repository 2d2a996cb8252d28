namespace KernelGen.Generator.Layers;

/// <summary>What a family gives its layers beside what all attention has. As it stands: nothing, for a layer without parameters.</summary>
internal sealed record FamilyMembers
{
    /// <summary>The interface of the runtime that its layers implement.</summary>
    public string Interface { get; init; } = "IAttention";

    /// <summary>What it declares beside sizes and causality.</summary>
    public IReadOnlyList<Member> Constants { get; init; } = [];

    /// <summary>
    /// How a layer of the type is made. Each sets `_engine` to what `CreateEngine` gives for the projections, if any, and the
    /// hyperparameters.
    /// </summary>
    public Func<string, IReadOnlyList<Member>> Constructors { get; init; } = static type =>
    [
        new Member(MemberKind.Constructor, type, "public", "=> _engine = CreateEngine(null);")
        {
            Documentation = "<summary>Makes the layer, which has no parameters.</summary>",
        },
    ];

    /// <summary>Whatever else users call.</summary>
    public IReadOnlyList<Member> Others { get; init; } = [];

    /// <summary>Properties of <see cref="Interface"/> that constants have the names of.</summary>
    public IReadOnlyList<Member> ExplicitProperties { get; init; } = [];

    /// <summary>What saved states must agree in, beyond the description of the spec.</summary>
    public string Declaration { get; init; } = "";
}
