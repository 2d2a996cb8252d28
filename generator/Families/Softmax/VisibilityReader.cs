using System.Globalization;
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

    /// <summary>Far more heads than layers have.</summary>
    private const int MostDilations = 256;

    private static readonly WholeNumber Query = Place.Query, Key = Place.Key;

    /// <summary>What a query sees, and the only number of heads that the layer is for; null: any.</summary>
    public static (Visibility Visibility, int? Heads) Read(AttributeReader attribute)
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

        var hasWindow = attribute.Has("Window") || attribute.Has("Side");
        Require(
            attribute, "Sinks", hasWindow, "adds to a window, and there is none", "give Window or Side too, or leave it out");
        var dilations = Dilations(attribute, window ?? side ?? 1);
        Require(
            attribute, "Dilations", hasWindow || dilations is null, "spreads a window, and there is none",
            "give Window or Side too, or leave it out");

        var near = window is { } w ? Near(Query - Key, w - 1, dilations)
            : side is { } s ? Near(WholeNumber.Max(Query - Key, Key - Query), s, dilations)
            : Relation.Always;
        var sees = (causal ? Visibility.Causal.Sees : Relation.Always) & (near | First(sinks));
        var visibility = new Visibility(sees | First(prefix));
        if (attribute.Mask("Mask") is not { } mask)
        {
            return (visibility, dilations?.Count);
        }

        var limits = NumberLimits.Of(mask.Sees.Numbers(), dilations?.Count);
        if (!limits.Suffice)
        {
            attribute.Report(Rules.NumbersTooLarge, "Mask", "Mask", NumberLimits.FewestPositions, limits.Positions);
            return (visibility, null);
        }

        visibility = visibility.And(mask);
        Advise(attribute, visibility, mask);
        return (visibility, dilations?.Count);
    }

    /// <summary>
    /// A window of so many steps, which are as long as the dilation of the head. That is a number looked up by the head, and not an OR over
    /// dilations: so a window stays one range of keys whose ends are known, and one remainder decides about a pair, however many dilations
    /// there are.
    /// </summary>
    private static Relation Near(WholeNumber distance, int steps, IReadOnlyList<int>? dilations)
    {
        var dilation = dilations is null ? 1 : WholeNumber.ByHead([.. dilations.Select(number => (long)number)]);
        return Relation.AtMost(distance, dilation * steps) & Relation.Equal((Query - Key) % dilation, 0);
    }

    private static IReadOnlyList<int>? Dilations(AttributeReader attribute, int steps)
    {
        if (!attribute.Has("Dilations") || attribute.Ints("Dilations") is not { } dilations)
        {
            return null;
        }

        attribute.CheckSize("Dilations", "Dilations.Length", dilations.Count, MostDilations);
        for (var head = 0; head < Math.Min(dilations.Count, MostDilations); head++)
        {
            attribute.CheckSize("Dilations", $"Dilations[{Count(head)}]", dilations[head], MostTokens / steps);
        }

        // What was reported stands for its place.
        return dilations.Count is 0 or > MostDilations
            ? [1]
            : [.. dilations.Select(number => Math.Max(1, Math.Min(number, MostTokens / steps)))];
    }

    /// <summary>Says what a mask costs that a user may not expect.</summary>
    private static void Advise(AttributeReader attribute, Visibility visibility, Visibility mask)
    {
        // Who asks for numbers of tokens cannot have ranges instead.
        if (mask.TokenNumbers.Count == 0
            && visibility.KeyRanges.Any(range => range.To is null && range.From.IsConstant && range.Condition == Relation.Always))
        {
            attribute.Report(Rules.MaskBoundsNothing, "Mask");
        }

        foreach (var condition in mask.OnlyMasked)
        {
            attribute.Report(Rules.MaskOnlyMasks, "Mask", RelationText.Describe(condition, place => place.ToString().ToLowerInvariant()));
        }
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

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
