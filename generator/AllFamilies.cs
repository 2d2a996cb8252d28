using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Families.Linformer;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Layers;

namespace KernelGen.Generator;

/// <summary>The families that users have. A new one is a folder, an attribute and a line here.</summary>
internal static class AllFamilies
{
    public static FamilyRegistry Registry { get; } = new(
    [
        new Family<FavorSpec>(
            "KernelGen.FavorAttentionAttribute", FavorSpec.Example, FavorSpecReader.Read, FavorProgram.Build,
            FavorGradient.Build, FavorMembers.Of),
        new Family<SoftmaxSpec>(
            "KernelGen.SoftmaxAttentionAttribute", SoftmaxSpec.Example, SoftmaxSpecReader.Read, SoftmaxProgram.Build,
            SoftmaxGradient.Build, SoftmaxMembers.Of),
        new Family<LinformerSpec>(
            "KernelGen.LinformerAttentionAttribute", LinformerSpec.Example, LinformerSpecReader.Read, LinformerProgram.Build,
            LinformerGradient.Build, LinformerMembers.Of),
    ]);
}
