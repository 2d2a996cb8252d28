using KernelGen.Generator.Specs;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families;

/// <summary>One kind of attention: the attribute that declares it, how that is read, and the algorithm.</summary>
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

    /// <summary>The algorithm, or null where the spec belongs to another family.</summary>
    public abstract TileProgram? TryBuild(AttentionSpec spec);

    /// <summary>The algorithm of its gradients, programs to be run one after the other, or null where the spec belongs to another family.</summary>
    public abstract IReadOnlyList<TileProgram>? TryBuildGradients(AttentionSpec spec);
}

/// <summary>A family whose declarations are read into a <typeparamref name="TSpec"/>.</summary>
internal sealed class Family<TSpec>(
    string attributeName, TSpec example, Func<AttributeReader, TSpec?> read, Func<TSpec, TileProgram> build,
    Func<TSpec, IReadOnlyList<TileProgram>> buildGradients)
    : Family(attributeName, example)
    where TSpec : AttentionSpec
{
    public override AttentionSpec? Read(AttributeReader attribute) => read(attribute);

    public override TileProgram? TryBuild(AttentionSpec spec) => spec is TSpec own ? build(own) : null;

    public override IReadOnlyList<TileProgram>? TryBuildGradients(AttentionSpec spec) => spec is TSpec own ? buildGradients(own) : null;
}
