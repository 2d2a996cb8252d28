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
        new Family<FavorSpec>("KernelGen.FavorAttentionAttribute", hasProjections: true, FavorSpecReader.Read, FavorProgram.Build, FavorGradient.Build),
        new Family<SoftmaxSpec>("KernelGen.SoftmaxAttentionAttribute", hasProjections: false, SoftmaxSpecReader.Read, SoftmaxProgram.Build, SoftmaxGradient.Build),
    ];

    /// <summary>The family that the attribute declares, if any.</summary>
    public static Family? Of(AttributeData attribute)
    {
        var name = attribute.AttributeClass?.ToDisplayString();
        return Families.FirstOrDefault(family => family.AttributeName == name);
    }

    /// <summary>The algorithm of the spec.</summary>
    public static TileProgram Build(AttentionSpec spec) =>
        Families.Select(family => family.TryBuild(spec)).FirstOrDefault(program => program is not null) ?? throw Unregistered(spec);

    /// <summary>The algorithm of its gradients, programs to be run one after the other.</summary>
    public static IReadOnlyList<TileProgram> BuildGradients(AttentionSpec spec) =>
        Families.Select(family => family.TryBuildGradients(spec)).FirstOrDefault(programs => programs is not null) ?? throw Unregistered(spec);

    private static InvalidOperationException Unregistered(AttentionSpec spec) => new($"No family is registered for {spec.GetType().Name}.");
}
