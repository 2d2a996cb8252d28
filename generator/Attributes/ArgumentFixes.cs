using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes;

/// <summary>The one way to mend what a rule says of an argument, where there is one.</summary>
internal static class ArgumentFixes
{
    /// <summary>Sizes that models commonly have, for a declaration that has none yet.</summary>
    private static readonly Dictionary<string, int> UsualSizes = new() { ["HeadDim"] = 64, ["Features"] = 256 };

    /// <summary>The sizes that must be there, in the order in which numbers without names are taken for them.</summary>
    public static readonly IReadOnlyList<string> Sizes = ["HeadDim", "Features"];

    private static readonly HashSet<DiagnosticDescriptor> WithoutMeaning =
    [
        Rules.EpsilonWithoutMeaning, Rules.LambdaWithoutMeaning, Rules.PrecisionWithoutMeaning, Rules.RotaryThetaWithoutMeaning,
        Rules.DistancesWithoutMeaning,
    ];

    /// <summary>The fix of a fault of an argument, or null.</summary>
    public static Fix? Of(DiagnosticDescriptor rule, string argument)
    {
        if (WithoutMeaning.Contains(rule))
        {
            return new Fix(FixKind.RemoveArgument, $"Remove {argument}");
        }

        if (rule == Rules.SizeMissing && UsualSizes.TryGetValue(argument, out var size))
        {
            var text = $"{argument} = {size}";
            return new Fix(FixKind.AddArgument, $"Add {text}", text);
        }

        return null;
    }
}
