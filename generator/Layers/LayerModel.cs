using KernelGen.Generator.Declarations;

namespace KernelGen.Generator.Layers;

/// <summary>
/// All that a declaration comes to before anything is printed: its programs, the members of its type, and why a backend cannot print it.
/// Built once a declaration; printers, diagnostics and other backends read it.
/// </summary>
/// <remarks>Everything follows from the declaration, so two models are equal where their declarations are.</remarks>
internal sealed class LayerModel : IEquatable<LayerModel>
{
    private IReadOnlyDictionary<Backend, string?> _objections = new Dictionary<Backend, string?>();

    private LayerModel(Declaration declaration) => Declaration = declaration;

    public Declaration Declaration { get; private init; }

    /// <summary>The interfaces of the runtime that it implements: what it can do, and no more.</summary>
    public IReadOnlyList<string> Interfaces { get; private init; } = [];

    /// <summary>Null where the family failed.</summary>
    public LayerPrograms? Programs { get; private init; }

    /// <summary>How the family failed.</summary>
    public Exception? Failure { get; private init; }

    /// <summary>The members of the type, in the order of the files, with those of every backend that is wanted.</summary>
    public IReadOnlyList<Member> Members { get; private init; } = [];

    public static LayerModel Build(Declaration declaration, FamilyRegistry families, BackendRegistry backends)
    {
        try
        {
            var programs = families.Build(declaration.Spec);
            var family = families.MembersOf(declaration.Spec);
            var wanted = backends.All.Where(backend => backend.IsWanted(declaration.Backends)).ToList();
            return new(declaration)
            {
                Interfaces =
                [
                    family.Interface,
                    .. programs.Gradients.Count > 0 ? new[] { "IDifferentiableAttention" } : [],
                    .. LayerMembers.TakesOthers(programs) ? new[] { LayerMembers.EngineInterface } : [],
                    .. wanted.SelectMany(backend => backend.Interfaces(programs)),
                ],
                Programs = programs,
                Members = LayerMembers.Of(declaration.Type.Name, declaration.Spec, family, programs, wanted),
                _objections = backends.All.ToDictionary(backend => backend, backend => backend.ObjectionTo(programs)),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(declaration) { Failure = error };
        }
    }

    /// <summary>Why the backend cannot compute the layer; null: it can, or the family failed.</summary>
    public string? ObjectionOf(Backend backend) => _objections.TryGetValue(backend, out var objection) ? objection : null;

    /// <summary>What the files of a backend are made from: equal where nothing that concerns it has changed.</summary>
    public LayerModel PartOf(Backend backend) => new(backend.PartOf(Declaration))
    {
        Interfaces = Interfaces,
        Programs = Programs,
        Failure = Failure,
        Members = Members,
        _objections = _objections,
    };

    public bool Equals(LayerModel? other) => other is not null && Declaration == other.Declaration;

    public override bool Equals(object? other) => Equals(other as LayerModel);

    public override int GetHashCode() => Declaration.GetHashCode();
}
