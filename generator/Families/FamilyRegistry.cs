using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Tiles;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Families;

/// <summary>All families. A new one is a folder, an attribute and a line here.</summary>
internal static class FamilyRegistry
{
    public static IReadOnlyList<Family> Families { get; } =
    [
        new Family<FavorSpec>("KernelGen.FavorAttentionAttribute", hasProjections: true, FavorSpecReader.Read, FavorProgram.Build),
        new Family<SoftmaxSpec>("KernelGen.SoftmaxAttentionAttribute", hasProjections: false, SoftmaxSpecReader.Read, SoftmaxProgram.Build),
    ];

    /// <summary>The family that the attribute declares, if any.</summary>
    public static Family? Of(AttributeData attribute)
    {
        var name = attribute.AttributeClass?.ToDisplayString();
        return Families.FirstOrDefault(family => family.AttributeName == name);
    }

    /// <summary>The algorithm of the spec.</summary>
    public static TileProgram Build(AttentionSpec spec) =>
        Families.Select(family => family.TryBuild(spec)).FirstOrDefault(program => program is not null)
        ?? throw new InvalidOperationException($"No family is registered for {spec.GetType().Name}.");
}
