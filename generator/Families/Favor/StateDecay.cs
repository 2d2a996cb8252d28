using System.Globalization;
using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Tiles;
using KernelGen.Generator.Values;

namespace KernelGen.Generator.Families.Favor;

/// <summary>How much of its sums a causal layer forgets before it takes a token in.</summary>
/// <param name="LogDecays">Of each query head the logarithm of a factor; null where each token says its own.</param>
internal sealed record StateDecay(EquatableArray<float>? LogDecays)
{
    private const int MostHeads = 256;

    /// <summary>The query heads that calls must have; null: any.</summary>
    public int? Heads => LogDecays?.Count;

    public string Describe() => LogDecays is { } logs
        ? $"log decays {string.Join(" ", logs.Select(Text))}"
        : "log decay of each token";

    /// <summary>Of an attribute's arguments; null where nothing is forgotten.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="causal">Whether the layer is.</param>
    public static StateDecay? Read(AttributeReader attribute, bool causal)
    {
        var ofTokens = attribute.Value<bool>("TokenDecay") ?? false;
        var ofHeads = attribute.Has("LogDecays") ? attribute.Floats("LogDecays") : null;
        if (!causal && attribute.Binds("Causal"))
        {
            foreach (var name in new[] { "TokenDecay", "LogDecays" }.Where(name => name == "TokenDecay" ? ofTokens : ofHeads is not null))
            {
                attribute.Report(Rules.DecayNotCausal, name, name);
            }
        }

        if (ofTokens && ofHeads is not null)
        {
            attribute.Report(Rules.DecayContradicted, "LogDecays");
        }

        if (ofHeads is null)
        {
            return ofTokens ? new StateDecay(LogDecays: null) : null;
        }

        attribute.CheckSize("LogDecays", "LogDecays.Length", ofHeads.Count, MostHeads);
        foreach (var (log, head) in ofHeads.Select((log, head) => (log, head)))
        {
            if (!(log >= Summands.Least && log <= 0))
            {
                attribute.Report(Rules.DecayOutOfRange, "LogDecays", head, Text(log));
            }
        }

        return new StateDecay(new EquatableArray<float>([.. ofHeads]));
    }

    private static string Text(float number) => number.ToString("R", CultureInfo.InvariantCulture);
}
