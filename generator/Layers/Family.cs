using KernelGen.Generator.Attributes;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>
/// One kind of attention: the attribute that declares it, how that is read, the algorithm, and what its layers have that others have not.
/// </summary>
internal abstract class Family(string attributeName, AttentionSpec example)
{
    /// <summary>The metadata name of the attribute.</summary>
    public string AttributeName { get; } = attributeName;

    /// <summary>The attribute as a user writes it.</summary>
    public string ShortName { get; } = attributeName.Substring(attributeName.LastIndexOf('.') + 1).Replace("Attribute", "");

    /// <summary>A declaration of it: what its layers have in common.</summary>
    public AttentionSpec Example { get; } = example;

    /// <summary>Reads the attribute's arguments; null where they have an error.</summary>
    public abstract AttentionSpec? Read(AttributeReader attribute);

    /// <summary>The algorithms of a layer, or null where the spec belongs to another family.</summary>
    public abstract LayerPrograms? TryBuild(AttentionSpec spec);

    /// <summary>What the layer has beside what all attention has, or null where the spec belongs to another family.</summary>
    public abstract FamilyMembers? TryGetMembers(AttentionSpec spec);
}

/// <summary>A family whose declarations are read into a <typeparamref name="TSpec"/>.</summary>
/// <param name="read">Reads the attribute's arguments; null where they have an error.</param>
/// <param name="build">The algorithm.</param>
/// <param name="buildGradients">The algorithm of its gradients, programs to be run one after the other.</param>
/// <param name="members">What its layers have beside what all attention has; null: nothing.</param>
internal sealed class Family<TSpec>(
    string attributeName, TSpec example, Func<AttributeReader, TSpec?> read, Func<TSpec, TileProgram> build,
    Func<TSpec, IReadOnlyList<TileProgram>> buildGradients, Func<TSpec, FamilyMembers>? members = null)
    : Family(attributeName, example)
    where TSpec : AttentionSpec
{
    public override AttentionSpec? Read(AttributeReader attribute) => read(attribute);

    public override LayerPrograms? TryBuild(AttentionSpec spec) => spec is TSpec own ? new(build(own), buildGradients(own)) : null;

    public override FamilyMembers? TryGetMembers(AttentionSpec spec) =>
        spec is not TSpec own ? null : members is null ? new FamilyMembers() : members(own);
}
