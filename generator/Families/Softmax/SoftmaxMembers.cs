using System.Globalization;
using KernelGen.Generator.Layers;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>What a layer of exact attention has beside what all attention has: the distances that its scores know.</summary>
internal static class SoftmaxMembers
{
    public static FamilyMembers Of(SoftmaxSpec spec) => new()
    {
        Constants = spec.Distances is { } distances
            ?
            [
                Member.Constant(
                    "int", "Distances", distances.ToString(CultureInfo.InvariantCulture),
                    "The rows of r: distances from a query back to a key, 0 among them."),
            ]
            : [],
    };
}
