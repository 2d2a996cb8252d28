using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Tiles;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Families;

/// <summary>All families of a generator. A new one is a folder, an attribute and a line in <see cref="Default"/>.</summary>
internal sealed class FamilyRegistry(IReadOnlyList<Family> families)
{
    /// <summary>Those that users have.</summary>
    public static FamilyRegistry Default { get; } = new(
    [
        new Family<FavorSpec>("KernelGen.FavorAttentionAttribute", FavorSpec.Example, FavorSpecReader.Read, FavorProgram.Build, FavorGradient.Build),
        new Family<SoftmaxSpec>("KernelGen.SoftmaxAttentionAttribute", SoftmaxSpec.Example, SoftmaxSpecReader.Read, SoftmaxProgram.Build, SoftmaxGradient.Build),
    ]);

    public IReadOnlyList<Family> Families { get; } = families;

    /// <summary>The family that the attribute declares, if any.</summary>
    public Family? Of(AttributeData attribute)
    {
        var name = attribute.AttributeClass?.ToDisplayString();
        return Families.FirstOrDefault(family => family.AttributeName == name);
    }

    /// <summary>The algorithm of the spec.</summary>
    public TileProgram Build(AttentionSpec spec) =>
        Families.Select(family => family.TryBuild(spec)).FirstOrDefault(program => program is not null) ?? throw Unregistered(spec);

    /// <summary>The algorithm of its gradients, programs to be run one after the other.</summary>
    public IReadOnlyList<TileProgram> BuildGradients(AttentionSpec spec) =>
        Families.Select(family => family.TryBuildGradients(spec)).FirstOrDefault(programs => programs is not null) ?? throw Unregistered(spec);

    private static InvalidOperationException Unregistered(AttentionSpec spec) => new($"No family is registered for {spec.GetType().Name}.");
}
