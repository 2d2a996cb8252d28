using KernelGen.Generator.Declarations;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Layers;

/// <summary>The families of a generator.</summary>
internal sealed class FamilyRegistry(IReadOnlyList<Family> families)
{
    public IReadOnlyList<Family> Families { get; } = families;

    /// <summary>The family that the attribute declares, if any.</summary>
    public Family? Of(AttributeData attribute)
    {
        var name = attribute.AttributeClass?.ToDisplayString();
        return Families.FirstOrDefault(family => family.AttributeName == name);
    }

    /// <summary>The algorithms of the spec.</summary>
    public LayerPrograms Build(AttentionSpec spec) =>
        Families.Select(family => family.TryBuild(spec)).FirstOrDefault(programs => programs is not null) ?? throw Unregistered(spec);

    /// <summary>What its family gives the layer.</summary>
    public FamilyMembers MembersOf(AttentionSpec spec) =>
        Families.Select(family => family.TryGetMembers(spec)).FirstOrDefault(members => members is not null) ?? throw Unregistered(spec);

    private static InvalidOperationException Unregistered(AttentionSpec spec) => new($"No family is registered for {spec.GetType().Name}.");
}
