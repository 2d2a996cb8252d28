using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// Which keys a query sees, of the arguments of an attribute: each named option is a relation like one that a user writes.
/// </summary>
internal static class VisibilityReader
{
    /// <summary>The most tokens of a window: of so many, kernels can add up positions.</summary>
    private const int MostTokens = 1 << 30;

    private static readonly WholeNumber Query = Place.Query, Key = Place.Key;

    public static Visibility Read(AttributeReader attribute)
    {
        var causal = attribute.Value<bool>("Causal") ?? false;
        var window = Size(attribute, "Window");
        var side = Size(attribute, "Side");
        var sinks = Size(attribute, "Sinks");
        var prefix = Size(attribute, "Prefix");
        if (attribute.Binds("Causal"))
        {
            Require(attribute, "Window", causal, "is for causal attention", "set Causal = true, or give Side in its place");
            Require(attribute, "Side", !causal, "counts later keys too, which causal attention does not see", "give Window in its place");
            Require(attribute, "Prefix", causal, "adds to what causal attention sees", "leave it out: every key is seen anyway");
        }

        Require(
            attribute, "Sinks", attribute.Has("Window") || attribute.Has("Side"), "adds to a window, and there is none",
            "give Window or Side too, or leave it out");

        var near = window is { } w ? Relation.Less(Query - Key, w)
            : side is { } s ? Relation.AtMost(WholeNumber.Max(Query - Key, Key - Query), s)
            : Relation.Always;
        var sees = (causal ? Visibility.Causal.Sees : Relation.Always) & (near | First(sinks));
        var visibility = new Visibility(sees | First(prefix));
        if (attribute.Mask("Mask") is not { } mask)
        {
            return visibility;
        }

        visibility = visibility.And(mask);
        Advise(attribute, visibility, mask);
        return visibility;
    }

    /// <summary>Says what a mask costs that a user may not expect.</summary>
    private static void Advise(AttributeReader attribute, Visibility visibility, Visibility mask)
    {
        if (visibility.KeyRanges.Any(range => range.To is null && range.From.IsConstant && range.Condition == Relation.Always))
        {
            attribute.Report(Rules.MaskBoundsNothing, "Mask");
        }

        foreach (var condition in mask.OnlyMasked)
        {
            attribute.Report(Rules.MaskOnlyMasks, "Mask", RelationText.Describe(condition, place => place.ToString().ToLowerInvariant()));
        }
    }

    private static Relation First(int? keys) => keys is { } count ? Relation.Less(Key, count) : Relation.Never;

    private static int? Size(AttributeReader attribute, string name) =>
        attribute.Has(name) && attribute.OptionalSize(name, MostTokens, fallback: 0) is > 0 and var size ? size : null;

    private static void Require(AttributeReader attribute, string name, bool holds, string why, string instead)
    {
        if (!holds && attribute.Has(name))
        {
            attribute.Report(Rules.VisibilityContradicted, name, name, why, instead);
        }
    }
}
