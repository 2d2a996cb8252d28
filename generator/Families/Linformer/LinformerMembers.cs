using System.Globalization;
using KernelGen.Generator.Layers;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>What a Linformer layer has beside what all attention has: the sizes of its projections.</summary>
internal static class LinformerMembers
{
    public static FamilyMembers Of(LinformerSpec spec) => new()
    {
        Constants =
        [
            Member.Constant("int", "MaxLength", Text(spec.MaxLength), "The most keys of a sequence: the rows of E and F."),
            Member.Constant("int", "Rank", Text(spec.Rank), "r, the mixtures of keys: the columns of E and F."),
        ],
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
