using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>Whether scores know how far apart a query and a key are, of the arguments of an attribute.</summary>
internal static class RelativeOptions
{
    /// <summary>A table of so many rows is 256 MB a head.</summary>
    private const int MostDistances = 1 << 20;

    /// <summary>The rows of the table of distances; null: there is none.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="spec">What else it declares.</param>
    public static int? Read(AttributeReader attribute, SoftmaxSpec spec)
    {
        if (attribute.Member<PositionKind>("Positions") != PositionKind.Relative)
        {
            if (attribute.Has("Distances") && attribute.Binds("Positions", "Distances"))
            {
                attribute.Report(Rules.DistancesWithoutMeaning, "Distances");
            }

            return null;
        }

        var distances = attribute.RequiredSize("Distances", MostDistances);
        if (!spec.Visibility.IsCausal && attribute.Binds("Causal", "Mask"))
        {
            Refuse("counts how far back a key is, but this attention sees later keys too", "set Causal = true");
        }

        if (spec.TokenNumbers.Count > 0)
        {
            Refuse("does not go with numbers of tokens", "leave [PerToken] out, or pack the sequences");
        }

        if (spec.Tables.Count > 0)
        {
            Refuse("has a table of distances of its own", "leave [Learned] out");
        }

        return distances;

        void Refuse(string why, string instead) => attribute.Report(Rules.RelativeContradicted, "Positions", why, instead);
    }
}
